"""The report: from the sums to what is shown, with what may not be told taken out. Screen, file and paper show this alone.

A report is of one calendar year, so that no two of them can be subtracted. It is made of the whole country and then
narrowed: what is hidden does not depend on what is asked. Months are told of the country and of counties, all types and
counterparts together, and their table is closed together with the year's: the months of a county add up to its year.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from akson.analytics.reports.adoption import words
from akson.analytics.reports.adoption.concealed import Concealed, concealed, placed
from akson.analytics.reports.adoption.hiding import SMALL_BELOW
from akson.analytics.reports.adoption.states import (
    RECENT_MONTHS,
    Standing,
    State,
    Use,
    standing,
    together,
)
from akson.store.adoption import AdoptionStore, FlowRow, Party, Sums, WaitRow

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
    """From the beginning, of the country or the county; empty when a type or a counterpart is asked for."""
    county_series: Mapping[str, tuple[int | None, ...]]
    """By county, beside `series`."""
    growth: Growth | None
    waits: tuple[Wait, ...]
    content: tuple[Content, ...]
    copies: int | None
    """Of the whole country alone, as `repeats`: parts of it could be subtracted."""
    repeats: int | None
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
    sums = await store.sums(choice.year, RECENT_MONTHS)
    return made(counted(sums), choice) if sums is not None else None


@dataclass(frozen=True, slots=True)
class Counted:
    """The sums of one year and what of them may not be told: the same whatever is asked, so it may be kept."""

    sums: Sums
    towns: Mapping[str, Party]
    hidden: Mapping[int, Concealed]
    """By year."""


def counted(sums: Sums) -> Counted:
    towns = {
        p.her: replace(p, county=placed(p.county))
        for p in sums.parties
        if p.kind == "municipality" and p.belongs == p.her
    }
    years = range(sums.first.year, sums.last.year + 1)
    return Counted(sums, towns, {year: concealed(sums, towns, year) for year in years})


def made(counted: Counted, asked: Choice) -> Report:
    sums, towns = counted.sums, counted.towns
    choice = Choice(sums.last.year, asked.county, asked.type, asked.counterpart)
    gone = counted.hidden[choice.year]
    rows = [r for r in sums.flows if _within(towns[r.municipality].county, r.type, r.counterpart, choice)]
    flows = tuple(_flow(r, towns[r.municipality], choice.year, gone) for r in rows)
    counterparts = tuple(dict.fromkeys((*BOTH, *sorted({r.counterpart for r in sums.flows}))))
    shown = (choice.counterpart,) if choice.counterpart else counterparts
    chosen = [p for p in towns.values() if choice.county in ("", p.county)]
    grouped: dict[str, list[tuple[FlowRow, Flow]]] = defaultdict(list)
    for row, flow in zip(rows, flows, strict=True):
        grouped[row.municipality].append((row, flow))
    places = tuple(
        _place(p, grouped.get(p.her, []), shown, choice, gone)
        for p in sorted(chosen, key=lambda p: (p.county, p.name))
    )
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        totals[towns[row.municipality].county, row.counterpart] += row.years.get(choice.year, 0)
    months, lines = _series(counted, choice)
    whole = not (choice.county or choice.type or choice.counterpart)
    return Report(
        choice,
        tuple(range(sums.newest.year, sums.first.year - 1, -1)),
        tuple(sorted({p.county for p in towns.values()})),
        tuple(sorted({r.type for r in sums.flows}, key=words.type_words)),
        counterparts,
        sums.last,
        places,
        flows,
        _by_county(places, shown, gone, choice.type, totals),
        months,
        lines,
        _growth(months),
        _waits(w for w in sums.waits if _within(placed(w.county), w.type, w.counterpart, choice)),
        _content(rows),
        sum(r.copies for r in rows) if whole else None,
        sum(r.repeats for r in rows) if whole else None,
        sums.loaded,
    )


def _back(at: date, months: int) -> date:
    number = at.year * 12 + at.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _within(county: str, type: str, counterpart: str, choice: Choice) -> bool:
    return (
        choice.county in ("", county)
        and choice.type in ("", type)
        and choice.counterpart in ("", counterpart)
    )


def _flow(row: FlowRow, town: Party, year: int, gone: Concealed) -> Flow:
    use = Use(row.ever, row.recent, row.recent_months, row.confirmed, row.asked, row.said)
    hidden = (row.type, row.counterpart) in gone.types.get(row.municipality, ())
    told = None if hidden else row.years.get(year, 0)
    return Flow(town.name, town.county, row.counterpart, row.type, standing(use), told, row.last_month)


def _place(
    town: Party,
    flows: Sequence[tuple[FlowRow, Flow]],
    shown: Sequence[str],
    choice: Choice,
    gone: Concealed,
) -> Place:
    type = choice.type
    all_of = {(row.counterpart, row.type): flow.standing for row, flow in flows}
    by = {c: together({k: s for k, s in all_of.items() if k[0] == c}, (c,), type) for c in shown}
    required = [c for c in shown if c in BOTH]
    numbers: dict[str, int | None] = {}
    for counterpart in shown:
        mine = [flow.messages for row, flow in flows if row.counterpart == counterpart]
        hidden = (town.her, counterpart) in gone.places.get(town.county, ())
        # A sum over all types is of a level that was hidden as a whole; one type's number is that flow's own.
        total = sum(row.years.get(choice.year, 0) for row, _ in flows if row.counterpart == counterpart)
        numbers[counterpart] = (None if None in mine else total) if type else (None if hidden else total)
    return Place(town.name, town.county, together(all_of, required or shown, type), by, numbers)


def _by_county(
    places: Sequence[Place],
    shown: Sequence[str],
    gone: Concealed,
    type: str,
    totals: Mapping[tuple[str, str], int],
) -> dict[str, dict[str, int | None]]:
    """Of one type: told when all its parts are. Of all types: as the tables of the year say, which were closed for it."""
    found: dict[str, dict[str, int | None]] = {}
    for county in dict.fromkeys(p.county for p in places):
        mine = [p for p in places if p.county == county]
        line: dict[str, int | None] = {}
        for counterpart in shown:
            parts = [p.messages[counterpart] for p in mine]
            if type:
                line[counterpart] = None if None in parts else sum(n or 0 for n in parts)
            else:
                hidden = (county, counterpart) in gone.counties
                line[counterpart] = None if hidden else totals[county, counterpart]
        found[county] = line
    return found


def _series(
    counted: Counted, choice: Choice
) -> tuple[tuple[tuple[date, int | None], ...], dict[str, tuple[int | None, ...]]]:
    """Months in which nothing came are there, as none."""
    sums, by = counted.sums, defaultdict[tuple[str, date], int](int)
    if choice.type or choice.counterpart:
        return (), {}
    for at, county, n in sums.series:
        by[placed(county), at] += n
        by["", at] += n
    first, last = sums.first, sums.last
    months = [_back(last, n) for n in range((last.year - first.year) * 12 + last.month - first.month, -1, -1)]
    counties = sorted({c for c, _ in by if c and choice.county in ("", c)})

    def told(county: str) -> tuple[int | None, ...]:
        return tuple(
            None if (county, at.isoformat()) in counted.hidden[at.year].months else by[county, at]
            for at in months
        )

    lines = {c: told(c) for c in counties}
    shown = lines.get(choice.county, (0,) * len(months)) if choice.county else told("")
    return tuple(zip(months, shown, strict=True)), lines


def _growth(months: Sequence[tuple[date, int | None]]) -> Growth | None:
    known = [(at, n) for at, n in months if n]
    if len(known) < 2:
        return None
    (first_month, first), (last_month, last) = known[0], known[-1]
    return Growth(first_month, first, last_month, last)


def _waits(rows: Iterable[WaitRow]) -> tuple[Wait, ...]:
    """`rows` shortest first."""
    steps: dict[tuple[str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        steps[row.counterpart, row.what][row.step] += row.messages
    found = []
    for (counterpart, what), by_step in sorted(steps.items()):
        counted = list(by_step.items())
        enough = sum(by_step.values()) >= SMALL_BELOW
        half, most = (quantile(counted, p) if enough else None for p in (50, 90))
        found.append(Wait(counterpart, what, half, most))
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
