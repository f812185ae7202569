"""The report as screens ask for it: follows the post a bounded way first, then gives what the sums say.

What was counted is kept for as long as the sums are in the state that it was made of, so that another filter, the file and
the paper cost no counting. Why a state and not a time: ADR 0166.
"""

import asyncio
from typing import TypeVar

from akson.analytics.reports.adoption import figures
from akson.analytics.reports.adoption.figures import Choice, Counted, Report
from akson.analytics.reports.adoption.states import RECENT_MONTHS
from akson.store.adoption import AdoptionStore

FOLLOWED_EVENTS = 2_000
"""Of the book before a page is answered; what is further behind the next ones take, or `akson adoption figures`."""
YEARS_KEPT_MAX = 4
REPORTS_KEPT_MAX = 32
_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


class AdoptionReports:
    """One per process. What it keeps is of the newest state alone."""

    def __init__(self, store: AdoptionStore) -> None:
        self._store = store
        self._state = -1
        self._years: dict[int, Counted] = {}
        self._reports: dict[Choice, Report] = {}
        self._one_counts = asyncio.Lock()

    async def report(self, choice: Choice) -> Report | None:
        """None when nothing is counted yet."""
        await self._store.fold(FOLLOWED_EVENTS, wait=False)
        async with self._one_counts:
            state = await self._store.state()
            if state != self._state:
                self._state, self._years, self._reports = state, {}, {}
            if (kept := self._reports.get(choice)) is not None:
                return kept
            counted = self._years.get(choice.year) or await self._count(choice.year)
            if counted is None:
                return None
            found = await asyncio.to_thread(figures.made, counted, choice)
            # What was counted of a newer state than was asked about is given, and not kept.
            if counted.sums.state == state:
                _keep(self._reports, choice, found, REPORTS_KEPT_MAX)
            return found

    async def _count(self, year: int) -> Counted | None:
        sums = await self._store.sums(year, RECENT_MONTHS)
        if sums is None:
            return None
        counted = await asyncio.to_thread(figures.counted, sums)
        if sums.state == self._state:
            _keep(self._years, year, counted, YEARS_KEPT_MAX)
        return counted


def _keep(kept: dict[_Key, _Kept], key: _Key, value: _Kept, most: int) -> None:
    """The oldest goes when there are too many."""
    if len(kept) >= most:
        del kept[next(iter(kept))]
    kept[key] = value
