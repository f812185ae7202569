"""The house follows the record by itself: real PostgreSQL, the real door, one patient's visits and beds."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from akson.app.pathways.asking import Answer, ask
from akson.app.pathways.facts import PatientFacts, actor
from akson.app.pathways.follower import Follower
from akson.app.pathways.reading import found
from akson.care.casework import acts, beds
from akson.care.casework.decision import Amount, Decision, Round
from akson.care.casework.rows import NORWAY, reason_of
from akson.care.worklist import conservation
from akson.fhir.search.parsing import parse
from akson.web.shell.beds import promised
from akson.world import FixedClock
from tests.record.conftest import House, astrid, house

__all__ = ["house"]
NOON = datetime(2026, 11, 24, 12, tzinfo=NORWAY)
PATIENT = {"reference": "Patient/astrid", "display": "Astrid Bakken"}
UNIT = {"reference": "Organization/hjemmetjenesten-ost", "display": "Hjemmetjenesten Øst"}
ROUNDS = (Round("07:45", 45, "Morgenstell"), Round("13:00", 30, "Lunsj"), Round("20:00", 40, "Kveldsstell"))
DECISION = Decision(
    id="vedtak-1", episode="tjeneste-1", letter="brev-1", patient=PATIENT, unit=UNIT, office=UNIT,
    service={"code": "15", "display": "Helsetjenester i hjemmet"}, start=date(2026, 11, 1), at=NOON,
    grounds="Trenger hjelp.", amount=Amount(ROUNDS),
)  # fmt: skip
GRANTED, EPISODE, LETTER = acts.decide(DECISION)


def stay(
    status: str, start: datetime, end: datetime | None = None, id: str = "opphold-1", **more: Any
) -> dict:
    period = {"start": start.isoformat(), **({"end": end.isoformat()} if end else {})}
    kind = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}
    return {
        "resourceType": "Encounter", "id": id, "status": status, "class": kind, "subject": PATIENT, "period": period, **more,
    }  # fmt: skip


class Day:
    """A house, a clock that stands still, and a follower."""

    def __init__(self, house: House) -> None:
        self.house, self.clock = house, house.stand_still(NOON)
        self.follower = self.restarted()

    def restarted(self, asked: Any = ask) -> Follower:
        return Follower(self.house.record, (1,), clock=self.clock, asked=asked)

    async def put(self, *resources: dict) -> None:
        await self.house.as_("system").commit(_puts(resources))

    async def settle(self, follower: Follower | None = None) -> None:
        """Rounds until nobody is due."""
        for _ in range(50):
            if not await (follower or self.follower).round():
                return
        raise AssertionError("the follower never comes to rest")

    async def visits(self) -> list[dict]:
        return await found(
            self.house.as_("system"), parse("Appointment", [("_count", "500"), ("_sort", "date")])
        )

    async def tasks(self) -> list[dict]:
        return await found(self.house.as_("system"), parse("Task", [("_count", "100")]))

    async def booked(self, day: str) -> list[str]:
        return [
            v["start"][11:16]
            for v in await self.visits()
            if v["status"] == "booked" and v["start"][:10] == day
        ]

    def go(self, to: str) -> None:
        self.clock.advance(datetime.fromisoformat(to).replace(tzinfo=NORWAY) - self.clock.now())


def _puts(resources: Sequence[dict]) -> list:
    from akson.record.values import Change

    return [Change("PUT", r["resourceType"], id=r["id"], resource=r) for r in resources]


@pytest.fixture
async def day(house: House) -> AsyncIterator[Day]:
    await house.put(astrid())
    made = Day(house)
    await made.put(GRANTED, EPISODE)
    await made.settle()
    yield made


async def test_visits_stop_at_admission_and_start_on_return(day: Day) -> None:
    assert await day.booked("2026-11-24") == ["13:00", "20:00"]
    assert len(await day.visits()) == 14 * 3
    await day.put(stay("in-progress", NOON + timedelta(hours=2)))
    await day.settle()
    assert await day.booked("2026-11-24") == ["13:00"] and await day.booked("2026-11-25") == []
    day.go("2026-11-26T10:00")
    await day.settle()
    await day.put(stay("finished", NOON + timedelta(hours=2), datetime(2026, 11, 26, 12, 30, tzinfo=NORWAY)))
    await day.settle()
    assert await day.booked("2026-11-26") == ["13:00", "20:00"]
    assert await day.booked("2026-11-27") == ["07:45", "13:00", "20:00"]
    visits = await day.visits()
    assert {reason_of(v) for v in visits if v["status"] == "cancelled"} == {"admitted"}
    assert conservation.count(visits).balances and not conservation.count(visits).without_owner
    versions = {v["id"]: v["meta"]["versionId"] for v in visits}
    await day.settle(day.restarted())
    assert {v["id"]: v["meta"]["versionId"] for v in await day.visits()} == versions


async def test_an_admission_withdrawn_gives_the_visits_back(day: Day) -> None:
    await day.put(stay("in-progress", NOON))
    await day.settle()
    assert await day.booked("2026-11-24") == []
    await day.put(stay("entered-in-error", NOON))
    await day.settle()
    assert await day.booked("2026-11-24") == ["13:00", "20:00"]
    assert len({v["start"] for v in await day.visits()}) == 14 * 3


async def test_two_stays_that_overlap_end_with_the_last(day: Day) -> None:
    first = NOON + timedelta(hours=1, minutes=30)
    await day.put(stay("in-progress", first), stay("in-progress", first + timedelta(days=1), id="opphold-2"))
    await day.settle()
    await day.put(stay("finished", first, first + timedelta(days=2)))
    await day.settle()
    assert await day.booked("2026-11-27") == []
    await day.put(stay("finished", first + timedelta(days=1), first + timedelta(days=3), id="opphold-2"))
    await day.settle()
    assert await day.booked("2026-11-27") == ["20:00"]


async def test_death_ends_the_visits_and_frees_the_bed(day: Day) -> None:
    ward = beds.ward("korttid", "Korttid", UNIT)
    await day.put(ward, beds.bed("korttid-1", "Korttid 1", ward))
    hold = beds.Hold("hold-1", PATIENT, NOON + timedelta(days=1), NOON + timedelta(days=9), None)
    await promised(system := day.house.as_("system"), "korttid-1", hold, system.commit)
    died = {"hospitalization": {"dischargeDisposition": {"coding": [{"code": "exp"}]}}}
    await day.put(stay("finished", NOON, NOON + timedelta(hours=5), **died))
    await day.settle()
    left = [v for v in await day.visits() if v["status"] == "booked"]
    assert left == []
    places = await found(day.house.as_("system"), parse("Location", []))
    assert conservation.beds(places, await day.visits()) == conservation.Beds(held=0)


async def test_killed_between_reading_and_writing_it_is_done_after_the_restart(day: Day) -> None:
    class Killed(BaseException):
        pass

    def kill(facts: PatientFacts, now: datetime) -> Answer:
        raise Killed

    await day.put(stay("in-progress", NOON))
    with pytest.raises(Killed):
        await day.restarted(kill).round()
    assert len(await day.booked("2026-11-24")) == 2
    await day.settle(day.restarted())
    assert await day.booked("2026-11-24") == []


async def test_what_happened_while_it_was_down_is_caught_up(day: Day) -> None:
    await day.put(stay("in-progress", NOON))
    day.go("2026-11-25T09:00")
    await day.put(stay("finished", NOON, datetime(2026, 11, 25, 8, tzinfo=NORWAY)))
    day.go("2026-12-02T04:30")
    await day.settle(day.restarted())
    assert await day.booked("2026-12-15") == ["07:45", "13:00", "20:00"]
    # Nobody was told to come while she lay there, and what was booked after she came home still stands.
    assert await day.booked("2026-11-24") == [] and len(await day.booked("2026-11-25")) == 2


async def test_what_was_never_booked_while_it_was_down_is_told_once(day: Day) -> None:
    """The window reaches to 8 December at noon; the house stands still until the 20th, and she was in hospital for a day."""
    away = [datetime(2026, 12, d, 6, tzinfo=NORWAY) for d in (15, 16)]
    await day.put(stay("finished", away[0], away[1]))
    day.go("2026-12-20T10:00")
    for _ in range(2):
        await asyncio.gather(*(day.settle(day.restarted()) for _ in range(2)))
    [told] = await day.tasks()
    assert told["owner"] == UNIT and told["for"] == PATIENT and told["status"] == "requested"
    # 13:00 and 20:00 of the 8th, three a day until the 19th but for the 15th, 07:45 of the 20th.
    assert told["description"].startswith("33 besøk i vedtaket ble ikke satt opp (08.12.2026 til 20.12.2026)")
    assert await day.booked("2026-12-20") == ["13:00", "20:00"]
    # A person has ended it, and the stay turns out to have been longer: told is told. Another gap is another item.
    await day.put({**told, "status": "completed"}, stay("finished", away[0], away[1] + timedelta(days=1)))
    await day.settle()
    assert [task["status"] for task in await day.tasks()] == ["completed"]
    day.go("2027-01-05T10:00")
    await day.settle(day.restarted())
    again = [task for task in await day.tasks() if task["status"] == "requested"]
    assert [task["description"].split(" besøk")[0] for task in again] == ["6"]


async def test_less_than_the_window_is_no_gap(day: Day) -> None:
    day.go("2026-12-08T11:00")
    await day.settle(day.restarted())
    assert await day.tasks() == []


async def test_two_followers_at_once_make_nothing_twice(house: House) -> None:
    await house.put(astrid())
    day = Day(house)
    await day.put(GRANTED, EPISODE)
    await asyncio.gather(*(day.settle(day.restarted()) for _ in range(4)))
    day.clock.advance(timedelta(minutes=5))
    await day.settle(day.restarted())
    visits = await day.visits()
    assert len(visits) == 14 * 3 == len({v["start"] for v in visits})


async def test_each_morning_the_window_is_a_day_longer(day: Day) -> None:
    day.go("2026-11-25T04:00")
    await day.settle()
    assert await day.booked("2026-12-08") == ["07:45", "13:00", "20:00"]
    assert isinstance(day.clock, FixedClock)


EVENTS_A_LOOK_MAX = 8
"""Her Patient, searches of her appointments, messages, stays, requests, Tasks and given doses, and the visits it books."""
EVENTS_TO_FIND_HER_MAX = 3
"""At a start: by her decision, and what else is under way."""


async def test_a_quiet_day_is_one_line_in_her_log(day: Day) -> None:
    """She reads it: the look of the morning, and what it books; nothing of the minutes between. A restart is two: how
    she was found, and the look."""

    async def told() -> tuple[int, int]:
        """(lines as she reads them, events behind them) of the house itself."""
        lines = await day.house.as_("per").access_log("astrid", count=200)
        events = await day.house.record.log.events_of(1, "astrid", actor=None, before=None, count=5_000)
        mine = actor(1).id
        return sum(x.name == actor(1).name for x in lines), sum(e.actor_id == mine for _, e in events)

    day.go("2026-11-25T03:59")
    await day.settle()
    lines, events = await told()
    for _ in range(24 * 6):
        day.clock.advance(timedelta(minutes=10))
        await day.settle()
    after = await told()
    assert after[0] - lines == 1 and 0 < after[1] - events <= EVENTS_A_LOOK_MAX
    await day.settle(day.restarted())
    again = await told()
    assert again[0] - after[0] <= 2 and again[1] - after[1] <= EVENTS_A_LOOK_MAX + EVENTS_TO_FIND_HER_MAX
