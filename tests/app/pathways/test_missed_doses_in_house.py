"""Where somebody is around the clock a dose that nobody answers is an item too: nursing home and short-term bed."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from akson.app.pathways.facts import PatientFacts
from akson.app.pathways.missed_doses import missed_doses
from akson.care.casework.absences import absences
from akson.care.casework.rows import NORWAY
from akson.care.contacts.residence import residences
from tests.app.pathways.test_follower import NOON, PATIENT, Day, day, stay
from tests.app.pathways.test_missed_doses import MORNING, given, line, told
from tests.record.conftest import house

__all__ = ["day", "house"]
HOME = {"reference": "Organization/storvik-sykehjem", "display": "Storvik sykehjem"}
NIGHT = "2026-11-25T00:01"


def lives_there(code: str = "21", **more: Any) -> dict[str, Any]:
    coding = {"system": "urn:oid:2.16.578.1.12.4.1.1.9151", "code": code}
    return {
        "resourceType": "EpisodeOfCare", "id": "opphold", "status": "active", "patient": PATIENT,
        "type": [{"coding": [coding]}], "managingOrganization": HOME, "period": {"start": "2026-01-01"}, **more,
    }  # fmt: skip


async def moved_in(day: Day, *more: dict) -> None:
    """Her decision on home services has ended, and nobody visits her."""
    granted = await day.house.as_("system").read("ServiceRequest", "vedtak-1")
    await day.put({**_json(granted), "status": "revoked"}, *more)
    await day.settle()


def _json(version: Any) -> dict:
    from akson.fhir.codec import json

    return {k: v for k, v in json.parse(version.body).items() if k != "meta"}


async def test_a_resident_is_watched_around_the_clock_and_the_item_is_the_homes(day: Day) -> None:
    await moved_in(day, lives_there(), line("m1", "1+1+0+1"), given("m1", "2026-11-24", "M", MORNING))
    day.go(NIGHT)
    await day.settle()
    found = sorted(await told(day), key=lambda t: t["description"])
    assert [t["description"][:22] for t in found] == ["En dose 24.11. kl. 13:", "En dose 24.11. kl. 22:"]
    assert {t["owner"]["reference"] for t in found} == {HOME["reference"]}
    await day.settle(day.restarted())
    assert len(await told(day)) == 2


@pytest.mark.parametrize("code", ["15", "17", "22"])
async def test_a_service_by_day_or_by_night_is_no_watch(day: Day, code: str) -> None:
    await moved_in(day, line("m1", "0+0+0+1"), given("m1", "2026-11-23", "N", MORNING), lives_there(code))
    day.go(NIGHT)
    await day.settle()
    assert await told(day) == []


Rows = tuple[dict, ...]


def facts(*, encounters: Rows = (), holds: Rows = (), episodes: Rows = ()) -> PatientFacts:
    lines = tuple(
        {**line("m1", "1+1+0+1"), "meta": {"lastUpdated": "2026-11-01T00:00:00Z"}} for _ in range(1)
    )
    administered = (given("m1", "2026-11-24", "M", MORNING),)
    return PatientFacts(
        {"resourceType": "Patient", "id": "astrid"}, encounters, (), (), (), (), holds,
        tuple({"id": "korttid-1", "managingOrganization": HOME} for _ in holds),
        given=administered, medicines=lines, residences=residences(episodes),
    )  # fmt: skip


def _missed(known: PatientFacts, at: datetime) -> list[dict]:
    away = absences(known.encounters, known.holds)
    return list(missed_doses(known, (), away, {"reference": "Organization/hjemme"}, at).items)


def test_in_hospital_nobody_here_answers_for_it() -> None:
    late = datetime(2026, 11, 25, 0, 1, tzinfo=NORWAY)
    resident = facts(episodes=(lives_there(),))
    assert len(_missed(resident, late)) == 2
    ill = stay("in-progress", NOON)
    assert _missed(facts(episodes=(lives_there(),), encounters=(ill,)), late) == []
    back = stay("finished", NOON, NOON + timedelta(hours=6))
    assert len(_missed(facts(episodes=(lives_there(),), encounters=(back,)), late)) == 1, (
        "the one at 22 is ours again"
    )


def test_in_a_short_term_bed_the_item_is_the_wards() -> None:
    hold = {
        "resourceType": "Appointment", "id": "h1", "status": "arrived", "start": (NOON - timedelta(days=1)).isoformat(),
        "end": (NOON + timedelta(days=5)).isoformat(),
        "serviceCategory": [{"coding": [{"system": "https://akson.no/fhir/CodeSystem/casework", "code": "bed-hold"}]}],
    }  # fmt: skip
    late = datetime(2026, 11, 25, 0, 1, tzinfo=NORWAY)
    items = _missed(facts(holds=(hold,)), late)
    assert len(items) == 2 and {i["owner"]["reference"] for i in items} == {HOME["reference"]}
    assert _missed(facts(), late) == [], "at home and not visited she takes them herself"
