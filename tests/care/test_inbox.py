"""What waits, in which order, and how long."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from akson.care.worklist.inbox import due_words, open_items

NOW = datetime(2026, 11, 24, 8, 20, tzinfo=ZoneInfo("Europe/Oslo"))


def task(
    id: str, code: str = "", status: str = "requested", due: str = "", authored: str = "", priority: str = ""
) -> dict:
    return {
        "id": id,
        "status": status,
        "code": {"text": id, "coding": [{"system": "https://akson.no/fhir/CodeSystem/task", "code": code}]},
        "authoredOn": authored or "2026-11-24T07:00:00Z",
        **({"restriction": {"period": {"end": due}}} if due else {}),
        **({"priority": priority} if priority else {}),
    }


def test_the_gravest_comes_first_then_the_nearest_deadline_then_the_oldest() -> None:
    items = open_items(
        [
            task("young", authored="2026-11-24T07:00:00Z"),
            task("old", authored="2026-11-20T07:00:00Z"),
            task("due", due="2026-11-25T12:00:00Z"),
            task("admitted", "admission-notice"),
            task("urgent", priority="urgent"),
            task("closed", status="completed"),
        ]
    )
    assert [i.id for i in items] == ["urgent", "admitted", "due", "old", "young"]


@pytest.mark.parametrize(
    ("distance", "words", "late", "soon"),
    [
        (timedelta(minutes=40), "om 40 min", False, True),
        (timedelta(hours=3, minutes=40), "i dag 12:00", False, True),
        (timedelta(hours=9), "i dag 17:20", False, False),
        (timedelta(days=1), "i morgen 08:20", False, False),
        (timedelta(days=4), "28.11 08:20", False, False),
        (timedelta(minutes=-12), "12 min over frist", True, False),
        (timedelta(hours=-2, minutes=-31), "2 t over frist", True, False),
        (timedelta(days=-1, hours=-1), "1 dag over frist", True, False),
        (timedelta(days=-9), "9 dager over frist", True, False),
    ],
)
def test_how_near_a_deadline_is(distance: timedelta, words: str, late: bool, soon: bool) -> None:
    assert due_words(NOW + distance, NOW) == type(due_words(None, NOW))(words, late, soon)


def test_without_a_deadline_nothing_is_said() -> None:
    assert due_words(None, NOW).text == ""
