"""The access log: appends events durably, in one order, under a Merkle tree.

Group commit: while one flush is on its way to the disk the next events gather; there is no tick. Several processes may
append to the same log; the database gives the places in one order, so nobody races. The tree grows behind the log, at most
GROW_EACH later: whoever appends grows it for all, up to a signed checkpoint. Who may read the log is the record's business.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.audit import canonical, heads, proofs
from akson.audit.event import AccessEvent
from akson.audit.growing import Tree
from akson.audit.policy import NO_WITNESS, Policy
from akson.audit.statements import HeadsStatement
from akson.fhir.problem import Problem, ProblemKind
from akson.store.audit_log import AuditLogStore, Entry
from akson.world import Clock, Random

GROW_EACH = timedelta(seconds=1)
BATCH_EVENTS_MAX = 2_000
ATTEMPTS_MAX = 5
CATCH_UP_TRIES = 40
CATCH_UP_EACH_S = 0.05
SALT_BYTES = 16

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An event with its canonical bytes, made once."""

    event: AccessEvent
    canonical: bytes

    @classmethod
    def of(cls, event: AccessEvent) -> "Prepared":
        return cls(event, canonical.encode(event))

    @classmethod
    def read(cls, data: bytes) -> "Prepared":
        """From canonical bytes that a crash left waiting."""
        return cls(canonical.decode(data), data)


class AccessLog:
    """`origin` names the first epoch of this log in checkpoints: `akson/<node>/access/1`."""

    def __init__(
        self,
        rows: AuditLogStore,
        *,
        key: Ed25519PrivateKey,
        origin: str,
        clock: Clock,
        random: Random,
        witnesses: Policy = NO_WITNESS,
    ) -> None:
        self.rows = rows
        self.first_origin = origin
        self.public_key = key.public_key()
        self.witnesses = witnesses
        self.key = key
        self.clock = clock
        self._random = random
        self.tree = Tree(rows, key=key, first_origin=origin, clock=clock)
        self._waiting: list[tuple[Sequence[Prepared], asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._growing: asyncio.Task[None] | None = None
        self._grown_at: datetime | None = None
        self._behind = False
        self._closing = asyncio.Event()

    async def append(self, events: Sequence[Prepared]) -> None:
        """Returns when the events are durable and in order. Raises Problem OVERLOADED AKS-AUDIT-010 when they are not."""
        if not events:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((events, done))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush(), name="access-log")
        await done

    async def recover(self, leftovers: Sequence[bytes]) -> None:
        """Sequence events that were committed with the record and not yet logged; known ones are left alone."""
        prepared = [Prepared.read(data) for data in leftovers]
        known = await self.rows.known([p.event.id for p in prepared])
        await self.append([p for p in prepared if p.event.id not in known])

    async def close(self) -> None:
        """Finish what waits, and leave a tree and a checkpoint over all of it."""
        self._closing.set()
        for task in (self._flushing, self._growing):
            if task is not None:
                await asyncio.gather(task, return_exceptions=True)
        await self.grow()

    async def grow(self) -> None:
        """The tree over every event of now, with a signed checkpoint. Nothing when somebody else does it meanwhile."""
        await self.tree.grow()

    def sign(self, message: bytes) -> bytes:
        """With the log's own key. The message says what it is in its first line, and is never a note."""
        return self.key.sign(message)

    async def proof_of(self, tenant: int, patient: str) -> bytes:
        """The file that `akson-verify` checks: all of a patient's events up to now, or to what the witnesses have seen.

        Raises Problem OVERLOADED AKS-AUDIT-030 when nothing is signed by enough of them yet.
        """
        await self.catch_up()
        return await proofs.of_patient(self, tenant, patient, self.witnesses)

    async def catch_up(self) -> None:
        """Until the tree holds every event of now, or somebody is very slow."""
        size = await self.rows.size()
        for _ in range(CATCH_UP_TRIES):
            await self.grow()
            if (await self.rows.tree()).size >= size:
                return
            await asyncio.sleep(CATCH_UP_EACH_S)

    async def close_day(self, day: date) -> HeadsStatement | None:
        """States the heads of every patient as they are now, under the name of the day that ended. None when nothing has
        happened since the last."""
        await self.grow()
        made = await heads.make(self.rows, self._random, day, self.clock.now())
        await self.grow()
        return made

    async def events_of(
        self,
        tenant: int,
        patient: str,
        *,
        actor: str | None = None,
        until: datetime | None = None,
        before: int | None = None,
        count: int = 100,
    ) -> list[tuple[int, AccessEvent]]:
        """(place in the log, event) of one patient, newest first; of one actor when named, before an instant or a place."""
        rows = await self.rows.events_of(
            tenant, patient, actor=actor, until=until, before=before, count=count
        )
        return [(row.idx, canonical.decode(row.canonical)) for row in rows]

    async def events_found(
        self,
        tenant: int,
        *,
        patient: str | None = None,
        actor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        before: int | None = None,
        count: int = 1_000,
    ) -> list[tuple[int, AccessEvent]]:
        """(place in the log, event) of all of a tenant, newest first; narrowed by what is named."""
        rows = await self.rows.events_found(
            tenant, patient=patient, actor=actor, since=since, until=until, before=before, count=count
        )
        return [(row.idx, canonical.decode(row.canonical)) for row in rows]

    async def event(self, id: bytes) -> AccessEvent | None:
        """One event by its id; None when there is none, and for what the log says about itself."""
        row = await self.rows.by_event_id(id)
        return canonical.decode(row.canonical) if row is not None and row.tenant else None

    async def _flush(self) -> None:
        while self._waiting:
            batch, events = self._take()
            try:
                await self._write(events)
            except asyncio.CancelledError:
                for _, done in batch:
                    done.cancel()
                raise
            except Exception as failed:
                problem = _not_durable(failed)
                for _, done in batch:
                    if not done.done():
                        done.set_exception(problem)
                continue
            for _, done in batch:
                if not done.done():
                    done.set_result(None)
            self._grow_soon()

    def _take(self) -> tuple[list[tuple[Sequence[Prepared], asyncio.Future[None]]], list[Prepared]]:
        """Those who wait, and their events, each once: `recover` may bring one whose own commit is waiting too."""
        batch: list[tuple[Sequence[Prepared], asyncio.Future[None]]] = []
        events: dict[bytes, Prepared] = {}
        while self._waiting and (not batch or len(events) < BATCH_EVENTS_MAX):
            batch.append(self._waiting.pop(0))
            events |= {prepared.event.id: prepared for prepared in batch[-1][0]}
        return batch, list(events.values())

    async def _write(self, events: list[Prepared]) -> None:
        for _ in range(ATTEMPTS_MAX):
            try:
                await self.rows.append([self._entry(prepared) for prepared in events])
                return
            except Exception:
                # The connection may have died after the commit, or another process recovered some of these meanwhile:
                # ask before writing anything twice.
                known = await self.rows.known([e.event.id for e in events])
                if not known:
                    raise
                events = [e for e in events if e.event.id not in known]
                if not events:
                    return
        raise TimeoutError("the log was busy")

    def _entry(self, prepared: Prepared) -> Entry:
        event = prepared.event
        return Entry(
            event_id=event.id,
            tenant=event.tenant,
            at=event.at,
            patient=event.patient,
            actor=event.actor_id,
            canonical=prepared.canonical,
            salt=self._random.bytes(SALT_BYTES),
        )

    def _grow_soon(self) -> None:
        """Beside the next flush, never before an answer."""
        self._behind = True
        if self._growing is None or self._growing.done():
            self._growing = asyncio.create_task(self._grow_when_due(), name="access-log-tree")

    async def _grow_when_due(self) -> None:
        while self._behind:
            await self._grow_once()

    async def _grow_once(self) -> None:
        due = self._grown_at + GROW_EACH if self._grown_at else self.clock.now()
        if (wait := (due - self.clock.now()).total_seconds()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), wait)
        self._grown_at = self.clock.now()
        self._behind = False
        try:
            await self.grow()
        except Exception as failed:
            # The events are durable; the next ones bring the tree along.
            self.tree.forget()
            _log.warning("AKS-AUDIT-011 the log's tree could not be grown: %s", type(failed).__name__)


def _not_durable(failed: Exception) -> Problem:
    _log.error("AKS-AUDIT-010 the access log could not be written: %s", type(failed).__name__)
    return Problem(
        ProblemKind.OVERLOADED,
        "AKS-AUDIT-010",
        "The access could not be logged, so nothing was shown.",
        why="Every access is written to the log before any data leaves.",
        now="Try again in a moment; if it lasts, run `akson doctor`.",
    )
