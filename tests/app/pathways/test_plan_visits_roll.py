"""Visits of plan measures roll on with the clock, and leave with the measure: nothing twice, nothing of what was done."""

from datetime import date, time, timedelta

from akson.app.pathways.follower import Follower
from akson.care.casework.rows import reason_of
from akson.care.plan.measures import Schedule, measures, request, stopped
from akson.care.worklist import conservation
from tests.app.pathways.test_follower import NOON, PATIENT, UNIT, Day, day, stay
from tests.record.conftest import house

__all__ = ["day", "house"]
IDA = {"reference": "Practitioner/ida", "display": "Ida Nilsen"}


def weighing(id: str = "veie", **more: object) -> dict:
    schedule = Schedule(**{"times": (time(7, 30),), "minutes": 15, **more})  # type: ignore[arg-type]
    return request(id, PATIENT, "Veie før frokost", schedule, IDA, UNIT, [], NOON.isoformat())


async def mine(day: Day, measure: str = "veie") -> dict[str, dict]:
    """Her visits of the measure, by day."""
    based = {"reference": f"ServiceRequest/{measure}"}
    return {v["start"][:10]: v for v in await day.visits() if based in v.get("basedOn", [])}


def standing(visits: dict[str, dict]) -> list[str]:
    return sorted(at for at, v in visits.items() if v["status"] == "booked")


async def test_the_window_rolls_on_each_morning_and_nothing_is_made_twice(day: Day) -> None:
    await day.put(weighing())
    await day.settle()
    first = await mine(day)
    assert standing(first)[0] == "2026-11-25" and standing(first)[-1] == "2026-12-08" and len(first) == 14
    day.go("2026-11-26T04:01")
    await day.settle()
    next_day = await mine(day)
    assert set(next_day) - set(first) == {"2026-12-09"}
    assert {at: v["meta"] for at, v in next_day.items() if at in first} == {
        at: v["meta"] for at, v in first.items()
    }
    # A restart, and another follower beside it, add nothing.
    await day.settle(day.restarted())
    await day.settle(Follower(day.house.record, (1,), clock=day.clock))
    assert await mine(day) == next_day
    assert conservation.count(await day.visits()).balances


async def test_an_ended_measure_takes_back_what_is_ahead_and_never_what_was_done(day: Day) -> None:
    await day.put(weighing())
    await day.settle()
    day.go("2026-11-25T12:00")
    visits = await mine(day)
    await day.put(
        {**visits["2026-11-25"], "status": "fulfilled"}, {**visits["2026-11-26"], "status": "arrived"}
    )
    (one,) = measures([weighing()])
    await day.put(stopped(one, {"text": "Stabil vekt"}))
    await day.settle()
    after = await mine(day)
    assert (after["2026-11-25"]["status"], after["2026-11-26"]["status"]) == ("fulfilled", "arrived")
    assert standing(after) == []
    assert {reason_of(v) for at, v in after.items() if at > "2026-11-26"} == {"ended"}


async def test_other_days_or_entered_in_error_move_the_visits(day: Day) -> None:
    await day.put(weighing(), weighing("feil"))
    await day.settle()
    await day.put(weighing(weekdays=("mon", "thu")), {**weighing("feil"), "status": "entered-in-error"})
    await day.settle()
    assert standing(await mine(day)) == ["2026-11-26", "2026-11-30", "2026-12-03", "2026-12-07"]
    assert standing(await mine(day, "feil")) == []


async def test_nobody_comes_while_she_is_in_hospital_and_an_ended_measure_stays_ended(day: Day) -> None:
    await day.put(weighing(), weighing("annet", end=date(2026, 12, 31)))
    await day.settle()
    await day.put(stay("in-progress", NOON + timedelta(hours=2)))
    await day.settle()
    assert standing(await mine(day)) == []
    day.go("2026-11-26T04:01")
    await day.settle()
    assert standing(await mine(day)) == []
    (other,) = measures([weighing("annet", end=date(2026, 12, 31))])
    await day.put(stopped(other, {"text": "Over"}))
    await day.settle()
    day.go("2026-11-27T10:00")
    await day.put(stay("finished", NOON + timedelta(hours=2), NOON + timedelta(days=3)))
    await day.settle()
    back = standing(await mine(day))
    assert back[0] == "2026-11-28" and back[-1] == "2026-12-11", "those of days that were never made too"
    assert standing(await mine(day, "annet")) == []
    assert conservation.count(await day.visits()).balances
