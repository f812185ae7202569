"""The door of `audit` to its own database: append-only events, tiles, tree, checkpoints. What they mean is audit's.

The log has its own DSN, no foreign key and no join to the record, so that both are kept and restored apart. Appending is one
statement that gives places in one order; nobody who appends is ever told to try again. The tree grows behind the log, and
of two who grow it one is told that the other was first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from akson.fhir.problem import Problem, ProblemKind
from akson.store import connections
from akson.store.lanes import Lanes
from akson.store.migrate import migrate
from akson.store.statements import statement


@dataclass(frozen=True, slots=True)
class TreeState:
    """How many events the tree holds, and audit's bytes for its right edge."""

    size: int
    edge: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """An event before it has a place. Entry(b"…16 bytes", 1, 2026-11-24T08:00Z, "astrid", "ida", b"{…}", b"…")."""

    event_id: bytes
    tenant: int
    at: datetime
    patient: str
    actor: str
    canonical: bytes
    salt: bytes


@dataclass(frozen=True, slots=True)
class LogRow(Entry):
    """One event at its place."""

    idx: int


@dataclass(frozen=True, slots=True)
class TileRow:
    level: int
    n: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    size: int
    note: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Growth:
    """What follows on a tree: the tiles that became full, the new size and edge, and the note signed over it."""

    tiles: Sequence[TileRow]
    size: int
    edge: bytes
    note: bytes
    at: datetime


_ROW = "select event_id, tenant, at, patient, actor, canonical, salt, idx from log.access_event"


class AuditLogStore:
    """Entry point: `await AuditLogStore.open(dsn)`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        # Events are appended by one at a time, for every request; the tree and those who read the log take turns.
        self._lane = Lanes(pool, kept=1)

    @classmethod
    async def open(cls, dsn: str, *, pool_size: int = 2) -> "AuditLogStore":
        pool = await connections.pool(dsn, size=pool_size)
        try:
            async with pool.acquire() as connection:
                await migrate(connection, "log")
        except BaseException:
            await pool.close()
            raise
        return cls(pool)

    async def close(self) -> None:
        await self._lane.close()
        await self._pool.close()

    async def size(self) -> int:
        """How many events the log has."""
        return await self._pool.fetchval("select size from log.log_state")

    async def tree(self) -> TreeState:
        row = await self._pool.fetchrow("select size, edge from log.log_tree")
        assert row is not None, "the migration writes the one row"
        return TreeState(row["size"], bytes(row["edge"]))

    async def append(self, entries: Sequence[Entry]) -> int:
        """Gives each entry its place; durable when it returns. Returns the place of the first.

        Raises CONFLICT AKS-STORE-040 when an event id is in the log already, and writes nothing; ask `known` then.
        """
        columns = [list(column) for column in zip(*map(_columns, entries), strict=True)]
        try:
            return (await self._lane.fetch(statement("log_append"), len(entries), *columns))[0][0]
        except asyncpg.UniqueViolationError:
            raise Problem(
                ProblemKind.CONFLICT, "AKS-STORE-040", "An event of this id is in the log already."
            ) from None

    async def grow(self, expected_size: int, growth: Growth) -> bool:
        """Writes the larger tree, or nothing: False when it no longer has `expected_size`."""
        tiles = [list(column) for column in zip(*((t.level, t.n, t.data) for t in growth.tiles), strict=True)]
        return await self._pool.fetchval(
            statement("log_grow"),
            expected_size,
            growth.size,
            growth.edge,
            *(tiles or [[], [], []]),
            growth.note,
            growth.at,
        )

    async def known(self, ids: Sequence[bytes]) -> set[bytes]:
        """Those of the ids that the log has."""
        rows = await self._pool.fetch(
            "select event_id from log.access_event where event_id = any($1::bytea[])", list(ids)
        )
        return {bytes(row["event_id"]) for row in rows}

    async def events(self, first: int, count: int) -> list[LogRow]:
        """`count` events from place `first`, in order: for verification."""
        rows = await self._pool.fetch(f"{_ROW} where idx >= $1 and idx < $1 + $2 order by idx", first, count)
        return [_row(row) for row in rows]

    async def events_of(
        self,
        tenant: int,
        patient: str,
        *,
        actor: str | None = None,
        before: int | None = None,
        count: int = 100,
    ) -> list[LogRow]:
        """A patient's events, newest first, before a place; of one actor when named."""
        last = before if before is not None else 2**63 - 1
        sql = (
            f"{_ROW} where tenant = $1 and patient = $2 and idx < $3 and ($5::text is null or actor = $5) "
            "order by idx desc limit $4"
        )
        return [_row(row) for row in await self._pool.fetch(sql, tenant, patient, last, count, actor)]

    async def tile(self, level: int, n: int) -> bytes | None:
        return await self._pool.fetchval(
            "select data from log.log_tile where level = $1 and n = $2", level, n
        )

    async def tiles(self, level: int, first: int, count: int) -> list[bytes]:
        """Tiles `first` … `first + count - 1` of a level, as far as they exist, in order."""
        sql = "select data from log.log_tile where level = $1 and n >= $2 and n < $2 + $3 order by n"
        return [bytes(row["data"]) for row in await self._pool.fetch(sql, level, first, count)]

    async def checkpoints(self, count: int = 1) -> list[Checkpoint]:
        """The newest, newest first."""
        rows = await self._pool.fetch(
            "select size, note, at from log.log_checkpoint order by size desc limit $1", count
        )
        return [Checkpoint(row["size"], bytes(row["note"]), row["at"]) for row in rows]


def _columns(entry: Entry) -> tuple[object, ...]:
    return (
        entry.event_id, entry.tenant, entry.at, entry.patient, entry.actor, entry.canonical, entry.salt,
    )  # fmt: skip


def _row(row: asyncpg.Record) -> LogRow:
    return LogRow(
        bytes(row["event_id"]),
        row["tenant"],
        row["at"],
        row["patient"],
        row["actor"],
        bytes(row["canonical"]),
        bytes(row["salt"]),
        row["idx"],
    )
