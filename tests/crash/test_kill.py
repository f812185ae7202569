"""kill -9 at random points while data comes in over HTTP: what was acknowledged is there, whole; nothing is half-done.

Every round starts the node, sends transactions from several connections, kills (the supervisor alone, one worker, the whole
tree, or the tree with PostgreSQL), and starts it again. The seed is printed, and AKSON_SEEDS=7-7 repeats it.
"""

import asyncio
import json
import os
import random
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from tests.app.nodes import RunningNode, akson, postmaster, start, wait_until
from tests.promises import allowed_s

pytestmark = pytest.mark.crash

ROUNDS = 20 if "AKSON_SEEDS" in os.environ else 8
"""Starts and kills of a seed: each way five times at night, twice in CI."""
SENDERS = 4
OBSERVATIONS = 6
"""In each transaction, beside its Patient."""
RESTART_LIMIT_S = 15.0
SYSTEM = "https://akson.no/test/transaction"


@dataclass
class Sent:
    """What the node said yes to, by the number of the transaction."""

    acknowledged: dict[int, list[str]] = field(default_factory=dict)
    """Number -> the references it was answered with."""
    singles: list[str] = field(default_factory=list)
    tried: int = 0


def seeds() -> list[int]:
    """AKSON_SEEDS=0-99 for a long run; one seed otherwise."""
    first, _, last = os.environ.get("AKSON_SEEDS", "0-0").partition("-")
    return list(range(int(first), int(last or first) + 1))


def transaction(number: int) -> bytes:
    """A patient and her measurements, all with the transaction's number."""
    urn = f"urn:uuid:00000000-0000-4000-8000-{number:012}"
    identifier = [{"system": SYSTEM, "value": str(number)}]
    patient = {"resourceType": "Patient", "identifier": identifier, "name": [{"family": "Prøve"}]}
    entries = [{"fullUrl": urn, "resource": patient, "request": {"method": "POST", "url": "Patient"}}]
    entries += [
        {"resource": pulse(urn, identifier), "request": {"method": "POST", "url": "Observation"}}
        for _ in range(OBSERVATIONS)
    ]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()


def pulse(subject: str, identifier: list[dict[str, str]]) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "identifier": identifier,
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": subject},
    }


async def send_until_killed(
    address: str, token: str, sent: Sent, numbers: Iterator[int], end: asyncio.Event
) -> None:
    """One connection: every third request is a single create, the others transactions."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=30)) as session:
        while not end.is_set():
            number = next(numbers)
            sent.tried += 1
            try:
                if number % 3:
                    async with session.post(f"{address}/fhir", data=transaction(number)) as response:
                        answer = await response.json(content_type=None)
                        if response.status == 200:
                            sent.acknowledged[number] = [
                                named(e["response"]["location"]) for e in answer["entry"]
                            ]
                else:
                    body = json.dumps(pulse("Patient/x", [{"system": SYSTEM, "value": str(number)}]))
                    async with session.post(f"{address}/fhir/Observation", data=body) as response:
                        await response.read()
                        if response.status == 201:
                            sent.singles.append(named(response.headers["Location"]))
            except (
                aiohttp.ClientError,
                ConnectionError,
                TimeoutError,
                asyncio.IncompleteReadError,
                ValueError,
            ):
                await asyncio.sleep(0.02)


def named(location: str) -> str:
    """`http://…/fhir/Patient/1/_history/1` -> `Patient/1`"""
    return "/".join(location.split("/_history")[0].split("/")[-2:])


def kill(node: RunningNode, how: str, chance: random.Random) -> None:
    if how == "worker":
        os.kill(chance.choice(node.workers()), signal.SIGKILL)
    elif how == "supervisor":
        os.kill(node.process.pid, signal.SIGKILL)
    elif how == "tree":
        node.kill_tree()
    else:
        database = postmaster(node.data)
        node.kill_tree()
        assert database is not None
        os.kill(database, signal.SIGKILL)


async def one_round(
    data: Path, token: str, sent: Sent, numbers: Iterator[int], how: str, chance: random.Random
) -> float:
    """Starts, sends, kills while requests are under way; gives how long the start took."""
    began = time.monotonic()
    node = await asyncio.to_thread(start, data, "--workers", 2)
    took = time.monotonic() - began
    end = asyncio.Event()
    senders = [
        asyncio.create_task(send_until_killed(node.address, token, sent, numbers, end))
        for _ in range(SENDERS)
    ]
    await asyncio.sleep(chance.uniform(0.05, 0.7))
    await asyncio.to_thread(kill, node, how, chance)
    if how == "worker":
        # The others go on answering; then the whole tree goes too.
        await asyncio.sleep(chance.uniform(0.05, 0.5))
        await asyncio.to_thread(node.kill_tree)
    end.set()
    await asyncio.gather(*senders)
    await asyncio.to_thread(node.process.communicate)
    return took


@pytest.mark.parametrize("seed", seeds())
async def test_what_was_acknowledged_is_there_and_nothing_is_half_done(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}: AKSON_SEEDS={seed}-{seed} repeats it")
    chance = random.Random(seed)
    sent, numbers = Sent(), iter(range(1, 10**9))
    token = akson("token", "system", "--data", tmp_path).stdout.strip()
    ways = ["tree", "worker", "everything", "supervisor"] * (ROUNDS // 4)
    starts = [await one_round(tmp_path, token, sent, numbers, how, chance) for how in ways]
    assert sorted(starts)[len(starts) // 2] < allowed_s(RESTART_LIMIT_S)
    assert len(sent.acknowledged) > ROUNDS, "the test sent too little to tell anything"
    assert sent.tried > len(sent.acknowledged) + len(sent.singles), "nothing was ever cut off"
    node = await asyncio.to_thread(start, tmp_path, "--workers", 2)
    try:
        stored = await everything(node.address, token)
    finally:
        await asyncio.to_thread(node.interrupt)
    judge(sent, stored)
    verified = akson("log", "verify", "--data", tmp_path, "--json")
    assert verified.returncode == 0, verified.stdout
    wait_until(lambda: postmaster(tmp_path) is None)


async def everything(address: str, token: str) -> dict[str, int]:
    """Reference -> number of its transaction, of all that the node has."""
    found: dict[str, int] = {}
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        for type in ("Patient", "Observation"):
            url: str | None = f"{address}/fhir/{type}?_count=500"
            while url:
                async with session.get(url) as response:
                    page = await response.json(content_type=None)
                    assert response.status == 200, page
                for entry in page.get("entry", ()):
                    resource = entry["resource"]
                    found[f"{type}/{resource['id']}"] = int(resource["identifier"][0]["value"])
                onward = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
                url = address + onward[onward.index("/fhir") :] if onward else None
    return found


def judge(sent: Sent, stored: dict[str, int]) -> None:
    lost = [
        reference
        for references in sent.acknowledged.values()
        for reference in references
        if reference not in stored
    ]
    assert not lost, f"acknowledged and lost: {lost}"
    lost = [reference for reference in sent.singles if reference not in stored]
    assert not lost, f"acknowledged and lost: {lost}"
    parts: dict[int, int] = defaultdict(int)
    for number in stored.values():
        parts[number] += 1
    halves = {n: count for n, count in parts.items() if count != (1 + OBSERVATIONS if n % 3 else 1)}
    assert not halves, f"transactions that are not whole: {halves}"
