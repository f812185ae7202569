"""The access log alone: events a second with each patient's chain, proofs at many entries, and what it adds to a read."""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count

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
    read_us: float
    """One read by the time it takes while 16 are asked at once, over 16: through the FHIR door, in process, logged."""
    read_unlogged_us: float
    alone_us: float
    """One read at a time."""
    alone_unlogged_us: float

    def words(self, read_per_second: float | None) -> str:
        """`read_per_second` is that of `read@16`, over HTTP."""
        added = self.read_us - self.read_unlogged_us
        of_http = ""
        if read_per_second:
            whole = 1_000_000 / read_per_second
            of_http = f", {100 * added / max(whole - added, 1):.0f} % of a read over HTTP (goal ≤ 30)"
        return (
            f"Access log alone: {self.events_per_second:,.0f} events/s with each patient's chain (goal ≥ 20,000), "
            f"acknowledged p50 {self.ack_p50_ms} ms, p99 {self.ack_p99_ms} ms (goal ≤ 100), {self.behind:,} not yet under "
            f"the tree at the end; inclusion proof at {self.entries:,} entries p50 {self.proof_p50_ms} ms, "
            f"p99 {self.proof_p99_ms} ms (goal < 10). Logging adds {added:.0f} µs to a read at 16 connections: "
            f"{self.read_unlogged_us:.0f} → {self.read_us:.0f} µs through the door in process{of_http}; one at a time "
            f"{self.alone_unlogged_us:.0f} → {self.alone_us:.0f} µs, most of it the disk."
        )


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


async def _reads(settings: Settings, seconds: float, readers: int) -> tuple[float, float]:
    """Microseconds of `GET Patient/id` as the system, through token, door, decision, store and guard, without a socket:
    logged and not."""
    async with open_node(settings, pool_size=8) as node:
        token = node.issuer.issue(_system())
        patient = await _some_patient(node)
        without = replace(node, record=_unlogged(node))
        ways = [_asking(fhir_door(each), patient, token) for each in (node, without)]
        took: list[list[float]] = [[], []]
        for _ in range(TURNS):
            for which, ask in enumerate(ways):
                took[which].append(await _time_of_one(ask, seconds / TURNS, readers))
    logged, unlogged = (round(1_000_000 * statistics.median(times), 1) for times in took)
    return logged, unlogged


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


async def _time_of_one(ask: Ask, seconds: float, readers: int) -> float:
    """Seconds that one read takes, waiting for others included, over the number there are at once."""
    done = 0
    started = time.perf_counter()

    async def one() -> None:
        nonlocal done
        while time.perf_counter() - started < seconds:
            await ask()
            done += 1

    await asyncio.gather(*(one() for _ in range(readers)))
    return (time.perf_counter() - started) / done


def _ms(spent: Sequence[float], percent: int) -> float:
    ordered = sorted(spent)
    return round(1_000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 2)
