"""kill -9 of one of two post workers while messages are worked: none is lost, none comes twice, and nobody overtakes.

Each person's messages are judged by the book of the post: none is begun before the one before it has ended.
AKSON_SEEDS=0-19 for a long run; the seed is printed and repeats.
"""

import asyncio
import itertools
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

import asyncpg
import pytest

from akson.access.actor import PurposeOfUse
from akson.app import settings as all_settings
from akson.app.cast import CAST
from akson.app.post import folder
from akson.app.wiring import Node, open_node
from akson.exchange.envelope.apprec import read_apprec
from akson.record.values import Change
from tests.app.nodes import environ
from tests.crash.test_kill import seeds
from tests.crash.test_message_kill import all_out, found, prepare
from tests.exchange.conftest import D_NUMBER, DNR, patient
from tests.exchange.samples import admission, discharge, id

pytestmark = pytest.mark.crash

KILLS = 6
STAYS_EACH = 30
END_LIMIT_S = 120
"""Each kill costs a lease, and the machine may have other work."""
WORKER = """
import asyncio, sys
from akson.app import post, settings
from akson.exchange.outbox import outbox
outbox.LEASE_S = 10  # What a killed worker was handing over comes back after two minutes; here nobody waits for that.
ready = lambda: print("ready", flush=True)
run = getattr(post, sys.argv[2])
asyncio.run(run(settings.load(options={"data": sys.argv[1]}), asyncio.Event(), on_open=ready))
"""
ROLES = ("run_post", "run_inbox")


async def worker(data: Path, role: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, str(data), role, stdout=asyncio.subprocess.PIPE, env=environ()
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    return process


async def kill(process: asyncio.subprocess.Process) -> None:
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()


async def take_in(node: Node, stays: int) -> dict[int, list[int]]:
    """Each person's items, in the order they came."""
    lines: dict[int, list[int]] = {0: [], 1: []}
    for n in range(stays):
        for who, number in enumerate(({}, {"national_id": D_NUMBER})):
            about = {"ward": f"Avdeling {n}", **number}
            first = 4 * n + 2 * who
            for message, which in (
                (admission(first, **about), first),
                (discharge(first + 1, **about), first + 1),
            ):
                lines[who].append(await node.post.receive(message, transport="test", name=f"{which}.xml"))
    return lines


@pytest.mark.parametrize("seed", seeds())
async def test_one_of_two_is_killed_and_nobody_overtakes(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}: AKSON_SEEDS={seed}-{seed} repeats it")
    chance = random.Random(seed)
    settings = all_settings.load(environ={}, options={"data": str(tmp_path)})
    async with open_node(settings) as node:
        await prepare(node)
        ola = patient("ola", "Astrid", "Bakken", D_NUMBER, DNR)
        system = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
        await system.commit([Change("PUT", "Patient", id="ola", resource=ola)])
        lines = await take_in(node, STAYS_EACH)
        post = folder(settings)
        workers = [await worker(tmp_path, role) for role in ROLES]
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.1, 0.6))
            which = chance.randrange(len(ROLES))
            await kill(workers[which])
            workers[which] = await worker(tmp_path, ROLES[which])
        async with asyncio.timeout(END_LIMIT_S):
            while await node.post.unfinished():
                await asyncio.sleep(0.1)
            await all_out(post.root, 4 * STAYS_EACH)
        for process in workers:
            await kill(process)
        await judge(node, post.root, lines, {id(n) for n in range(4 * STAYS_EACH)})


async def judge(node: Node, post: Path, lines: dict[int, list[int]], ids: set[str]) -> None:
    assert await node.post.counts() == {"accepted": len(ids)}
    receipts = Counter(read_apprec(path.read_bytes()).original_id for path in (post / "out").glob("*.xml"))
    assert receipts == Counter(ids), "exactly one receipt each"
    stays = await found(node, "Encounter")
    assert [stay["status"] for stay in stays] == ["finished"] * STAYS_EACH
    connection = await asyncpg.connect(node.server.dsn("record"))
    try:
        for items in lines.values():
            await nobody_overtook(connection, items)
    finally:
        await connection.close()


async def nobody_overtook(connection: asyncpg.Connection, items: list[int]) -> None:
    sql = """
        select inbox, min(seq) filter (where note = 'claimed') as begun, max(seq) as ended
        from post.post_event where inbox = any($1) group by inbox order by inbox
    """
    told = await connection.fetch(sql, items)
    assert [row["inbox"] for row in told] == items
    for before, after in itertools.pairwise(told):
        assert before["ended"] < after["begun"], (before, after)
