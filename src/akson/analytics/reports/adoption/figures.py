"""The report: from the sums to what is shown, with what may not be told taken out. Screen, file and paper show this alone.

A report is of one calendar year, so that no two of them can be subtracted. It is made of the whole country and then
narrowed: what is hidden does not depend on what is asked.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from akson.analytics.reports.adoption import words
from akson.analytics.reports.adoption.hiding import SMALL_BELOW
from akson.analytics.reports.adoption.levels import Block, Level, closed
from akson.analytics.reports.adoption.states import (
    RECENT_MONTHS,
    Standing,
    State,
    Use,
    standing,
    together,
)
from akson.store.adoption import AdoptionStore, Asked, FlowRow, Party

COUNTRY = "Landet"
BOTH = ("hospital", "gp")
"""The two that the municipalities' project counted: with either of them is under way."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked for; "" is any."""

    year: int = 0
    county: str = ""
    type: str = ""
    counterpart: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """One municipality, kind of counterpart and type. A number that may not be told is None."""

    municipality: str
    county: str
    counterpart: str
    type: str
    standing: Standing
    messages: int | None
    last_month: date | None


@dataclass(frozen=True, slots=True)
class Place:
    """One municipality: how it stands with each kind of counterpart, and how many messages."""

    name: str
    county: str
    standing: Standing
    by: Mapping[str, Standing]
    messages: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Wait:
    """How long: within which step half and nine of ten had come; None of fewer than five."""

    counterpart: str
    what: str
    messages: int
    median: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class Content:
    type: str
    asked: int
    said: int


@dataclass(frozen=True, slots=True)
class Growth:
    first_month: date
    first: int
    last_month: date
    last: int

    @property
    def words(self) -> str:
        return words.growth(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Report:
    choice: Choice
    years: tuple[int, ...]
    counties: tuple[str, ...]
    types: tuple[str, ...]
    counterparts: tuple[str, ...]
    last: date
    places: tuple[Place, ...]
    flows: tuple[Flow, ...]
    by_county: Mapping[str, Mapping[str, int | None]]
    """County (`` the country) -> counterpart (`` all) -> messages of the year."""
    series: tuple[tuple[date, int | None], ...]
    county_series: Mapping[str, tuple[int | None, ...]]
    """By county, beside `series`."""
    growth: Growth | None
    waits: tuple[Wait, ...]
    content: tuple[Content, ...]
    copies: int
    repeats: int
    rows: int
    synthetic: bool
    """Some of it was made by the generator."""

    @property
    def under_way(self) -> int:
        return sum(place.standing.under_way for place in self.places)

    @property
    def stopped(self) -> tuple[Flow, ...]:
        """Newest first."""
        found = [flow for flow in self.flows if flow.standing.stopped]
        return tuple(
            sorted(found, key=lambda f: (-(f.last_month or date.min).toordinal(), f.municipality, f.type))
        )

    def count(self, state: State) -> int:
        return sum(p.standing.state is state and not p.standing.stopped for p in self.places)


async def report(store: AdoptionStore, choice: Choice) -> Report | None:
    """None when nothing is counted yet."""
    first, newest = await store.first_month(), await store.last_month()
    if first is None or newest is None:
        return None
    years = tuple(range(newest.year, first.year - 1, -1))
    year = choice.year if choice.year in years else newest.year
    last = min(newest, date(year, 12, 1))
    asked = Asked(date(year, 1, 1), last, _back(last, RECENT_MONTHS - 1))
    parties = {p.her: p for p in await store.parties()}
    narrow = Asked(asked.first, asked.last, asked.recent, choice.county, choice.type, choice.counterpart)
    rows, series, waits, counted, synthetic = await asyncio.gather(
        store.flows(asked), store.series(narrow), store.waits(narrow), store.rows(), store.has_loaded()
    )
    return _made(
        Choice(year, choice.county, choice.type, choice.counterpart),
        years,
        last,
        parties,
        rows,
        series,
        waits,
        counted,
        synthetic,
    )


def _made(
    choice: Choice,
    years: tuple[int, ...],
    last: date,
    parties: Mapping[str, Party],
    rows: Sequence[FlowRow],
    series: Sequence[tuple[date, str, int]],
    waits: Sequence[tuple[str, str, int, int]],
    counted: int,
    synthetic: bool,
) -> Report:
    towns = {her: p for her, p in parties.items() if p.kind == "municipality" and p.belongs == her}
    low, middle, high = _hidden(rows, towns)
    asked = [r for r in rows if _within(r, towns, choice)]
    flows = tuple(_flow(r, towns[r.municipality], low) for r in asked)
    counterparts = tuple(dict.fromkeys((*BOTH, *sorted({r.counterpart for r in rows}))))
    shown = (choice.counterpart,) if choice.counterpart else counterparts
    chosen = [p for p in towns.values() if choice.county in ("", p.county)]
    grouped: dict[str, list[tuple[FlowRow, Flow]]] = defaultdict(list)
    for row, flow in zip(asked, flows, strict=True):
        grouped[row.municipality].append((row, flow))
    places = tuple(
        _place(p, grouped.get(p.her, []), shown, choice.type, middle)
        for p in sorted(chosen, key=lambda p: (p.county, p.name))
    )
    months, lines = _series(series, last)
    return Report(
        choice,
        years,
        tuple(sorted({p.county for p in towns.values()})),
        tuple(sorted({r.type for r in rows}, key=words.type_words)),
        counterparts,
        last,
        places,
        flows,
        _by_county(places, shown, high, choice.type),
        tuple(months),
        lines,
        _growth(months),
        _waits(waits),
        _content(asked),
        sum(r.copies for r in asked),
        sum(r.repeats for r in asked),
        counted,
        synthetic,
    )


def _back(at: date, months: int) -> date:
    number = at.year * 12 + at.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _within(row: FlowRow, towns: Mapping[str, Party], choice: Choice) -> bool:
    return (
        choice.county in ("", towns[row.municipality].county)
        and choice.type in ("", row.type)
        and choice.counterpart in ("", row.counterpart)
    )


_Gone = Mapping[str, frozenset[tuple[str, str]]]


def _hidden(rows: Iterable[FlowRow], towns: Mapping[str, Party]) -> tuple[_Gone, _Gone, _Gone]:
    low: Level = defaultdict(dict)
    middle: dict[str, Block] = defaultdict(lambda: defaultdict(int))
    high: Block = defaultdict(int)
    for row in rows:
        county = towns[row.municipality].county
        low[row.municipality][row.type, row.counterpart] = row.messages
        middle[county][row.municipality, row.counterpart] += row.messages
        high[county, row.counterpart] += row.messages
    (a, b, c), _ = closed([dict(low), dict(middle), {COUNTRY: high}])
    return a, b, c


def _flow(row: FlowRow, town: Party, low: _Gone) -> Flow:
    use = Use(row.ever, row.recent, row.recent_months, row.confirmed, row.asked, row.said)
    gone = (row.type, row.counterpart) in low.get(row.municipality, ())
    told = None if gone else row.messages
    return Flow(town.name, town.county, row.counterpart, row.type, standing(use), told, row.last_month)


def _place(
    town: Party, flows: Sequence[tuple[FlowRow, Flow]], shown: Sequence[str], type: str, middle: _Gone
) -> Place:
    all_of = {(row.counterpart, row.type): flow.standing for row, flow in flows}
    by = {c: together({k: s for k, s in all_of.items() if k[0] == c}, (c,), type) for c in shown}
    required = [c for c in shown if c in BOTH]
    numbers: dict[str, int | None] = {}
    for counterpart in shown:
        mine = [flow.messages for row, flow in flows if row.counterpart == counterpart]
        gone = (town.her, counterpart) in middle.get(town.county, ())
        # A sum over all types is of a level that was hidden as a whole; one type's number is that flow's own.
        total = sum(row.messages for row, _ in flows if row.counterpart == counterpart)
        numbers[counterpart] = (None if None in mine else total) if type else (None if gone else total)
    return Place(town.name, town.county, together(all_of, required or shown, type), by, numbers)


def _by_county(
    places: Sequence[Place], shown: Sequence[str], high: _Gone, type: str
) -> dict[str, dict[str, int | None]]:
    """Sums of what is shown; where a part is hidden, the sum is shown only when it was hidden for together with it."""
    found: dict[str, dict[str, int | None]] = {}
    gone = high.get(COUNTRY, frozenset())
    for county in dict.fromkeys(p.county for p in places):
        mine = [p for p in places if p.county == county]
        line: dict[str, int | None] = {}
        for counterpart in shown:
            parts = [p.messages[counterpart] for p in mine]
            blocked = (None in parts) if type else (county, counterpart) in gone
            line[counterpart] = None if blocked or None in parts else sum(n or 0 for n in parts)
        found[county] = line
    return found


def _series(
    series: Sequence[tuple[date, str, int]], last: date
) -> tuple[list[tuple[date, int | None]], dict[str, tuple[int | None, ...]]]:
    """Months in which nothing came are there, as none; a month of fewer than five is not told."""
    if not series:
        return [], {}
    by = {(at, county): n for at, county, n in series}
    first = min(at for at, _, _ in series)
    months = [_back(last, n) for n in range((last.year - first.year) * 12 + last.month - first.month, -1, -1)]
    counties = sorted({county for _, county, _ in series})
    whole = [(at, sum(by.get((at, county), 0) for county in counties)) for at in months]
    lines = {c: tuple(_told(by.get((at, c), 0)) for at in months) for c in counties}
    return [(at, _told(n)) for at, n in whole], lines


def _told(n: int) -> int | None:
    return None if 0 < n < SMALL_BELOW else n


def _growth(months: Sequence[tuple[date, int | None]]) -> Growth | None:
    known = [(at, n) for at, n in months if n]
    if len(known) < 2:
        return None
    (first_month, first), (last_month, last) = known[0], known[-1]
    return Growth(first_month, first, last_month, last)


def _waits(rows: Sequence[tuple[str, str, int, int]]) -> tuple[Wait, ...]:
    steps: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for counterpart, what, step, n in rows:
        steps[counterpart, what].append((step, n))
    found = []
    for (counterpart, what), counted in sorted(steps.items()):
        total = sum(n for _, n in counted)
        enough = total >= SMALL_BELOW
        found.append(
            Wait(
                counterpart,
                what,
                total,
                quantile(counted, 50) if enough else None,
                quantile(counted, 90) if enough else None,
            )
        )
    return tuple(found)


def quantile(counted: Sequence[tuple[int, int]], percent: int) -> int:
    """The step within which so many percent had come. `counted`: (step, messages), shortest first."""
    total, seen = sum(n for _, n in counted), 0
    for step, n in counted:
        seen += n
        if seen * 100 >= percent * total:
            return step
    raise ValueError("nothing was counted")


def _content(rows: Sequence[FlowRow]) -> tuple[Content, ...]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        sums[row.type][0] += row.asked
        sums[row.type][1] += row.said
    # Four fields of one message say nothing: as many as five messages' least.
    return tuple(Content(t, a, s) for t, (a, s) in sorted(sums.items()) if a >= SMALL_BELOW)
