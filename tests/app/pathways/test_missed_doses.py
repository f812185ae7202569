"""A dose that nobody says anything of becomes one item by the clock, for those whom the house gives medicines."""

from datetime import datetime, timedelta
from typing import Any

from akson.care.casework.rows import NORWAY, why_cancelled
from akson.care.medication.administration.watch import item_id
from tests.app.pathways.test_follower import NOON, PATIENT, UNIT, Day, day
from tests.record.conftest import house

__all__ = ["day", "house"]
MORNING = datetime(2026, 11, 24, 8, 5, tzinfo=NORWAY)
AT_LUNCH, IN_THE_EVENING = "2026-11-24T15:01", "2026-11-24T20:10"


def line(id: str, dose: str) -> dict[str, Any]:
    return {
        "resourceType": "MedicationStatement", "id": id, "status": "active", "subject": PATIENT,
        "medicationCodeableConcept": {"text": f"Legemiddel {id}"}, "dosage": [{"text": dose}],
        "effectivePeriod": {"start": "2026-11-01"},
    }  # fmt: skip


def given(line: str, day: str, slot: str, at: datetime, status: str = "completed") -> dict[str, Any]:
    key = f"MedicationStatement/{line}|{day}|{slot}"
    return {
        "resourceType": "MedicationAdministration", "id": f"{line}-{day}-{slot}", "status": status, "subject": PATIENT,
        "identifier": [{"system": "https://akson.no/fhir/NamingSystem/planned-dose", "value": key}],
        "medicationCodeableConcept": {"text": "Legemiddel"}, "effectiveDateTime": at.isoformat(),
    }  # fmt: skip


async def told(day: Day) -> list[dict]:
    return [t for t in await day.tasks() if t["code"]["text"] == "Dose uten svar"]


async def test_who_takes_her_medicines_herself_is_no_item(day: Day) -> None:
    await day.put(line("m1", "1+1+1+0"))
    day.go("2026-11-25T04:00")
    await day.settle()
    assert await told(day) == []


async def test_each_dose_that_nobody_answers_is_told_once(day: Day) -> None:
    """Lunch at 13 is due until 15; of two at once there is one item, and it names no medicine. The dose at 22 is hers."""
    await day.put(line("m1", "1+1+0+1"), line("m2", "0+2+0+0"), given("m1", "2026-11-24", "M", MORNING))
    await day.settle(day.restarted())
    assert await told(day) == []
    day.follower = day.restarted()
    await day.settle()
    day.go(AT_LUNCH)
    await day.settle()
    (item,) = await told(day)
    assert item["id"] == item_id({"reference": "Patient/astrid"}, NOON + timedelta(hours=1))
    assert len(item["identifier"]) == 2 and item["owner"]["reference"] == UNIT["reference"]
    assert item["description"].startswith("2 doser 24.11. kl. 13:00") and "Legemiddel" not in str(item)
    await day.put({**item, "status": "completed"})
    day.go("2026-11-24T23:00")
    await day.settle(day.restarted())
    night = [t for t in await told(day) if t["id"] != item["id"]]
    assert night == [], "no visit begins from 21 to 24: she takes that one herself"
    (same,) = await told(day)
    assert same["status"] == "completed", "what was closed is not opened again"


async def test_answered_in_time_or_away_it_is_none_and_without_staff_it_is(day: Day) -> None:
    lunch = given("m1", "2026-11-24", "D", NOON + timedelta(hours=1), "not-done")
    await day.put(line("m1", "1+1+1+0"), given("m1", "2026-11-24", "M", MORNING), lunch)
    evening = next(v for v in await day.visits() if v["start"].startswith("2026-11-24T20:00"))
    admitted = {**evening, "status": "cancelled", "cancelationReason": why_cancelled("no-staff")}
    await day.put(admitted)
    await day.settle(day.restarted())
    day.go(AT_LUNCH)
    await day.settle()
    assert await told(day) == []
    day.go(IN_THE_EVENING)
    await day.settle(day.restarted())
    (item,) = await told(day)
    assert item["description"].startswith("En dose 24.11. kl. 18:00")


async def test_a_line_that_came_after_the_limit_was_never_waited_for(day: Day) -> None:
    await day.put(line("m1", "0+0+1+0"), given("m1", "2026-11-23", "K", NOON - timedelta(hours=18)))
    day.go(AT_LUNCH)
    await day.put(line("m2", "0+1+0+0"))
    await day.settle(day.restarted())
    assert await told(day) == []
