"""What is due, and that each planned dose ends in exactly one state."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from akson.care.medication.administration import acts
from akson.care.medication.administration.due import NORWAY, PlannedDose, planned
from akson.care.medication.administration.states import Board, State, board, evening_before
from akson.care.medication.lines import SourceKind, SourceLine, line_of
from akson.fhir.validation import validate

DAY = date(2026, 11, 24)
SUBJECT, IDA = {"reference": "Patient/astrid"}, {"reference": "Practitioner/ida", "display": "Ida Nilsen"}
OMAR = {"reference": "Practitioner/omar", "display": "Omar Ali"}


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=NORWAY)


def line(id: str, dose: str, **more: Any) -> SourceLine:
    statement = {
        "resourceType": "MedicationStatement",
        "id": id,
        "status": "active",
        "medicationCodeableConcept": {"text": id.capitalize()},
        "dosage": [{"text": dose}],
        **more,
    }
    found = line_of(statement, f"MedicationStatement/{id}", SourceKind.MUNICIPALITY, {})
    assert found is not None
    return found


LINES = [
    line("furosemid", "1 + 1 + 0 + 0"),
    line("atorvastatin", "0 + 0 + 1 + 0"),
    line("paracetamol", "1–2 tabletter, maks 8 daglig", dosage=[
        {"text": "1–2 tabletter, maks 8 daglig", "asNeededBoolean": True}]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("dose", "more", "expected"),
    [
        ("1 + 0 + 1 + 0", {}, [("M", "1"), ("K", "1")]),
        (
            "6 + 6 + 8 + 0 enheter til måltid",
            {},
            [("M", "6 enheter"), ("D", "6 enheter"), ("K", "8 enheter")],
        ),
        ("15 ml morgen og kveld", {}, [("M", "15 ml"), ("K", "15 ml")]),
        ("10 ml 3 ganger daglig", {}, [("M", "10 ml"), ("D", "10 ml"), ("K", "10 ml")]),
        ("½ tablett til natten", {}, [("N", "0,5")]),
        ("1 tablett hver mandag morgen", {}, []),
        ("1 tablett hver tirsdag morgen", {}, [("M", "1")]),
        ("1 tablett annenhver dag om morgenen", {"effectivePeriod": {"start": "2026-11-22"}}, [("M", "1")]),
        ("1 tablett annenhver dag om morgenen", {"effectivePeriod": {"start": "2026-11-23"}}, []),
        ("1 + 0 + 0 + 0", {"status": "on-hold"}, []),
        ("1 + 0 + 0 + 0", {"status": "stopped"}, []),
        ("1 + 0 + 0 + 0", {"effectivePeriod": {"end": "2026-11-23"}}, []),
        ("1 + 0 + 0 + 0", {"effectivePeriod": {"end": "2026-11-24"}}, [("M", "1")]),
        ("1 + 0 + 0 + 0", {"effectivePeriod": {"start": "2026-11-25"}}, []),
    ],
)
def test_the_doses_of_a_day_are_read_from_the_words(
    dose: str, more: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert [(d.slot, d.amount) for d in planned([line("x", dose, **more)], DAY)] == expected


def test_times_told_as_structure_count_more_than_words() -> None:
    dosage = [
        {"text": "som avtalt", "timing": {"repeat": {"timeOfDay": ["08:30:00"]}},
         "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tabletter"}}]},
        {"timing": {"repeat": {"when": ["NIGHT"], "dayOfWeek": ["tue"]}}},
        {"timing": {"repeat": {"when": ["NOON"], "dayOfWeek": ["wed"]}}},
    ]  # fmt: skip
    doses = planned([line("x", "", dosage=dosage)], DAY)
    assert [(d.at, d.slot, d.amount) for d in doses] == [
        (at(8, 30), "08:30", "2 tabletter"),
        (at(22), "N", ""),
    ]


def timed(when: str, value: int = 1, **repeat: Any) -> dict[str, Any]:
    amount = {"doseQuantity": {"value": value, "unit": "mg"}}
    return {"timing": {"repeat": {"when": [when], **repeat}}, "doseAndRate": [amount]}


@pytest.mark.parametrize(
    ("day", "amounts"),
    [
        (date(2026, 11, 30), ["20 mg"]),
        (date(2026, 12, 1), ["10 mg"]),
        (date(2026, 12, 5), ["10 mg"]),
        (date(2027, 1, 1), []),
    ],
)
def test_a_dosage_holds_within_its_own_period(day: date, amounts: list[str]) -> None:
    dosage = [
        timed("MORN", 20, boundsPeriod={"end": "2026-11-30"}),
        timed("MORN", 10, boundsPeriod={"start": "2026-12-01T00:00:00+01:00", "end": "2026-12"}),
    ]
    assert [dose.amount for dose in planned([line("x", "", dosage=dosage)], day)] == amounts


def test_words_of_a_dosage_that_is_over_are_not_read() -> None:
    over, held = (
        {"text": text, "timing": {"repeat": {"boundsPeriod": bounds}}}
        for text, bounds in (
            ("2 + 0 + 0 + 0", {"end": "2026-11-23"}),
            ("1 + 0 + 0 + 0", {"start": "2026-11-24"}),
        )
    )
    assert [dose.amount for dose in planned([line("x", "", dosage=[over, held])], DAY)] == ["1"]


@pytest.mark.parametrize(
    ("day", "more", "repeat", "expected"),
    [
        (date(2026, 11, 23), {"effectivePeriod": {"start": "2026-11-09"}}, {}, 1),
        (date(2026, 11, 30), {"effectivePeriod": {"start": "2026-11-09"}}, {}, 0),
        (date(2026, 11, 23), {"effectivePeriod": {"start": "2026-11-12"}}, {}, 1),
        (date(2026, 11, 24), {"effectivePeriod": {"start": "2026-11-09"}}, {}, 0),
        (date(2026, 11, 23), {}, {"boundsPeriod": {"start": "2026-11-09"}}, 1),
        (date(2026, 11, 23), {}, {"period": 1}, 1),
        (date(2026, 11, 23), {}, {}, None),
    ],
)
def test_every_second_monday_is_every_second_week(
    day: date, more: dict[str, Any], repeat: dict[str, Any], expected: int | None
) -> None:
    """As the prescription is read: dayOfWeek and period together. Without a beginning nobody knows which week."""
    told = {"dayOfWeek": ["mon"], "frequency": 1, "period": 2, "periodUnit": "wk", **repeat}
    # The words may say less than the structure: they are not what it falls back on.
    one = line("x", "", dosage=[{"text": "1 tablett hver mandag morgen", **timed("MORN", **told)}], **more)
    assert len(planned([one], day)) == (expected or 0)
    assert bool(board([one], [], day, at(9)).unplanned) == (expected is None)


def test_two_dosages_at_the_same_time_are_two_doses() -> None:
    first, second = planned([line("x", "", dosage=[timed("MORN", 20), timed("MORN", 5)])], DAY)
    assert (first.amount, second.amount) == ("20 mg", "5 mg")
    assert second.key == f"{first.key}|2"


@pytest.mark.parametrize("dose", ["etter skjema", "plaster hver 3. dag", "", "etter INR"])
def test_a_line_whose_plan_cannot_be_read_is_told(dose: str) -> None:
    assert [one.id for one in board([line("x", dose)], [], DAY, at(9)).unplanned] == ["MedicationStatement/x"]


def test_a_day_of_a_nurse() -> None:
    morning, noon, evening = planned(LINES, DAY)
    before = board(LINES, [], DAY, at(7, 30))
    assert [row.state for row in before.rows] == [State.DUE, State.COMING, State.COMING]
    told = [numbered(acts.given(morning, SUBJECT, IDA, at(8, 5), second=OMAR), 1)]
    told.append(numbered(acts.refused(noon, SUBJECT, IDA, at(13)), 2))
    later = board(LINES, told, DAY, at(21))
    assert [row.state for row in later.rows] == [State.GIVEN, State.REFUSED, State.MISSED]
    answer = later.rows[0].answer
    assert answer is not None and (answer.by, answer.second) == ("Ida Nilsen", "Omar Ali")
    task = acts.missed([evening], SUBJECT, {"reference": "Organization/x"}, at(21))
    assert (
        task["description"]
        == "En dose 24.11. kl. 18:00 er verken ført som gitt eller som ikke gitt. Se Utdeling."
    )
    for one in (*told, acts.not_given(evening, SUBJECT, IDA, at(18), "Kastet opp"), task):
        assert not [str(issue) for issue in validate(one)]


def test_as_needed_counts_the_last_24_hours_and_tells_the_effect() -> None:
    needed = LINES[2]
    told = []
    for n, hour in enumerate((1, 7, 13, 19)):
        one = acts.needed(needed, "2 tabletter", SUBJECT, IDA, at(hour), "Knesmerter")
        told.append(numbered(one, n))
    told[-1] = acts.effect(told[-1], "God effekt etter 40 minutter", IDA, at(20))
    (row,) = board(LINES, told, DAY, at(20)).needed
    assert (row.given, row.most, row.may) == (4, 8, True)
    assert (row.last, row.effect) == (at(19), "God effekt etter 40 minutter")
    (row,) = board(LINES, told * 2, DAY, at(20)).needed
    assert not row.may
    assert board([line("x", "1 tablett")], told, DAY, at(20)).needed == ()
    assert not [str(issue) for one in told for issue in validate(one)]


def test_what_was_entered_in_error_opens_the_dose_again() -> None:
    dose = planned(LINES, DAY)[0]
    wrong = {**numbered(acts.given(dose, SUBJECT, IDA, at(8)), 1), "status": "entered-in-error"}
    assert board(LINES, [wrong], DAY, at(8)).rows[0].state is State.DUE


def test_a_dose_late_in_the_evening_is_due_after_midnight() -> None:
    late = line("x", "", dosage=[{"timing": {"repeat": {"timeOfDay": ["08:00:00", "23:30:00"]}}}])
    day, midnight = DAY + timedelta(days=1), at(0) + timedelta(days=1)
    (row,) = evening_before([late], [], day, midnight + timedelta(minutes=5))
    assert row.dose.at == at(23, 30)
    told = [numbered(acts.given(row.dose, SUBJECT, IDA, midnight), 1)]
    assert evening_before([late], told, day, midnight + timedelta(minutes=5)) == ()
    assert evening_before([late], [], day, midnight + timedelta(hours=2)) == ()


def numbered(one: dict[str, Any], number: int) -> dict[str, Any]:
    return {**one, "id": f"a{number}"}


def written(dose: PlannedDose, kind: int, number: int, moment: datetime) -> dict[str, Any]:
    one = (
        acts.given(dose, SUBJECT, IDA, moment),
        acts.refused(dose, SUBJECT, IDA, moment),
        acts.not_given(dose, SUBJECT, IDA, moment, "Sov"),
        {**acts.given(dose, SUBJECT, IDA, moment), "status": "entered-in-error"},
        {**acts.given(dose, SUBJECT, IDA, moment), "status": "in-progress"},
    )[kind]
    return numbered(one, number)


@settings(max_examples=200, deadline=None)
@drawn(
    events=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 23 * 60)), max_size=12),
    now=st.integers(0, 23 * 60),
    seed=st.integers(0, 1000),
)
def test_a_planned_dose_is_in_exactly_one_state(
    events: list[tuple[int, int, int]], now: int, seed: int
) -> None:
    """Whatever is written, by how many, in whatever order it is read: one row for each dose, one state, nothing dropped."""
    lines = [*LINES, line("metoprolol", "1 + 0 + 1 + 0")]
    doses = planned(lines, DAY)
    told = [
        written(doses[place % len(doses)], kind, number, at(0) + timedelta(minutes=minutes))
        for number, (place, kind, minutes) in enumerate(events)
    ]
    moment = at(0) + timedelta(minutes=now)
    found = board(lines, told, DAY, moment)
    shuffled = list(told)
    random.Random(seed).shuffle(shuffled)
    assert board(lines, shuffled, DAY, moment) == found
    assert [row.dose for row in found.rows] == list(doses)
    assert sum(len(found.in_state(state)) for state in State) == len(doses)
    assert answered(found) == sum(1 for _, kind, _ in events if kind < 3)
    for row in found.rows:
        assert (row.answer is None) == (row.state in (State.COMING, State.DUE, State.MISSED))


def answered(found: Board) -> int:
    return sum((row.answer is not None) + len(row.others) for row in found.rows)
