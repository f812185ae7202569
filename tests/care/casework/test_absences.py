"""From hospital to a bed that is promised, and home when its period is over: visits wait until then."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from akson.care.casework import beds
from akson.care.casework.absences import absence_at, absences
from akson.care.casework.rows import NORWAY

ADMITTED = datetime(2026, 11, 20, 14, tzinfo=NORWAY)
DISCHARGED = datetime(2026, 11, 27, 10, tzinfo=NORWAY)
NOON = datetime(2026, 11, 27, 12, tzinfo=NORWAY)
HOME = NOON + timedelta(days=14)


def stay(end: datetime | None = DISCHARGED, code: str = "IMP") -> dict[str, Any]:
    period = {"start": ADMITTED.isoformat(), **({"end": end.isoformat()} if end else {})}
    status = "finished" if end else "in-progress"
    return {
        "resourceType": "Encounter",
        "id": "e",
        "status": status,
        "class": {"code": code},
        "period": period,
    }


def held(status: str = "booked", start: datetime = NOON) -> dict[str, Any]:
    place = {"resourceType": "Location", "id": "b", "name": "Korttid 1", "status": "active"}
    _, hold = beds.hold(place, beds.Hold("h", {"reference": "Patient/p"}, start, start + timedelta(14), None))
    return {**hold, "status": status}


def test_visits_wait_from_the_hospital_to_the_end_of_the_bed() -> None:
    away = absences([stay()], [held()])
    between = DISCHARGED + timedelta(hours=1)
    assert all(absence_at(away, at) for at in (ADMITTED, between, NOON, HOME - timedelta(minutes=1)))
    assert absence_at(away, HOME) is None and absence_at(away, between).reason == "short-stay"


@pytest.mark.parametrize(
    ("encounters", "holds"),
    [
        ([stay()], []),
        ([stay()], [held("cancelled")]),
        # A bed next week: until then she is at home.
        ([stay()], [held(start=NOON + timedelta(days=7))]),
    ],
)
def test_at_home_until_she_is_not(encounters: list[dict[str, Any]], holds: list[dict[str, Any]]) -> None:
    assert absence_at(absences(encounters, holds), DISCHARGED + timedelta(hours=1)) is None


def test_a_promise_to_one_who_was_never_in_hospital_is_no_absence() -> None:
    assert absences([], [held()]) == ()


def test_a_short_stay_is_a_stay() -> None:
    assert absence_at(absences([stay(None, "SS")]), NOON).reason == "admitted"
