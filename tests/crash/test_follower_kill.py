"""kill -9 of the follower between reading and writing, and anywhere else: nothing is done twice, and nothing is left undone.

The follower is a process of its own on the real record; this one is the world, in which people are admitted and come home.
Kills come in turn between what was read and its commit (it stands still there, and says so), within the commit (its versions
are written, and the last table of the transaction is locked), and at random.
AKSON_SEEDS=0-19 for a long run; the seed is printed and repeats.
"""

import asyncio
import itertools
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from akson.access.actor import PurposeOfUse
from akson.app import settings as all_settings
from akson.app.cast import CAST, STORVIK
from akson.app.pathways.asking import ask
from akson.app.pathways.facts import actor, gather
from akson.app.wiring import Node, open_node
from akson.care.casework import acts
from akson.care.casework.decision import Amount, Decision, Round
from akson.care.casework.rows import NORWAY, reason_of
from akson.care.worklist import conservation
from akson.fhir.codec import json
from akson.record.session import RecordSession
from akson.record.values import Change
from tests.app.nodes import akson, environ
from tests.crash.test_kill import seeds
from tests.crash.test_message_kill import kill, prepare

pytestmark = pytest.mark.crash

PEOPLE = ("p1", "p2", "p3", "p4")
KILLS = 6
WHERE = ("between", "within", "anywhere")
END_LIMIT_S = 60
UNIT = {"reference": "Organization/hjemmetjenesten-ost", "display": "Hjemmetjenesten Øst"}
ROUNDS = (Round("07:45", 45, "Morgenstell"), Round("13:00", 30, "Lunsj"), Round("20:00", 40, "Kveldsstell"))
FOLLOWER = """
import asyncio, sys, time
from akson.app import settings
from akson.app.pathways import asking
from akson.app.pathways.follower import Follower
from akson.app.wiring import open_node

def asked(facts, now):
    answer = asking.ask(facts, now)
    if answer.changes and sys.argv[2] == "between":
        print("read", flush=True)
        time.sleep(600)
    return answer

async def main():
    async with open_node(settings.load(options={"data": sys.argv[1]})) as node:
        follower = Follower(node.record, (1,), clock=node.clock, asked=asked, outbox=node.outbox)
        print("ready", flush=True)
        while True:
            if not await follower.round():
                print("rest", flush=True)
                await asyncio.sleep(0.05)

asyncio.run(main())
"""


async def follower(data: Path, where: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FOLLOWER, str(data), where, stdout=asyncio.subprocess.PIPE, env=environ()
    )
    await says(process, b"ready\n")
    return process


async def says(process: asyncio.subprocess.Process, wanted: bytes) -> None:
    assert process.stdout is not None
    async with asyncio.timeout(END_LIMIT_S):
        while line := await process.stdout.readline():
            if line == wanted:
                return
    raise AssertionError("it ended by itself")


async def at_rest(data: Path) -> None:
    """A follower that nobody kills before it has done all."""
    process = await follower(data, "anywhere")
    await says(process, b"rest\n")
    await kill(process)


async def killed_within(node: Node, data: Path) -> None:
    """kill -9 while its transaction waits to tell of the change: everything else of the batch is written by then."""
    async with asyncio.timeout(END_LIMIT_S):
        ours = await asyncpg.connect(node.server.dsn("record"))
        try:
            async with ours.transaction():
                await ours.execute("lock table record.change_event in share mode")
                process = await follower(data, "anywhere")
                while not (waiting := await ours.fetchval(_WAITING)):
                    await asyncio.sleep(0.02)
                assert await ours.fetchval(_WRITING, waiting) > 0, "nothing was written before it"
                await kill(process)
            while await ours.fetchval("select count(*) from pg_stat_activity where pid = $1", waiting):
                await asyncio.sleep(0.02)
        finally:
            await ours.close()


_WAITING = "select pid from pg_locks where relation = 'record.change_event'::regclass and not granted limit 1"
_WRITING = """select count(*) from pg_locks where pid = $1 and granted and mode = 'RowExclusiveLock'
              and relation <> 'record.change_event'::regclass"""
"""Tables that its transaction has written to."""


def granted(who: str, now: datetime) -> list[dict[str, Any]]:
    """Three visits a day from today on."""
    subject = {"reference": f"Patient/{who}", "display": who}
    decision = Decision(
        id=f"vedtak-{who}", episode=f"tjeneste-{who}", letter=f"brev-{who}", patient=subject, unit=UNIT, office=UNIT,
        service={"code": "15", "display": "Helsetjenester i hjemmet"}, start=now.astimezone(NORWAY).date(), at=now,
        grounds="Trenger hjelp.", amount=Amount(ROUNDS),
    )  # fmt: skip
    person = {"resourceType": "Patient", "id": who, "name": [{"family": who, "given": ["Prøve"]}]}
    return [person, *acts.decide(decision)]


def stay(who: str, number: int, start: datetime, end: datetime | None) -> dict[str, Any]:
    period = {"start": start.isoformat(), **({"end": end.isoformat()} if end else {})}
    kind = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}
    return {
        "resourceType": "Encounter", "id": f"opphold-{who}-{number}", "status": "finished" if end else "in-progress",
        "class": kind, "subject": {"reference": f"Patient/{who}"}, "period": period,
    }  # fmt: skip


class People:
    """Who lies in hospital, and since when; what happens to one of them is one commit."""

    def __init__(self, session: RecordSession, now: datetime) -> None:
        self._session, self._now = session, now
        self.away: dict[str, int] = {}
        self._numbers = itertools.count()

    async def put(self, *resources: dict[str, Any]) -> None:
        await self._session.commit(
            [Change("PUT", r["resourceType"], id=r["id"], resource=r) for r in resources]
        )

    async def happens(self, who: str) -> None:
        """Admitted a moment ago when at home, else home again: her visits begin or end with it."""
        number = self.away.pop(who, None)
        if number is None:
            self.away[who] = number = next(self._numbers)
            await self.put(stay(who, number, self._now, None))
        else:
            await self.put(stay(who, number, self._now, self._now + timedelta(seconds=1)))


@pytest.mark.parametrize("seed", seeds())
async def test_what_a_killed_follower_left_is_done_once(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}: AKSON_SEEDS={seed}-{seed} repeats it")
    chance = random.Random(seed)
    settings = all_settings.load(environ={}, options={"data": str(tmp_path)})
    async with open_node(settings) as node:
        await prepare(node)
        people = People(node.record.open(CAST["system"], PurposeOfUse.OPERATIONS), node.clock.now())
        for who in PEOPLE:
            await people.put(*granted(who, node.clock.now()))
        for number in range(KILLS):
            where = WHERE[number % len(WHERE)]
            if number:
                for who in chance.sample(PEOPLE, 2):
                    await people.happens(who)
            before = await statuses(node)
            if where == "within":
                await killed_within(node, tmp_path)
            else:
                process = await follower(tmp_path, where)
                if where == "between":
                    await says(process, b"read\n")
                else:
                    await asyncio.sleep(chance.uniform(0.0, 0.4))
                await kill(process)
            # What was read and not committed has left no trace, nor has half a commit.
            assert where == "anywhere" or await statuses(node) == before
            if not number or where != "between":
                # Everybody's visits stand before anybody is admitted; and what comes next is something to do.
                await at_rest(tmp_path)
        while not 0 < len(people.away) < len(PEOPLE):
            await people.happens(chance.choice(PEOPLE))
        await at_rest(tmp_path)
        await judge(node, people)
    verified = akson("log", "verify", "--data", tmp_path, "--json")
    assert verified.returncode == 0, verified.stdout


async def visits_of(node: Node, who: str) -> tuple[dict[str, Any], ...]:
    facts = await gather(
        node.record.open(actor(STORVIK), PurposeOfUse.CARE_COORDINATION), who, node.clock.now()
    )
    assert facts is not None
    return facts.visits


async def statuses(node: Node) -> dict[str, str]:
    return {
        visit["id"]: f"{visit['status']} {visit['meta']['versionId']}"
        for who in PEOPLE
        for visit in await visits_of(node, who)
    }


async def judge(node: Node, people: People) -> None:
    session = node.record.open(actor(STORVIK), PurposeOfUse.CARE_COORDINATION)
    for who in PEOPLE:
        facts = await gather(session, who, node.clock.now())
        assert facts is not None and not ask(facts, node.clock.now()).changes, f"{who}: left undone"
        counted = conservation.count([*facts.visits, *facts.tasks])
        assert counted.balances and not counted.without_owner and not facts.tasks
        starts = [visit["start"] for visit in facts.visits]
        assert len(starts) == len(set(starts)) >= 14 * len(ROUNDS) - len(ROUNDS), f"{who}: a visit is missing"
        now = node.clock.now()
        ahead = {
            (visit["status"], reason_of(visit))
            for visit in facts.visits
            if datetime.fromisoformat(visit["start"]) > now
        }
        assert ahead == {("cancelled", "admitted") if who in people.away else ("booked", "")}
        for visit in facts.visits:
            await nothing_twice(node, str(visit["id"]))


async def nothing_twice(node: Node, visit: str) -> None:
    """Each version of a visit says something else than the one before it."""
    system = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    told = [
        json.parse(v.body or b"{}")["status"] for v in (await system.history("Appointment", visit)).versions
    ]
    assert all(one != other for one, other in itertools.pairwise(told)), told
