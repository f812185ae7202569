"""Measures become visits: the same each time, on the clock of the wall, never in an absence, cancelled when they end."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from akson.care.fhir_json import Resource
from akson.care.plan import care_plan
from akson.care.plan.measures import Schedule, clocks, measures, occurrences, request, stopped, visits

ASTRID = {"reference": "Patient/astrid"}
IDA = {"reference": "Practitioner/ida", "display": "Ida Nilsen"}
UNIT = {"reference": "Organization/hjemmetjenesten-ost"}
AT = "2026-11-27T11:00:00+01:00"
NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
WORDS: dict[str, Resource] = {"category": {"text": "Besøk"}, "why_ended": {"text": "Avsluttet"}}


def weighing(**more: object) -> Resource:
    schedule = Schedule(**{"times": (time(7, 45),), "weekdays": ("mon", "wed", "fri"), "minutes": 15, **more})  # type: ignore[arg-type]
    return request("m1", ASTRID, "Veie før frokost", schedule, IDA, UNIT, ["Condition/c1"], AT)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("08:00 og 20:00", (time(8), time(20))), ("8, 20.30", (time(8), time(20, 30))), ("kl 0745", (time(7, 45),)),
        ("", ()), ("20:00 08:00 08:00", (time(8), time(20))), ("24:00", None), ("morgen", None), ("8:75", None),
    ],
)  # fmt: skip
def test_clocks_are_read_as_people_write_them(text: str, times: tuple[time, ...] | None) -> None:
    assert clocks(text) == times


def test_a_measure_is_read_back_as_it_was_written() -> None:
    (one,) = measures([weighing(end=date(2026, 12, 31))])
    assert one.schedule.words == "Man, ons, fre kl. 07:45 til 31.12.2026" and one.problems == (
        "Condition/c1",
    )
    (when_needed,) = measures([request("m2", ASTRID, "Smerter", Schedule(), IDA, None, [], AT)])
    assert when_needed.schedule.words == "Ved behov" and not when_needed.schedule.times


def test_visits_of_two_weeks_once() -> None:
    planned = measures([weighing()])
    first = visits(planned, [], NOW, NOW + timedelta(days=14), **WORDS)
    assert [v["start"][:16] for v in first] == [
        f"2026-{day}T07:45" for day in ("11-30", "12-02", "12-04", "12-07", "12-09", "12-11")
    ]
    assert first[0]["basedOn"] == [{"reference": "ServiceRequest/m1"}]
    assert visits(planned, first, NOW, NOW + timedelta(days=14), **WORDS) == []


def test_nobody_is_sent_to_an_empty_house_and_a_day_later_the_window_has_moved() -> None:
    planned = measures([weighing()])
    away = [(datetime(2026, 11, 29, tzinfo=UTC), datetime(2026, 12, 5, tzinfo=UTC))]
    made = visits(planned, [], NOW, NOW + timedelta(days=14), **WORDS, away=away)
    assert [v["start"][:10] for v in made] == ["2026-12-07", "2026-12-09", "2026-12-11"]
    later = NOW + timedelta(days=3)
    more = visits(planned, made, later, later + timedelta(days=14), **WORDS, away=away)
    assert [v["start"][:10] for v in more] == ["2026-12-14"]


def test_an_ended_measure_cancels_its_own_open_visits_alone() -> None:
    (one,) = measures([weighing()])
    standing = visits([one], [], NOW, NOW + timedelta(days=14), **WORDS)
    done, moved = (
        {**standing[0], "status": "fulfilled"},
        {k: v for k, v in standing[1].items() if k != "identifier"},
    )
    over = measures([stopped(one, {"text": "Avsluttet: stabil vekt"})])
    ended = visits(over, [done, moved, *standing[2:]], NOW, NOW + timedelta(days=14), **WORDS)
    assert [v["id"] for v in ended] == [v["id"] for v in standing[2:]]
    assert {v["status"] for v in ended} == {"cancelled"}
    assert not over[0].active and over[0].resource["note"][0]["text"].startswith("Avsluttet")


def test_the_clock_on_the_wall_is_kept_when_summer_time_begins() -> None:
    since = datetime(2026, 3, 27, tzinfo=UTC)
    planned = measures([weighing(weekdays=("fri", "sat", "sun", "mon"))])
    found = [o.start.hour for o in occurrences(planned, since, since + timedelta(days=4))]
    assert found == [6, 6, 5, 5]


def test_an_evaluation_is_kept_with_the_earlier_ones_and_closes_what_is_reached() -> None:
    goal = care_plan.goal("g", ASTRID, "Stabil vekt", ["Condition/c1"], "2026-12-01", IDA, "2026-11-20")
    once = care_plan.evaluated(goal, "improving", {"text": "Ned 0,4 kg."}, "2026-11-27", "2026-12-15")
    assert once["target"] == [{"dueDate": "2026-12-15"}] and once["lifecycleStatus"] == "active"
    twice = care_plan.evaluated(once, "achieved", {"text": ""}, "2026-12-15", "2026-12-20")
    assert [n["text"] for n in twice["note"]] == ["Bedre. Ned 0,4 kg.", "Nådd."]
    assert twice["lifecycleStatus"] == "completed" and "target" not in twice


def test_the_plan_holds_each_part_once() -> None:
    goal = care_plan.goal("g", ASTRID, "Stabil vekt", [], "", IDA, "2026-11-20")
    plan = care_plan.whole(None, ASTRID, [goal, weighing()], AT)
    again = care_plan.whole(
        plan, ASTRID, [goal, weighing(), care_plan.problem("c1", ASTRID, "Fall", IDA, AT)], AT
    )
    assert len(again["goal"]) == len(again["activity"]) == len(again["addresses"]) == 1
    assert plan["id"] == care_plan.plan_id("astrid") == again["id"] and care_plan.plan_of([again]) == again
