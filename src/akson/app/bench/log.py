"""The access log alone: events a second with each patient's chain, proofs at many entries, and what it adds to a read."""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count

from akson.app.bench.processes import cpu_of
from akson.app.rooms import fhir_door
from akson.app.settings import Settings
from akson.app.wiring import DatabaseServer, Node, access_log, open_node
from akson.audit import tiles
from akson.audit.event import AccessEvent
from akson.audit.log import AccessLog, Prepared
from akson.audit.merkle import Edge, inclusion_proof
from akson.record.door import Record
from akson.store.audit_log import AuditLogStore, TileRow
from akson.store.log_filling import DATABASE, filled_log
from akson.world import SystemClock, SystemRandom

WAITING = 64
PATIENTS = 5_000
PROOFS = 2_000
READERS = 16
TURNS = 5
"""With and without the log take turns, so that what else the machine does hits both."""
LEAVES_EACH = 65_536
IDLE_S = 1.0
_EVENT = AccessEvent(
    id=b"",
    at=datetime(2026, 11, 24, tzinfo=UTC),
    tenant=1,
    actor_kind="practitioner",
    actor_id="bench-nurse",
    actor_name="Målt Sykepleier",
    role="nurse",
    hpr="9900001",
    enterprise="Organization/bench",
    unit="Målt enhet",
    place="Organization/bench-unit",
    patient="",
    action="read",
    purpose="treatment",
    outcome="permit",
    rules=("AKS-RULE-CARE-RELATION",),
    words="Enheten gir hjelp etter vedtak.",
    policy_version="bench",
    categories=("demographic",),
    resources=("Patient/bench-patient/1",),
    count=1,
    request="bench",
)


@dataclass(frozen=True, slots=True)
class LogFigures:
    events_per_second: float
    """Durable, one process, chain, tree and second count keeping up."""
    ack_p50_ms: float
    ack_p99_ms: float
    behind: int
    """Events that were not under the tree when the time was up."""
    entries: int
    """Of the log that proofs were made from."""
    proof_p50_ms: float
    proof_p99_ms: float
    read: "ReadCost"
    """Through the FHIR door, in process, 16 at once, logged."""
    read_unlogged: "ReadCost"
    alone: "ReadCost"
    """One at a time."""
    alone_unlogged: "ReadCost"

    def words(self, http_read_cpu_ms: float | None) -> str:
        """`http_read_cpu_ms` is what `read@16` takes of node and PostgreSQL, over HTTP."""
        added = self.read.cpu_us - self.read_unlogged.cpu_us
        of_http = ""
        if http_read_cpu_ms:
            rest = max(1_000 * http_read_cpu_ms - added, 1)
            of_http = f", {100 * added / rest:.0f} % of what a read over HTTP takes without (goal ≤ 30)"
        return (
            f"Access log alone: {self.events_per_second:,.0f} events/s with each patient's chain (goal ≥ 20,000), "
            f"acknowledged p50 {self.ack_p50_ms} ms, p99 {self.ack_p99_ms} ms (goal ≤ 100), {self.behind:,} not yet under "
            f"the tree at the end; inclusion proof at {self.entries:,} entries p50 {self.proof_p50_ms} ms, "
            f"p99 {self.proof_p99_ms} ms (goal < 10). Logging adds {added:.0f} µs of CPU to a read at 16 connections"
            f"{of_http}. Through the door in process, by turns: {self.read_unlogged.wall_us:.0f} → "
            f"{self.read.wall_us:.0f} µs at 16, {self.alone_unlogged.wall_us:.0f} → {self.alone.wall_us:.0f} µs at one, "
            "where the disk is most of it."
        )


@dataclass(frozen=True, slots=True)
class ReadCost:
    wall_us: float
    """Time from one answer to the next, whoever asked."""
    cpu_us: float
    """Of this process and PostgreSQL."""


async def measure_log(settings: Settings, server: DatabaseServer, seconds: float, entries: int) -> LogFigures:
    rate, waits, behind = await _appending(settings, server.dsn("log"), seconds)
    proofs = await _proving(server, entries)
    together = await _reads(settings, seconds, READERS)
    alone = await _reads(settings, seconds, 1)
    return LogFigures(
        round(rate),
        _ms(waits, 50),
        _ms(waits, 99),
        behind,
        entries,
        _ms(proofs, 50),
        _ms(proofs, 99),
        *together,
        *alone,
    )


async def _appending(settings: Settings, dsn: str, seconds: float) -> tuple[float, list[float], int]:
    """Many single events waiting at once, as from many requests: (events/s, seconds each waited, events behind)."""
    rows = await AuditLogStore.open(dsn, pool_size=3)
    random = SystemRandom()
    log = access_log(rows, settings, clock=SystemClock(), random=random)
    events = [replace(_EVENT, patient=f"bench-{n}") for n in range(PATIENTS)]
    numbers, waits = count(), []
    started = time.perf_counter()

    async def one() -> None:
        while (began := time.perf_counter()) - started < seconds:
            event = events[next(numbers) % PATIENTS]
            await log.append([Prepared.of(replace(event, id=random.bytes(16)))])
            waits.append(time.perf_counter() - began)

    try:
        await asyncio.gather(*(one() for _ in range(WAITING)))
        spent = time.perf_counter() - started
        behind = await rows.size() - (await rows.tree()).size
        return len(waits) / spent, waits, behind
    finally:
        await log.close()
        await rows.close()


async def _proving(server: DatabaseServer, entries: int) -> list[float]:
    """Seconds of each inclusion proof, of places that chance names."""
    edge = Edge()

    def filled() -> Iterator[TileRow]:
        while edge.size < entries:
            many = min(LEAVES_EACH, entries - edge.size)
            noise = os.urandom(32 * many)
            for tile in edge.append([noise[at : at + 32] for at in range(0, len(noise), 32)]):
                yield TileRow(tile.level, tile.n, tile.data)

    made = await asyncio.to_thread(lambda: list(filled()))
    spent = []
    async with filled_log(
        server.dsn("postgres"), server.dsn(DATABASE), made, edge.size, edge.encode()
    ) as rows:
        for _ in range(PROOFS):
            place = int.from_bytes(os.urandom(8), "big") % edge.size
            began = time.perf_counter()
            await tiles.answered(rows, lambda hash_of, at=place: inclusion_proof(at, edge.size, hash_of))
            spent.append(time.perf_counter() - began)
    return spent


class _NoLog(AccessLog):
    """Forgets everything; made here, and nowhere that a setting could reach."""

    async def append(self, events: Sequence[Prepared]) -> None:
        return


async def _reads(settings: Settings, seconds: float, readers: int) -> tuple[ReadCost, ReadCost]:
    """`GET Patient/id` as the system, through token, door, decision, store and guard, without a socket: logged and not."""
    async with open_node(settings, pool_size=8) as node:
        token = node.issuer.issue(_system())
        patient = await _some_patient(node)
        without = replace(node, record=_unlogged(node))
        ways = [_asking(fhir_door(each), patient, token) for each in (node, without)]
        idle = await _idle(settings)
        found: list[list[ReadCost]] = [[], []]
        for _ in range(TURNS):
            for which, ask in enumerate(ways):
                found[which].append(await _cost(ask, settings, seconds / TURNS, readers, idle))
    return _typical(found[0]), _typical(found[1])


def _typical(costs: Sequence[ReadCost]) -> ReadCost:
    wall, cpu = ([getattr(cost, of) for cost in costs] for of in ("wall_us", "cpu_us"))
    return ReadCost(round(statistics.median(wall), 1), round(statistics.median(cpu), 1))


def _unlogged(node: Node) -> Record:
    random = SystemRandom()
    log = _NoLog(
        node.log.rows, key=node.log.key, origin=node.log.first_origin, clock=node.clock, random=random
    )
    record = node.record
    return Record(record.store, log, definitions=record.definitions, clock=node.clock, random=random)


def _system():  # noqa: ANN202 - Actor
    from akson.app.cast import CAST

    return CAST["system"]


async def _some_patient(node: Node) -> str:
    from akson.access.actor import PurposeOfUse
    from akson.fhir.search.parsing import parse

    found = await node.record.open(_system(), PurposeOfUse.OPERATIONS).search(
        parse("Patient", [("_count", "1")])
    )
    return found.matches[0].id


Ask = Callable[[], Awaitable[None]]


def _asking(door, patient: str, token: str) -> Ask:  # noqa: ANN001 - an ASGI application
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": f"/fhir/Patient/{patient}",
        "raw_path": f"/fhir/Patient/{patient}".encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"bench"), (b"authorization", f"Bearer {token}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200, "the read that is timed must succeed"

    async def ask() -> None:
        await door(dict(scope), receive, send)

    return ask


async def _cost(ask: Ask, settings: Settings, seconds: float, readers: int, idle: float) -> ReadCost:
    done = 0
    before, started = cpu_of(settings.data), time.perf_counter()

    async def one() -> None:
        nonlocal done
        while time.perf_counter() - started < seconds:
            await ask()
            done += 1

    await asyncio.gather(*(one() for _ in range(readers)))
    spent = time.perf_counter() - started
    cpu = cpu_of(settings.data).per(before, done / 1_000_000)
    return ReadCost(1_000_000 * spent / done, cpu.client + cpu.database - 1_000_000 * idle * spent / done)


async def _idle(settings: Settings) -> float:
    """Cores that PostgreSQL takes for others' sake: the node that stands by, cleaning up after what was measured before."""
    before = cpu_of(settings.data)
    await asyncio.sleep(IDLE_S)
    return cpu_of(settings.data).per(before, IDLE_S).database


def _ms(spent: Sequence[float], percent: int) -> float:
    ordered = sorted(spent)
    return round(1_000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 2)
