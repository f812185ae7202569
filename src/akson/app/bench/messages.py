"""`akson bench messages`: care messages a second through the whole post, and what a year of them takes.

By the post workers of a node, beside PostgreSQL: the first one takes in, works and hands over; the others work (ADR 0155).

Each is parsed, validated, stored as it came, judged, made FHIR, committed with its log, answered with an AppRec, which is
itself a row of the outbox and a file on the disk. An admission and a discharge for each patient, in turn. They are written
to a file before it begins, so that neither memory nor time holds what is no part of it.
"""

import asyncio
import base64
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from akson.access.actor import PurposeOfUse
from akson.app import settings as all_settings
from akson.app.bench.message_figures import QUARTERS, MessageFigures, quarter_end, quarters_of
from akson.app.bench.processes import cpu_of, pss_mib
from akson.app.cast import CAST, ORGANISATIONS, STORVIK
from akson.app.demo import astrid_admission_arguments
from akson.app.demo.chance import Chance
from akson.app.demo.national_ids import NationalIds
from akson.app.post import POOL_SIZE, ROWS_EACH_SENDER, SENDERS, PostOffice, folder, post_office, repeated
from akson.app.supervisor.run import default_post_workers
from akson.app.wiring import Node, open_node
from akson.exchange.inbox.directory import HER_SYSTEMS
from akson.record.values import Change
from akson.terminology.systems import NORWEGIAN_IDENTIFIERS

if TYPE_CHECKING:
    from akson.app.settings import Settings

TOGETHER = 40
"""Messages that wait for each worker at a time: as when a partner delivers many at once."""
LOOKED_EACH_S = 0.05
TOLD_EACH_S = 5.0
LOADED_TOGETHER = 500
LETTERS = "letters"
NOT_OUT = ("draft", "queued")
BORN = datetime(1942, 5, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


async def measure_messages(
    settings: "Settings",
    stored: int,
    tell: Callable[[str], None],
    keep: Path | None = None,
    post_workers: int | None = None,
) -> MessageFigures:
    """On a node of its own; by as many workers as a node has by default."""
    workers = post_workers or settings.post_workers or default_post_workers()
    with tempfile.TemporaryDirectory(prefix="akson-bench-") as made:
        data = keep or Path(made)
        own = replace(settings, data=data, database_url="", log_database_url="")
        async with open_node(own) as node:
            tell(f"{stored // 2 + 1} patients …")
            await _people(node, stored // 2 + 1)
            before = await node.outbox.size()
            tell(f"{stored} messages by {workers} …")
            await asyncio.to_thread(_write, data / LETTERS, stored)
            busy = cpu_of(data).database
            ended, memory, worker_s = await _by_workers(data, stored, workers, tell)
            database_s = cpu_of(data).database - busy
            after = await node.outbox.size()
            (data / LETTERS).unlink()
    return MessageFigures(
        stored,
        workers,
        stored / ended[-1][0],
        quarters_of(stored, ended, memory),
        (after - before) // stored,
        worker_s / stored * 1000,
        database_s / stored * 1000,
    )


async def _people(node: Node, count: int) -> None:
    houses: list[dict[str, Any]] = [
        {
            "resourceType": "Organization",
            "id": id,
            "identifier": [{"system": HER_SYSTEMS[0], "value": her}],
            "name": name,
            **({"partOf": {"reference": f"Organization/{above}"}} if above else {}),
        }
        for id, (name, her, above, _) in ORGANISATIONS.items()
    ]
    people: list[dict[str, Any]] = [
        {
            "resourceType": "Patient",
            "id": f"m{n}",
            "identifier": [{"system": f"{NORWEGIAN_IDENTIFIERS}1", "value": number}],
            "name": [{"family": "Bakken", "given": ["Astrid"]}],
        }
        for n, number in enumerate(numbers(count))
    ]
    # Where nobody has a decision, nobody's need be asked for.
    decision: dict[str, Any] = {
        "resourceType": "EpisodeOfCare",
        "id": "m0-decision",
        "status": "active",
        "patient": {"reference": "Patient/m0"},
        "managingOrganization": {"reference": "Organization/hjemmetjenesten-ost"},
    }
    resources = [*houses, *people, decision]
    for at in range(0, len(resources), LOADED_TOGETHER):
        session = node.record.open(replace(CAST["system"], tenant=STORVIK), PurposeOfUse.OPERATIONS)
        part = resources[at : at + LOADED_TOGETHER]
        await session.commit([Change("PUT", r["resourceType"], id=r["id"], resource=r) for r in part])


def numbers(count: int) -> list[str]:
    """Synthetic national ids, the same at each run and in each worker."""
    ids = NationalIds()
    return [
        ids.draw(Chance.of(77, n), (BORN + timedelta(days=n % 20_000)).date(), female=True)
        for n in range(count)
    ]


async def _by_workers(
    data: Path, stored: int, workers: int, tell: Callable[[str], None]
) -> tuple[list[tuple[float, int]], list[tuple[float, ...]], float]:
    """(seconds from the start, messages that have ended by then), the last line of it all; PSS of the workers in MiB at the
    end of each quarter; their CPU seconds."""
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "akson.app.bench.message_worker",
            *(str(data), str(stored), str(workers), str(number)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for number in range(workers)
    ]
    for process in processes:
        assert process.stdout is not None and await process.stdout.readline() == b"ready\n"
    first, *others = processes
    assert first.stdin is not None and first.stdout is not None
    first.stdin.write(b"go\n")
    ended: list[tuple[float, int]] = []
    memory: list[tuple[float, ...]] = []
    told, busy = 0.0, 0.0
    while line := await first.stdout.readline():
        if line.startswith(b"cpu "):
            busy = float(line.split()[1])
            continue
        at, count = line.split()
        ended.append((float(at), int(count)))
        while len(memory) < QUARTERS and int(count) >= quarter_end(stored, len(memory) + 1):
            memory.append(tuple(mib for p in processes if (mib := pss_mib(p.pid)) is not None))
        if ended[-1][0] - told >= TOLD_EACH_S:
            told = ended[-1][0]
            tell(f"{told:,.0f} s: {int(count):,} of {stored:,}")
    rest = await asyncio.gather(*(process.communicate(b"end\n") for process in others))
    await first.wait()
    tell(f"done in {ended[-1][0]:,.0f} s")
    return ended, memory, busy + sum(float(out.split()[-1]) for out, _ in rest)


async def work_through(data: Path, stored: int, workers: int, number: int) -> None:
    """One worker, until all has ended: the first takes in, works and hands over; the others work until they are told to end.

    Prints `ready`, then the first one `seconds count` as messages end, and each its CPU seconds since it was ready."""
    settings = all_settings.load(environ={}, options={"data": str(data)})
    async with open_node(settings, pool_size=POOL_SIZE) as node:
        office = post_office(node, folder(settings), hands_over=False)
        print("ready", flush=True)
        busy = time.process_time()
        if number:
            await _work_until_told(office)
        else:
            await asyncio.to_thread(sys.stdin.readline)
            await _lead(node, office, data / LETTERS, stored, TOGETHER * workers)
        busy = time.process_time() - busy
    print(f"cpu {busy:.4f}", flush=True)


async def _work_until_told(office: PostOffice) -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(repeated(stop, office.inbox.work))
    await asyncio.to_thread(sys.stdin.readline)
    stop.set()
    await working


async def _lead(node: Node, office: PostOffice, letters: Path, stored: int, together: int) -> None:
    """As `run_post` does it, with an end: everything taken in, worked and answered, and every answer handed over."""
    began, given = time.monotonic(), 0
    stop = asyncio.Event()
    hands = [
        asyncio.create_task(repeated(stop, part))
        for part in (
            office.inbox.work,
            office.follow_up,
            *[lambda: office.outbox.send_due(ROWS_EACH_SENDER)] * SENDERS,
        )
    ]
    messages = _read(letters)
    waits = together
    while waits or given < stored:
        room = range(given, min(given + together - waits, stored))
        arriving = [
            office.inbox.receive(content, transport="bench", name=f"{n}.xml")
            for n, content in zip(room, messages, strict=False)
        ]
        given += len(await asyncio.gather(*arriving))
        await asyncio.sleep(LOOKED_EACH_S)
        waits = await node.post.unfinished()
        print(f"{time.monotonic() - began:.4f} {given - waits}", flush=True)
    while await _not_out(node):  # noqa: ASYNC110 - others do it
        await asyncio.sleep(LOOKED_EACH_S)
    print(f"{time.monotonic() - began:.4f} {stored}", flush=True)
    stop.set()
    await asyncio.gather(*hands)


async def _not_out(node: Node) -> bool:
    left = await node.outbox.counts()
    return any(left.get(state) for state in NOT_OUT)


def _write(path: Path, stored: int) -> None:
    """Every message, one after the other."""
    people = numbers(stored // 2 + 1)
    with path.open("wb") as file:
        for n in range(stored):
            file.write(base64.b64encode(_message(n, people[n // 2])) + b"\n")


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from map(base64.b64decode, file)


def _message(n: int, national_id: str) -> bytes:
    import uuid

    from akson_lab.facts import Shipment
    from akson_lab.hospital import admission_message, discharge_message

    facts = replace(astrid_admission_arguments(NOW), national_id=national_id)
    shipment = Shipment(str(uuid.UUID(int=n + 1, version=4)))
    if n % 2:
        return discharge_message(facts, shipment, discharged_at=NOW + timedelta(days=2))
    return admission_message(facts, shipment)
