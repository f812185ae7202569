"""`akson bench messages`: care messages a second through the whole post, and what a year of them takes.

By one worker beside PostgreSQL, as a node has it: one person's messages are worked in the order they came.

Each is parsed, validated, stored as it came, judged, made FHIR, committed with its log, answered with an AppRec, which is
itself a row of the outbox and a file on the disk. An admission and a discharge for each patient, in turn.
"""

import asyncio
import itertools
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from akson.access.actor import PurposeOfUse
from akson.app import settings as all_settings
from akson.app.bench.processes import cpu_of
from akson.app.cast import CAST, ORGANISATIONS, STORVIK
from akson.app.demo import astrid_admission_arguments
from akson.app.demo.chance import Chance
from akson.app.demo.national_ids import NationalIds
from akson.app.post import POOL_SIZE, folder, post_office
from akson.app.wiring import Node, open_node
from akson.exchange.inbox.directory import HER_SYSTEMS
from akson.record.values import Change
from akson.terminology.systems import NORWEGIAN_IDENTIFIERS

if TYPE_CHECKING:
    from akson.app.settings import Settings

A_YEAR = 7_400_000
"""All of Norway's PLO messages (research: mission appendix B); two a second at the peak."""
GOAL_PER_SECOND = 150
WORKERS = 1
TOGETHER = 40
"""Messages that wait for one worker at a time: as when a partner delivers many at once."""
NOTHING_TO_DO_S = 0.05
WAITING = ("received", "retry")
LOADED_TOGETHER = 500
BORN = datetime(1942, 5, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MessageFigures:
    """`sustained` is the rate of the last quarter, in messages a second."""

    messages: int
    workers: int
    per_second: float
    sustained: float
    bytes_each: int
    worker_ms: float
    """CPU of the workers for each message. A busy machine makes it more: caches and cores are shared."""
    database_ms: float

    @property
    def a_year_hours(self) -> float:
        return A_YEAR / self.sustained / 3600

    @property
    def a_year_gib(self) -> float:
        return A_YEAR * self.bytes_each / 2**30

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"aYearHours": self.a_year_hours, "aYearGiB": self.a_year_gib}

    @property
    def words(self) -> str:
        return (
            f"{self.messages} messages by {self.workers} worker: {self.per_second:,.0f}/s, the last quarter "
            f"{self.sustained:,.0f}/s (goal {GOAL_PER_SECOND}); {self.bytes_each:,} bytes each; CPU ms each: worker "
            f"{self.worker_ms:.1f}, PostgreSQL {self.database_ms:.1f}.\n"
            f"All Norway's {A_YEAR:,} of a year: {self.a_year_hours:,.0f} hours of work, {self.a_year_gib:,.0f} GiB."
        )


async def measure_messages(
    settings: "Settings", stored: int, tell: Callable[[str], None], keep: Path | None = None
) -> MessageFigures:
    """On a node of its own."""
    with tempfile.TemporaryDirectory(prefix="akson-bench-") as made:
        data = keep or Path(made)
        own = replace(settings, data=data, database_url="", log_database_url="")
        async with open_node(own) as node:
            tell(f"{stored // 2 + 1} patients …")
            await _people(node, stored // 2 + 1)
            before = await node.outbox.size()
            tell(f"{stored} messages …")
            busy = cpu_of(data).database
            ended, worker_s = await _by_workers(data, stored, tell)
            database_s = cpu_of(data).database - busy
            after = await node.outbox.size()
    quarter = ended[-(len(ended) // 4) - 1]
    return MessageFigures(
        stored,
        WORKERS,
        stored / ended[-1],
        (len(ended) // 4) / max(ended[-1] - quarter, 1e-9),
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


async def _by_workers(data: Path, stored: int, tell: Callable[[str], None]) -> tuple[list[float], float]:
    """Seconds from the start to each message's end, in order; and the CPU seconds of the workers."""
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "akson.app.bench.message_worker",
            str(data),
            str(stored),
            str(number),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for number in range(WORKERS)
    ]
    for process in processes:
        assert process.stdout is not None and await process.stdout.readline() == b"ready\n"
    began = time.monotonic()
    told = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    tell(f"done in {time.monotonic() - began:,.0f} s")
    lines = [out.split() for out, _ in told]
    ended = sorted(float(line) for told in lines for line in told[:-1])
    return ended, sum(float(told[-1]) for told in lines)


async def work_through(data: Path, stored: int, worker: int) -> None:
    """One worker's share: every WORKERS-th patient's admission and discharge. Prints when each has ended, in seconds."""
    settings = all_settings.load(environ={}, options={"data": str(data)})
    async with open_node(settings, pool_size=POOL_SIZE) as node:
        office = post_office(node, folder(settings))
        ids = numbers(stored // 2 + 1)
        messages = iter([(n, _message(n, ids[n // 2])) for n in range(stored) if n // 2 % WORKERS == worker])
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        began, ended, busy = time.monotonic(), list[float](), time.process_time()
        while batch := list(itertools.islice(messages, TOGETHER)):
            ids = [
                await office.inbox.receive(content, transport="bench", name=f"{n}.xml")
                for n, content in batch
            ]
            # As `run_post` does. Another worker may have taken some of them; all of both must come to an end.
            while not await _ended(node, ids):
                if not await office.work():
                    await asyncio.sleep(NOTHING_TO_DO_S)
            ended += [time.monotonic() - began] * len(batch)
        busy = time.process_time() - busy
    print("\n".join(f"{number:.4f}" for number in (*ended, busy)), flush=True)


async def _ended(node: Node, ids: list[int]) -> bool:
    waiting = await node.post.listed(WAITING, limit=WORKERS * TOGETHER)
    return not {item.id for item in waiting} & set(ids)


def _message(n: int, national_id: str) -> bytes:
    import uuid

    from akson_lab.facts import Shipment
    from akson_lab.hospital import admission_message, discharge_message

    facts = replace(astrid_admission_arguments(NOW), national_id=national_id)
    shipment = Shipment(str(uuid.UUID(int=n + 1, version=4)))
    if n % 2:
        return discharge_message(facts, shipment, discharged_at=NOW + timedelta(days=2))
    return admission_message(facts, shipment)
