"""The report as screens ask for it: follows the post a bounded way first, then reads the sums."""

from akson.analytics.reports.adoption import figures
from akson.analytics.reports.adoption.figures import Choice, Report
from akson.store.adoption import AdoptionStore

FOLLOWED_EVENTS = 2_000
"""Of the book before a page is answered; what is further behind the next ones take, or `akson adoption figures`."""


class AdoptionReports:
    def __init__(self, store: AdoptionStore) -> None:
        self._store = store

    async def report(self, choice: Choice) -> Report | None:
        await self._store.fold(FOLLOWED_EVENTS)
        return await figures.report(self._store, choice)
