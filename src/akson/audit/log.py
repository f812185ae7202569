"""The access log: appends events durably, in one order, under a Merkle tree.

Group commit: while one flush is on its way to the disk the next events gather; there is no tick. Several processes may
append to the same log; the statement that writes succeeds only where the log still has the size it was computed for, and
who loses often takes a turn under a lock (`akson.store.audit_log`). Who may read the log is the record's business.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.audit import canonical, checkpoint
from akson.audit.event import AccessEvent
from akson.audit.merkle import Edge, leaf_hash
from akson.fhir.problem import Problem, ProblemKind
from akson.store.audit_log import AuditLogStore, Growth, LogRow, LogState, TileRow
from akson.world import Clock, Random

CHECKPOINT_EACH = timedelta(seconds=1)
BATCH_EVENTS_MAX = 2_000
ATTEMPTS_MAX = 50
SALT_BYTES = 16
TRIES_ALONE = 4

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
    """`origin` names this log in checkpoints: `akson/<node>/access/<epoch>`."""

    def __init__(
        self, rows: AuditLogStore, *, key: Ed25519PrivateKey, origin: str, clock: Clock, random: Random
    ) -> None:
        self.rows = rows
        self.origin = origin
        self.public_key = key.public_key()
        self._key = key
        self._clock = clock
        self._random = random
        self._edge: Edge | None = None
        self._waiting: list[tuple[Sequence[Prepared], asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._checkpoint_at: datetime | None = None
        self._checkpoint_size = 0

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
        """Finish what waits and leave a checkpoint."""
        if self._flushing is not None:
            await asyncio.gather(self._flushing, return_exceptions=True)
        if self._edge is not None and self._edge.size > self._checkpoint_size:
            await self._leave_checkpoint(self._edge, self._clock.now())

    async def events_of(
        self, tenant: int, patient: str, *, before: int | None = None, count: int = 100
    ) -> list[tuple[int, AccessEvent]]:
        """(place in the log, event) of one patient, newest first."""
        rows = await self.rows.events_of(tenant, patient, before=before, count=count)
        return [(row.idx, canonical.decode(row.canonical)) for row in rows]

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
            await self._checkpoint_if_due()

    def _take(self) -> tuple[list[tuple[Sequence[Prepared], asyncio.Future[None]]], list[Prepared]]:
        """Those who wait, and their events, each once: `recover` may bring one whose own commit is waiting too."""
        batch: list[tuple[Sequence[Prepared], asyncio.Future[None]]] = []
        events: dict[bytes, Prepared] = {}
        while self._waiting and (not batch or len(events) < BATCH_EVENTS_MAX):
            batch.append(self._waiting.pop(0))
            events |= {prepared.event.id: prepared for prepared in batch[-1][0]}
        return batch, list(events.values())

    async def _write(self, events: list[Prepared]) -> None:
        """One statement as long as nobody is faster; in turn, under the head's lock, after a few lost races.

        Under the lock three answers are waited for, so it is slower for all; without it the slower process would starve.
        """
        for _ in range(ATTEMPTS_MAX):
            salts = [self._random.bytes(SALT_BYTES) for _ in events]
            try:
                for _ in range(TRIES_ALONE):
                    if await self._write_alone(events, salts):
                        return
                await self._write_in_turn(events, salts)
                return
            except Exception:
                # The connection may have died after the commit, or another process recovered some of these meanwhile:
                # ask before writing anything twice.
                self._edge = None
                known = await self.rows.known([e.event.id for e in events])
                if not known:
                    raise
                events = [e for e in events if e.event.id not in known]
                if not events:
                    return
        raise TimeoutError("the log was busy")

    async def _write_alone(self, events: list[Prepared], salts: list[bytes]) -> bool:
        """On the edge we remember. False when it is no longer the log's: somebody else was faster."""
        edge = self._edge or await self._load_edge()
        grown, growth = _grow(edge, events, salts)
        won = await self.rows.append(edge.size, growth.rows, growth.tiles, growth.size, growth.edge)
        self._edge = grown if won else None
        return won

    async def _write_in_turn(self, events: list[Prepared], salts: list[bytes]) -> None:
        grown = Edge()

        def grow(state: LogState) -> Growth:
            nonlocal grown
            grown, growth = _grow(Edge.decode(state.size, state.edge), events, salts)
            return growth

        await self.rows.append_in_turn(grow)
        self._edge = grown

    async def _load_edge(self) -> Edge:
        state = await self.rows.state()
        return Edge.decode(state.size, bytes(state.edge))

    async def _checkpoint_if_due(self) -> None:
        now = self._clock.now()
        if self._edge is None or (self._checkpoint_at and now - self._checkpoint_at < CHECKPOINT_EACH):
            return
        self._checkpoint_at = now
        try:
            await self._leave_checkpoint(self._edge, now)
        except Exception:
            # The events are durable; a missing checkpoint is made good by the next one.
            _log.warning("AKS-AUDIT-011 a checkpoint could not be written", exc_info=True)

    async def _leave_checkpoint(self, edge: Edge, now: datetime) -> None:
        note = checkpoint.sign(checkpoint.Checkpoint(self.origin, edge.size, edge.root()), self._key)
        await self.rows.add_checkpoint(edge.size, note, now)
        self._checkpoint_size = edge.size


def _grow(edge: Edge, events: Sequence[Prepared], salts: Sequence[bytes]) -> tuple[Edge, Growth]:
    """The edge after these events, and what is to be written for them."""
    grown = Edge(edge.size, [list(level) for level in edge.levels])
    leaves = [leaf_hash(salt, e.canonical) for salt, e in zip(salts, events, strict=True)]
    tiles = [TileRow(t.level, t.n, t.data) for t in grown.append(leaves)]
    rows = [_row(edge.size + i, e, salts[i]) for i, e in enumerate(events)]
    return grown, Growth(rows, tiles, grown.size, grown.encode())


def _row(idx: int, prepared: Prepared, salt: bytes) -> LogRow:
    event = prepared.event
    return LogRow(
        idx=idx,
        event_id=event.id,
        tenant=event.tenant,
        at=event.at,
        patient=event.patient,
        actor=event.actor_id,
        canonical=prepared.canonical,
        salt=salt,
    )


def _not_durable(failed: Exception) -> Problem:
    _log.error("AKS-AUDIT-010 the access log could not be written: %s", type(failed).__name__)
    return Problem(
        ProblemKind.OVERLOADED,
        "AKS-AUDIT-010",
        "The access could not be logged, so nothing was shown.",
        why="Every access is written to the log before any data leaves.",
        now="Try again in a moment; if it lasts, run `akson doctor`.",
    )
