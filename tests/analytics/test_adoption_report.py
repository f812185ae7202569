"""The report of the synthetic country: what went in comes out, and nothing that is small."""

from itertools import groupby

import pytest

from akson.analytics.reports.adoption import words
from akson.analytics.reports.adoption.figures import Choice, Report, quantile, report
from akson.analytics.reports.adoption.file import HEADINGS, as_csv
from akson.analytics.reports.adoption.states import State
from akson.analytics.reports.adoption.traffic import COUNTIES, monthly, towns
from akson.store.adoption import AdoptionStore

TIMES = 0.2


async def made(store: AdoptionStore, **choice: object) -> Report:
    found = await report(store, Choice(**choice))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_country_has_the_figures_of_its_source() -> None:
    assert sum(COUNTIES.values()) == 428 == len(towns(1))
    assert (monthly(0), monthly(35)) == (14_000, 240_000)
    assert towns(7) == towns(7) != towns(8)


async def test_422_of_428_and_the_growth_both_ways(country: AdoptionStore) -> None:
    found = await made(country)
    assert (found.under_way, len(found.places)) == (422, 428)
    assert (found.count(State.NOT_STARTED), found.count(State.TESTED)) == (4, 2)
    assert found.growth and (found.growth.first, found.growth.last) == (14_000 * TIMES, 240_000 * TIMES)
    assert "1 714 %" in found.growth.words.replace("\u00a0", " ")
    assert "en vekst på 1 614 %" in found.growth.words.replace("\u00a0", " ")
    assert found.copies and found.repeats and len(found.stopped) >= 3


async def test_most_of_2012_had_not_begun(country: AdoptionStore) -> None:
    found = await made(country, year=2012)
    assert 60 <= found.under_way < 350 and found.last.year == 2012


async def test_no_small_number_is_told(country: AdoptionStore) -> None:
    for choice in (
        {},
        {"year": 2012},
        {"year": 2012, "type": "DIALOG_SVAR"},
        {"county": "Finnmark", "year": 2012},
    ):
        found = await made(country, **choice)
        told = [flow.messages for flow in found.flows]
        told += [n for place in found.places for n in place.messages.values()]
        told += [n for line in found.by_county.values() for n in line.values()]
        told += [n for line in found.county_series.values() for n in line]
        assert all(n is None or n == 0 or n >= 5 for n in told)
        if choice.get("year") == 2012:
            assert None in told


async def test_what_is_hidden_does_not_depend_on_what_is_asked(country: AdoptionStore) -> None:
    """Else one asks twice and subtracts."""
    whole = {
        (f.municipality, f.counterpart, f.type): f.messages for f in (await made(country, year=2012)).flows
    }
    for choice in ({"type": "DIALOG_SVAR"}, {"county": "Nordland"}, {"counterpart": "gp"}):
        part = await made(country, year=2012, **choice)
        assert part.flows and all(
            whole[f.municipality, f.counterpart, f.type] == f.messages for f in part.flows
        )


async def test_no_municipality_has_one_hidden_type_beside_a_total(country: AdoptionStore) -> None:
    found = await made(country, year=2012)
    places = {place.name: place for place in found.places}
    hidden_some = 0
    for name, flows in groupby(found.flows, key=lambda f: (f.municipality, f.counterpart)):
        hidden = [f for f in flows if f.messages is None]
        hidden_some += bool(hidden)
        if len(hidden) == 1:
            assert places[name[0]].messages[name[1]] is None
    assert hidden_some


async def test_the_file_is_read_by_a_norwegian_spreadsheet(country: AdoptionStore) -> None:
    content = as_csv(await made(country))
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[0] == ";".join(HEADINGS) and "Østfold" in content.decode("utf-8-sig")


@pytest.mark.parametrize(("percent", "step"), [(50, 5), (90, 60), (100, 1440)])
def test_quantiles_are_of_steps(percent: int, step: int) -> None:
    assert quantile([(1, 10), (5, 40), (60, 40), (1440, 10)], percent) == step
    assert words.minutes(1440) == "innen 1 døgn" and words.minutes(2**31 - 1).startswith("mer enn")
