"""An adversary who reads every report there is, with every filter of every year, and solves for what is hidden."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest

from akson.analytics.reports.adoption.figures import Choice, counted, made
from akson.store.adoption import FlowRow, Party, Sums

PRIME = 2**61 - 1
"""Sums are solved modulo a prime far above them: the same answer, and no fractions."""
MONTHS = tuple(date(year, month, 1) for year in (2025, 2026) for month in (1, 2, 3))
TYPES, COUNTERPARTS = ("LOG_INNLAGT", "DIALOG_SVAR"), ("gp", "hospital")
NUMBERS = ((0, 0, 1, 2, 3, 4, 5, 8, 30, 400), (0, 0, 0, 0, 0, 0, 3, 20), (0, *[40] * 12, 700, 2))
"""Of one kind of country: mixed; nearly none, so that a whole year of a county is small; nearly all large."""

Atom = tuple[str, str, str, date]
Country = dict[Atom, int]
Told = tuple[frozenset[Atom], int | None]
"""Which messages were added up, and what the report says: None is hidden."""


def towns(chance: random.Random) -> dict[str, str]:
    return {f"{c}{n}": c for c in "VØN"[: chance.randint(1, 3)] for n in range(chance.randint(1, 4))}


def sums(country: Country, place: dict[str, str], year: int) -> Sums:
    last = max(at for at in MONTHS if at.year == year)
    flows: dict[tuple[str, str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    series: dict[tuple[date, str], int] = defaultdict(int)
    for (town, type, counterpart, at), n in country.items():
        if n and at <= last:
            flows[town, counterpart, type][at.year] += n
            series[at, place[town]] += n
    return Sums(
        0,
        MONTHS[0],
        MONTHS[-1],
        last,
        [Party(t, t, "municipality", c, t) for t, c in place.items()],
        [FlowRow(*key, dict(years), 0, 0, 0, 0, 0, 0, 0, None) for key, years in flows.items()],
        [(*key, n) for key, n in sorted(series.items())],
        [],
        False,
    )


def told(country: Country, place: dict[str, str]) -> Iterator[Told]:
    """Everything that any report of it says, as sums of messages."""

    def of(year: int = 0, at: date | None = None, **fixed: str) -> frozenset[Atom]:
        def fits(atom: Atom) -> bool:
            town, type, counterpart, month = atom
            known = {"town": town, "type": type, "counterpart": counterpart, "county": place[town]}
            return (
                month == at
                if at
                else month.year == year and all(known[k] in (v, "") for k, v in fixed.items())
            )

        def fits_at(atom: Atom) -> bool:
            return fits(atom) and fixed.get("county", "") in ("", place[atom[0]])

        return frozenset(filter(fits_at, country))

    for year in (2025, 2026):
        kept = counted(sums(country, place, year))
        for choice in choices(place, year):
            report = made(kept, choice)
            by = {"type": choice.type} if choice.type else {}
            for flow in report.flows:
                kind = {"type": flow.type, "counterpart": flow.counterpart}
                yield of(year, town=flow.municipality, **kind), flow.messages
            for town in report.places:
                for c, n in town.messages.items():
                    yield of(year, town=town.name, counterpart=c, **by), n
            for county, line in report.by_county.items():
                for c, n in line.items():
                    atoms = of(year, county=county, counterpart=c, **by)
                    # A county's one type is not told when a part is not; that it is large may follow, and no part of it.
                    if n is not None or not choice.type or sum(country[a] for a in atoms) < 5:
                        yield atoms, n
            months = [at for at, _ in report.series]
            for at, n in report.series:
                yield of(at=at, county=choice.county), n
            for county, several in report.county_series.items():
                for at, n in zip(months, several, strict=True):
                    yield of(at=at, county=county), n


def choices(place: dict[str, str], year: int) -> Iterator[Choice]:
    for county, type, counterpart in product(
        ("", *sorted(set(place.values()))), ("", *TYPES), ("", *COUNTERPARTS)
    ):
        yield Choice(year, county, type, counterpart)


def found_out(all_told: list[Told]) -> list[frozenset[Atom]]:
    """The hidden sums that follow from those that are shown."""
    nothing = {atom for atoms, n in all_told if n == 0 for atom in atoms}
    rows: dict[Atom, dict[Atom, int]] = {}

    def reduced(atoms: frozenset[Atom]) -> dict[Atom, int]:
        row = {atom: 1 for atom in atoms if atom not in nothing}
        while pivots := [atom for atom in row if atom in rows]:
            times = row[pivots[0]]
            for atom, n in rows[pivots[0]].items():
                row[atom] = (row.get(atom, 0) - times * n) % PRIME
                if not row[atom]:
                    del row[atom]
        return row

    for atoms in {atoms for atoms, n in all_told if n}:
        if row := reduced(atoms):
            pivot = min(row)
            inverse = pow(row[pivot], PRIME - 2, PRIME)
            new = {atom: n * inverse % PRIME for atom, n in row.items()}
            # Kept free of each other's pivots, so that reducing ends.
            for other in rows.values():
                if times := other.get(pivot, 0):
                    for atom, n in new.items():
                        other[atom] = (other.get(atom, 0) - times * n) % PRIME
                        if not other[atom]:
                            del other[atom]
            rows[pivot] = new
    return [atoms for atoms, n in all_told if n is None and not reduced(atoms)]


@pytest.mark.parametrize("seed", range(90))
def test_no_hidden_number_follows_from_all_that_is_told(seed: int) -> None:
    chance = random.Random(seed)
    place = towns(chance)
    numbers = NUMBERS[seed % len(NUMBERS)]
    country = {key: chance.choice(numbers) for key in product(place, TYPES, COUNTERPARTS, MONTHS)}
    everything = list(told(country, place))
    for atoms, n in everything:
        assert n is None or n == sum(country[atom] for atom in atoms)
        assert n is None or n == 0 or n >= 5
    found = found_out(everything)
    assert not found, [(sorted(atoms), sum(country[a] for a in atoms)) for atoms in found[:2]]


def test_the_adversary_is_able() -> None:
    """She finds the month that is one hidden beside eleven that are told, and what two reports differ by."""
    a, b, c = (("V1", "LOG_INNLAGT", "gp", at) for at in MONTHS[:3])
    year = frozenset((a, b, c))
    assert found_out([(year, 90), (frozenset((a, b)), 87), (frozenset((c,)), None)]) == [frozenset((c,))]
    assert not found_out(
        [(year, 90), (frozenset((a,)), 60), (frozenset((b,)), None), (frozenset((c,)), None)]
    )
