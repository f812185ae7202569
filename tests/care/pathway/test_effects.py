"""What the house changes by itself: holds are let go, a step has one Task; twice is once."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.care.pathway.story import stay as told
from tests.care.pathway.story import when

from akson.care.casework.absences import Absence
from akson.care.casework.visits import cancelled
from akson.care.pathway import rules
from akson.care.pathway.effects import Change, effects
from akson.care.pathway.stay import began, ended, stay

OWNERS = {"case-worker": {"reference": "Organization/office"}, "nurse": {"reference": "Organization/nurses"}}
World = dict[str, dict[str, Any]]


def visit(id: str, start: str, status: str = "booked") -> dict[str, Any]:
    return {
        "resourceType": "Appointment",
        "id": id,
        "status": status,
        "start": start,
        "description": "Morgenstell",
    }


def world(*visits: dict[str, Any], hold: bool = False) -> World:
    found = {f"Appointment/{v['id']}": v for v in visits}
    if hold:
        found["Slot/bed"] = {
            "resourceType": "Slot",
            "id": "bed",
            "status": "busy-tentative",
            "supportingInformation": [{"reference": "Encounter/1"}],
        }
    return found


def changes(lines: list[str], now: str, all: World) -> list[Change]:
    one = stay(told(lines), rules.load(), when(now))
    start = began(one.events)
    away = [Absence(start, ended(one.events), "admitted")] if start and one.phase != "none" else []
    return effects(
        [one],
        [r for r in all.values() if r["resourceType"] == "Appointment"],
        [r for r in all.values() if r["resourceType"] == "Slot"],
        [r for r in all.values() if r["resourceType"] == "Task"],
        owners=OWNERS,
        now=when(now),
        away=away,
    )


def applied(all: World, wished: list[Change]) -> World:
    after = copy.deepcopy(all)
    for change in wished:
        type = change.resource["resourceType"]
        ref = change.target or f"{type}/{change.given_id}"
        assert change.target or ref not in after, "made twice"
        after[ref] = {**change.resource, "id": ref.partition("/")[2]}
    return after


A = "admitted 2024-03-01T10:00"
VISITS = [
    visit("a", "2024-03-01T08:00:00+01:00", "fulfilled"),
    visit("b", "2024-03-01T13:00:00+01:00"),
    visit("c", "2024-03-05T08:00:00+01:00"),
    visit("d", "2024-03-07T08:00:00+01:00"),
]


def test_a_hold_waits_a_day_after_the_return() -> None:
    all = applied(world(hold=True), changes([A], "2024-03-01T10:30", world(hold=True)))
    home = [A, "discharged 2024-03-06T12:00"]
    back = changes(home, "2024-03-06T12:30", all)
    assert not [c for c in back if c.kind == "release-hold"], "she is on her way there"
    all = applied(all, back)
    assert not changes(home, "2024-03-06T12:30", all)
    let_go = changes(home, "2024-03-07T12:00", all)
    assert [c.target for c in let_go if c.kind == "release-hold"] == ["Slot/bed"]


def test_visits_are_caseworks() -> None:
    kinds = {c.kind for c in changes([A], "2024-03-01T10:30", world(*VISITS, hold=True))}
    assert kinds == {"open-task"}


def test_a_hold_of_another_matter_is_left_alone() -> None:
    all = {"Slot/bed": {"resourceType": "Slot", "id": "bed", "status": "busy"}}
    home = [A, "discharged 2024-03-06T12:00"]
    assert not [c for c in changes(home, "2024-03-09T12:30", all) if c.kind == "release-hold"]
    dead = [A, "died 2024-03-06T12:00"]
    assert [c.target for c in changes(dead, "2024-03-06T12:30", all) if c.kind == "release-hold"] == [
        "Slot/bed"
    ]


def test_a_visit_that_was_lost_to_late_word_is_somebodys() -> None:
    paused = [VISITS[0], *(cancelled(v, "admitted") for v in VISITS[1:])]
    all = applied(world(*paused), changes([A], "2024-03-01T10:30", world(*paused)))
    late = [A, "discharged 2024-03-07T12:00 at=2024-03-06T12:00"]
    wished = changes(late, "2024-03-07T12:30", all)
    lost = [c for c in wished if c.kind == "open-task" and c.resource["priority"] == "urgent"]
    assert len(lost) == 1 and lost[0].resource["owner"] == OWNERS["nurse"]
    assert lost[0].resource["input"][0]["valueReference"]["reference"] == "Appointment/d"
    all = applied(all, wished)
    assert not changes(late, "2024-03-07T12:30", all)


def test_a_step_has_one_task_and_it_ends() -> None:
    lines = [A, "ready 2024-03-04T10:00 doctor=Lunde"]
    all = applied({}, changes(lines, "2024-03-04T11:00", {}))
    open = [t for t in all.values() if "answer-ready" in t["identifier"][0]["value"]]
    assert len(open) == 1 and open[0]["owner"] == OWNERS["case-worker"]
    assert open[0]["restriction"]["period"]["end"].startswith("2024-03-04T12:00")
    answered = [*lines, "answer 2024-03-04T11:10 can=2024-03-05"]
    all = applied(all, changes(answered, "2024-03-04T11:11", all))
    assert [t["status"] for t in all.values() if "answer-ready" in t["identifier"][0]["value"]] == [
        "completed"
    ]


def test_the_posts_own_item_is_the_steps_task() -> None:
    own = {
        "resourceType": "Task",
        "id": "post",
        "status": "requested",
        "focus": {"reference": "Communication/1"},
        "code": {"coding": [{"system": "https://akson.no/fhir/CodeSystem/task", "code": "ready-notice"}]},
    }
    wished = changes([A, "ready 2024-03-04T10:00"], "2024-03-04T11:00", {"Task/post": own})
    keys = [c.resource["identifier"][0]["value"] for c in wished if c.kind == "open-task"]
    assert not [key for key in keys if "answer-ready" in key]


LINES = [
    A,
    "early-notice 2024-03-01T18:00",
    "ready 2024-03-04T10:00",
    "answer 2024-03-04T10:30 not",
    "answer 2024-03-04T15:30 can=2024-03-06",
    "withdrawn 2024-03-05T09:00",
    "ready 2024-03-05T15:00",
    "discharged 2024-03-06T12:00",
    "died 2024-03-06T20:00",
]


@given(st.lists(st.sampled_from(LINES), unique=True), st.integers(0, 9))
@settings(max_examples=150, deadline=None)
def test_applied_and_asked_again_is_nothing(lines: list[str], days: int) -> None:
    all = world(*VISITS, hold=True)
    for now in ("2024-03-01T11:00", f"2024-03-0{max(days, 1)}T23:00", "2024-03-09T09:00"):
        wished = changes(lines, now, all)
        all = applied(all, wished)
        assert not changes(lines, now, all)
