"""L-01: answers that carried patient data = events in the log, counted by one who shares no code with the writer.

The bodies are counted as they come out of the socket, the events as they lie in the database: by the reader of
`akson_verify`, which knows nothing of Akson. AKSON_SEEDS runs more, each with a seed of its own.
"""

import asyncio
import json
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import asyncpg
import pytest

import akson_verify
from akson.store.server import EmbeddedPostgres
from tests.app.nodes import RunningNode, akson, node

PEOPLE = 12
REQUESTS = 600
SENDERS = 8
READERS = ("system", "ida", "omar", "grete", "nadia")
COUNTED = {"read", "vread", "search", "history"}
Key = tuple[str, str]
"""(who asked, whose data)"""


def seeds() -> list[int]:
    first, _, last = os.environ.get("AKSON_SEEDS", "0-0").partition("-")
    return list(range(int(first), int(last or first) + 1))


@dataclass
class Seen:
    bodies: Counter[Key] = field(default_factory=Counter)
    answers: int = 0
    lost: int = 0


def whose(body: object) -> set[str]:
    """Patients whose data stand in a body: a Patient, or a resource whose subject or patient is one."""
    if not isinstance(body, dict):
        return set()
    if body.get("resourceType") in ("Bundle", "OperationOutcome"):
        return {p for e in body.get("entry", []) for p in whose(e.get("resource"))}
    found = {body["id"]} if body.get("resourceType") == "Patient" else set()
    for name in ("subject", "patient", "for"):
        reference = (body.get(name) or {}).get("reference", "") if isinstance(body.get(name), dict) else ""
        if reference.startswith("Patient/"):
            found.add(reference.removeprefix("Patient/"))
    return found


def stage_bundle() -> bytes:
    entries = []
    for n in range(PEOPLE):
        patient = {"resourceType": "Patient", "id": f"k{n}", "name": [{"family": f"Prøve{n}"}]}
        pulse = {"resourceType": "Observation", "id": f"o{n}", "status": "final", "subject": {"reference": f"Patient/k{n}"},
                 "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}}  # fmt: skip
        unit = "hjemmetjenesten-ost" if n % 2 else "storvik-legevakt"
        care = {"resourceType": "EpisodeOfCare", "id": f"e{n}", "status": "active",
                "patient": {"reference": f"Patient/k{n}"}, "period": {"start": "2026-01-01"},
                "managingOrganization": {"reference": f"Organization/{unit}"}}  # fmt: skip
        entries += [patient, pulse, care]
    wrapped = [
        {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
        for r in entries
    ]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": wrapped}).encode()


def question(chance: random.Random) -> str:
    n = chance.randrange(PEOPLE + 2)
    return chance.choice(
        (
            f"Patient/k{n}", f"Patient/k{n}/_history/1", f"Observation/o{n}", f"Observation/o{n}/_history",
            f"Observation?patient=k{n}", f"Patient?_id=k{n},k{(n + 3) % PEOPLE}&_revinclude=Observation:subject",
            "Observation?code=8867-4&_count=5&_include=Observation:subject", "Patient?name=prøve&_count=7",
            f"Patient/k{n}/_history", "Patient?name=finnesikke", f"Observation?patient=k{n}&_summary=count",
        )
    )  # fmt: skip


async def send(
    running: RunningNode, tokens: dict[str, str], seen: Seen, chance: random.Random, count: int
) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        for _ in range(count):
            who = chance.choice(READERS)
            headers = {"Authorization": f"Bearer {tokens[who]}"}
            try:
                async with session.get(
                    f"{running.address}/fhir/{question(chance)}", headers=headers
                ) as answer:
                    body = await answer.read()
            except (aiohttp.ClientError, TimeoutError):
                seen.lost += 1
                continue
            seen.answers += 1
            for patient in whose(json.loads(body)):
                seen.bodies[who, patient] += 1


async def logged(data: Path) -> Counter[Key]:
    """Events that say that data was shown, as they lie in the database."""
    async with EmbeddedPostgres(data) as server:
        connection = await asyncpg.connect(server.dsn("log"))
        rows = await connection.fetch("select canonical from log.access_event where patient <> ''")
        await connection.close()
    events = [akson_verify._event(bytes(row["canonical"])) for row in rows]
    return Counter(
        (str(e["actor_id"]), str(e["patient"]))
        for e in events
        if e["action"] in COUNTED and e["outcome"] == "permit" and e["resources"]
    )


@pytest.mark.parametrize("seed", seeds())
@pytest.mark.parametrize("killed", [False, True], ids=["calm", "killed"])
async def test_every_body_with_patient_data_has_its_event(tmp_path: Path, seed: int, killed: bool) -> None:
    chance = random.Random(seed)
    seen = Seen()
    data = tmp_path / "data"
    with node(data, "--workers", "2", command="serve") as running:
        tokens = {who: running.token(who) for who in READERS}
        bundle = tmp_path / "stage.json"
        bundle.write_bytes(stage_bundle())
        done = akson("load", bundle, "--data", data)
        assert done.returncode == 0, done.stderr
        senders = [
            send(running, tokens, seen, random.Random(chance.random()), REQUESTS // SENDERS)
            for _ in range(SENDERS)
        ]
        work = asyncio.gather(*senders)
        if killed:
            while seen.answers < REQUESTS // 5:
                await asyncio.sleep(0.005)
            for pid in running.workers():
                os.kill(pid, signal.SIGKILL)
        await work
        found = await logged(data)
    assert seen.bodies, "nothing was shown: the test says nothing"
    assert {who for who, _ in seen.bodies} >= {"system", "ida"}
    print(
        f"seed {seed}: {seen.answers} answers, {seen.bodies.total()} with a patient's data, {seen.lost} lost"
    )
    if killed:
        short = {key: (n, found[key]) for key, n in seen.bodies.items() if found[key] < n}
        assert not short, "shown and not logged"
    else:
        assert seen.lost == 0
        # The house looks for itself, and each of its looks has its event too.
        asked = {key: n for key, n in found.items() if key[0] != "pathways"}
        assert asked == dict(seen.bodies)
