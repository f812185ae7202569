"""kill -9 of the writer, the post worker and PostgreSQL while messages go out: what was committed goes out, once.

AKSON_SEEDS=0-19 for a long run; the seed is printed and repeats.
"""

import asyncio
import os
import random
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from akson.access.actor import PurposeOfUse
from akson.app import settings as all_settings
from akson.app.cast import CAST
from akson.app.post import folder
from akson.app.wiring import Node, open_node
from akson.exchange.ledger.ledger import read_ledger
from akson.exchange.transport.folder import write_whole
from akson.fhir.search.parsing import parse
from akson.store.ledger import LedgerStore
from akson.store.outbox_rows import Asked
from akson.world import SystemClock
from tests.app.nodes import akson, environ, postmaster
from tests.crash.test_kill import seeds
from tests.crash.test_message_kill import prepare, worker
from tests.exchange.outbox.test_receipts import answer
from tests.exchange.samples import admission, id

pytestmark = pytest.mark.crash

ROUNDS = 6
END_LIMIT_S = 240
WRITER = """
import asyncio, sys
from pathlib import Path
from akson.access.actor import PurposeOfUse
from akson.app import settings as all_settings
from akson.app.cast import CAST
from akson.app.post import folder, post_office
from akson.app.wiring import open_node
from akson.exchange.outbox.outbox import Letter
from akson.record.values import Change
from akson.store.outbox_rows import Because
from tests.exchange.samples import admission, id

async def main(data, first):
    settings = all_settings.load(environ={}, options={"data": data})
    async with open_node(settings, pool_size=4) as node:
        office = post_office(node, folder(settings))
        for n in range(first, first + 100_000):
            because = Because("Communication", f"ut-{n}")
            letter = Letter(1, id(n), "990202", ("990002",), "LOG_INNLAGT", admission(n), node.clock.now(), f"c{n % 7}")
            await office.outbox.prepare([letter], because)
            told = {"resourceType": "Communication", "status": "preparation", "subject": {"reference": "Patient/astrid"}}
            session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
            await session.commit([Change("POST", "Communication", resource=told, given_id=f"ut-{n}")])
            print(n, flush=True)

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def writer(data: Path, first: int) -> asyncio.subprocess.Process:
    """Writes and commits letters as fast as it can, and prints the number of each whose commit stands."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        WRITER,
        str(data),
        str(first),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environ(PYTHONPATH=os.pathsep.join(sys.path)),
    )
    assert process.stdout is not None
    assert (await asyncio.wait_for(process.stdout.readline(), 60)).strip() == str(first).encode()
    return process


async def end(process: asyncio.subprocess.Process) -> list[int]:
    """Killed; gives the numbers that it printed."""
    if process.returncode is None:
        os.kill(process.pid, signal.SIGKILL)
    assert process.stdout is not None
    told = (await process.stdout.read()).split(b"\n")[:-1]
    await process.wait()
    return [int(line) for line in told if line.strip().isdigit()]


@pytest.mark.parametrize("seed", seeds())
async def test_what_was_committed_goes_out_once_whatever_is_killed(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}: AKSON_SEEDS={seed}-{seed} repeats it")
    chance = random.Random(seed)
    settings = all_settings.load(environ={}, options={"data": str(tmp_path)})
    async with open_node(settings) as node:
        await prepare(node)
    committed: set[int] = set()
    for round in range(ROUNDS):
        first = 1 + round * 10_000
        working, writing = await worker(tmp_path), await writer(tmp_path, first)
        await asyncio.sleep(chance.uniform(0.3, 1.2))
        if round % 3 == 2:
            database = postmaster(tmp_path)
            assert database is not None
            os.kill(database, signal.SIGKILL)
            await asyncio.sleep(chance.uniform(0, 0.3))
        for process in chance.sample([working, writing], 2):
            told = await end(process)
            committed |= {first, *told} if process is writing else set()
            await asyncio.sleep(chance.uniform(0, 0.2))
    assert len(committed) > 3 * ROUNDS, "too little was sent to tell anything"
    working = await worker(tmp_path)
    try:
        async with open_node(settings) as node:
            await judge(node, folder(settings).root, committed)
    finally:
        await end(working)
    verified = akson("message", "ledger", "--data", tmp_path, "--json")
    assert verified.returncode == 0, verified.stdout


async def judge(node: Node, post: Path, committed: set[int]) -> None:
    """Out are those whose commit stands, which are all that were told and perhaps the last ones before a kill."""
    query = parse("Communication", [("patient", "astrid"), ("_count", "1000")])
    session, numbers = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS), set[int]()
    while True:
        stand = await session.search(query)
        numbers |= {int(v.id.removeprefix("ut-")) for v in stand.matches}
        if not stand.next_cursor:
            break
        query = replace(query, cursor=stand.next_cursor)
    assert committed <= numbers
    await until(node, "sent", len(numbers))
    out = {path.name for path in (post / "out").glob("log_innlagt-*.xml")}
    assert out == {f"log_innlagt-{id(n)}-990002.xml" for n in numbers}
    for n in sorted(numbers):
        write_whole(post / "in", f"{n}.xml", answer(admission(n), number=n))
    await until(node, "done", len(numbers))
    rows = [row for row in await node.outbox.listed(Asked(limit=5000)) if row.sending.state != "draft"]
    assert {row.msg_id for row in rows} == {id(n) for n in numbers}
    for row in rows:
        assert len(await node.outbox.receipts(row.id)) == 1
        told = [event.state for event in await node.outbox.events(row.id)]
        assert told.count("queued") == told.count("done") == 1, told
    books = await LedgerStore.open(node.server.dsn("record"), clock=SystemClock())
    ledger = await read_ledger(books)
    await books.close()
    assert ledger.words == "0 uredegjort", ledger.differences


async def until(node: Node, state: str, wanted: int) -> None:
    async with asyncio.timeout(END_LIMIT_S):
        while (await node.outbox.counts()).get(state, 0) < wanted:
            await asyncio.sleep(0.2)
