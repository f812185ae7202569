"""kill -9 of the post worker while messages come in: none is lost, none is half in, each has exactly one receipt.

AKSON_SEEDS=0-19 for a long run; the seed is printed and repeats.
"""

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from akson.access.actor import PurposeOfUse
from akson.app import settings as all_settings
from akson.app.cast import CAST, ORGANISATIONS
from akson.app.post import folder
from akson.app.wiring import Node, open_node
from akson.exchange.envelope.apprec import read_apprec
from akson.exchange.inbox.pipeline import ENDED, LEASE_S
from akson.exchange.mirror import MESSAGE_ID
from akson.exchange.transport.folder import write_whole
from akson.fhir.search.parsing import parse
from akson.record.values import Change
from tests.app.nodes import akson, environ
from tests.crash.test_kill import seeds
from tests.exchange.conftest import episode, organisation, patient
from tests.exchange.samples import admission, id, stay

pytestmark = pytest.mark.crash

ROUNDS = 6
MESSAGES_EACH = 12
END_LIMIT_S = 6 * LEASE_S
WORKER = """
import asyncio, sys
from akson.app import settings
from akson.exchange.outbox import outbox
outbox.LEASE_S = 10  # What a killed worker was handing over comes back after two minutes; here nobody waits for that.
from akson.app.post import run_post
ready = lambda: print("ready", flush=True)
asyncio.run(run_post(settings.load(options={"data": sys.argv[1]}), asyncio.Event(), on_open=ready))
"""


async def worker(data: Path) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, str(data), stdout=asyncio.subprocess.PIPE, env=environ()
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    return process


async def kill(process: asyncio.subprocess.Process) -> None:
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()


async def prepare(node: Node) -> None:
    people = [
        *(organisation(id, name, her, above) for id, (name, her, above, _) in ORGANISATIONS.items()),
        patient("astrid", "Astrid", "Bakken", stay().national_id),
        episode("astrid", "hjemmetjenesten-ost"),
    ]
    changes = [Change("PUT", r["resourceType"], id=r["id"], resource=r) for r in people]
    await node.record.open(CAST["system"], PurposeOfUse.OPERATIONS).commit(changes)


async def found(node: Node, type: str) -> list[dict[str, object]]:
    query = parse(type, [("patient", "astrid"), ("_count", "1000")])
    result = await node.record.open(CAST["system"], PurposeOfUse.OPERATIONS).search(query)
    return [json.loads(v.body) for v in result.matches if v.body]


@pytest.mark.parametrize("seed", seeds())
async def test_each_message_comes_in_once_whatever_is_killed(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}: AKSON_SEEDS={seed}-{seed} repeats it")
    chance = random.Random(seed)
    settings = all_settings.load(environ={}, options={"data": str(tmp_path)})
    async with open_node(settings) as node:
        await prepare(node)
        post = folder(settings)
        for round in range(ROUNDS):
            process = await worker(tmp_path)
            for n in range(round * MESSAGES_EACH, (round + 1) * MESSAGES_EACH):
                # Words of its own each: the same again within a day is a question, not another stay.
                write_whole(post.root / "in", f"{n}.xml", admission(n, description=f"Falt i trappa, {n}."))
            await asyncio.sleep(chance.uniform(0.25, 0.9))
            await kill(process)
        process = await worker(tmp_path)
        await ended(node, ROUNDS * MESSAGES_EACH)
        async with asyncio.timeout(END_LIMIT_S):
            await all_out(post.root, ROUNDS * MESSAGES_EACH)
        await kill(process)
        await judge(node, post.root, {id(n) for n in range(ROUNDS * MESSAGES_EACH)})
    verified = akson("log", "verify", "--data", tmp_path, "--json")
    assert verified.returncode == 0, verified.stdout


async def ended(node: Node, wanted: int) -> None:
    async with asyncio.timeout(END_LIMIT_S):
        while (counts := await node.post.counts()) and sum(counts.get(s, 0) for s in ENDED) < wanted:
            await asyncio.sleep(0.1)


async def all_out(post: Path, wanted: int) -> None:
    """A kill between the row's end and the file leaves the file to whoever comes after."""
    while len(list((post / "out").glob("*.xml"))) < wanted:
        await asyncio.sleep(0.1)


async def judge(node: Node, post: Path, ids: set[str]) -> None:
    assert await node.post.counts() == {"accepted": len(ids)}
    assert not list((post / "in").iterdir()) and not list((post / "failed").iterdir())
    receipts = Counter(read_apprec(path.read_bytes()).original_id for path in (post / "out").glob("*.xml"))
    assert receipts == Counter(ids), "exactly one receipt each"
    for type in ("Communication", "Encounter", "Task"):
        # Other parts of a running node make Tasks about the message, under identifiers of their own.
        named = [r["identifier"][0] for r in await found(node, type)]  # type: ignore[index]
        told = Counter(str(i["value"]).rpartition("|")[2] for i in named if i.get("system") == MESSAGE_ID)
        assert told == Counter(ids), f"exactly one {type} each"
