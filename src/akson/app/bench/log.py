"""How many events a second the access log takes: many single events waiting at once, as from many requests."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

from akson.app.settings import Settings
from akson.app.wiring import access_log
from akson.audit.event import AccessEvent
from akson.audit.log import Prepared
from akson.store.audit_log import AuditLogStore
from akson.world import SystemClock, SystemRandom

WAITING = 64
_EVENT = AccessEvent(
    id=b"",
    at=datetime(2026, 11, 24, tzinfo=UTC),
    tenant=1,
    actor_kind="practitioner",
    actor_id="bench-nurse",
    actor_name="Målt Sykepleier",
    role="nurse",
    unit="Organization/bench-unit",
    patient="bench-patient",
    action="read",
    purpose="treatment",
    outcome="permit",
    rules=("AKS-RULE-CARE-RELATION",),
    words="Enheten gir hjelp etter vedtak.",
    policy_version="bench",
    resources=("Patient/bench-patient/1",),
    count=1,
    request="bench",
)


async def log_events_per_second(settings: Settings, dsn: str, seconds: float) -> float:
    """Durable events/s of one process, canonical bytes and Merkle tree included. `dsn` is the log's database."""
    rows = await AuditLogStore.open(dsn, pool_size=2)
    clock, random = SystemClock(), SystemRandom()
    log = access_log(rows, settings, clock=clock, random=random)
    numbers = count()
    started = time.perf_counter()

    async def one() -> None:
        while time.perf_counter() - started < seconds:
            next(numbers)
            await log.append([Prepared.of(replace(_EVENT, id=random.bytes(16)))])

    try:
        await asyncio.gather(*(one() for _ in range(WAITING)))
        return next(numbers) / (time.perf_counter() - started)
    finally:
        await log.close()
        await rows.close()
