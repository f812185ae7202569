"""The door of `audit` to its own database: append-only events, tiles, head, checkpoints. What they mean is audit's.

The log has its own DSN, no foreign key and no join to the record, so that both are kept and restored apart. Appending
is one statement that succeeds only when the log still has the expected size: of two sequencers one is told to try again,
and then takes its turn under a lock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from akson.fhir.problem import Problem, ProblemKind
from akson.store import connections
from akson.store.migrate import migrate
from akson.store.statements import statement


@dataclass(frozen=True, slots=True)
class LogState:
    """How many events the log has, and audit's bytes for the tree's right edge."""

    size: int
    edge: bytes


@dataclass(frozen=True, slots=True)
class LogRow:
    """One event at its place. Example: LogRow(0, b"…16 bytes", 1, 2026-11-24T08:00Z, "astrid", "ida", b"{…}", b"…")."""

    idx: int
    event_id: bytes
    tenant: int
    at: datetime
    patient: str
    actor: str
    canonical: bytes
    salt: bytes


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
    """What follows on a state: the events at their places, the tiles they fill, the new head."""

    rows: Sequence[LogRow]
    tiles: Sequence[TileRow]
    size: int
    edge: bytes


_ROW = "select idx, event_id, tenant, at, patient, actor, canonical, salt from log.access_event"


class AuditLogStore:
    """Entry point: `await AuditLogStore.open(dsn)`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

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
        await self._pool.close()

    async def state(self) -> LogState:
        row = await self._pool.fetchrow("select size, edge from log.log_state")
        assert row is not None, "the migration writes the one row"
        return LogState(row["size"], bytes(row["edge"]))

    async def append(
        self,
        expected_size: int,
        rows: Sequence[LogRow],
        tiles: Sequence[TileRow],
        new_size: int,
        new_edge: bytes,
    ) -> bool:
        """Writes events, tiles and head together, or nothing: False when the log no longer has `expected_size`.

        Raises CONFLICT AKS-STORE-040 when an event id is in the log already; ask `known` first.
        """
        arguments = _arguments(expected_size, Growth(rows, tiles, new_size, new_edge))
        try:
            return await self._pool.fetchval(statement("log_append"), *arguments)
        except asyncpg.UniqueViolationError:
            if (await self.state()).size != expected_size:
                return False
            raise Problem(
                ProblemKind.CONFLICT, "AKS-STORE-040", "An event of this id is in the log already."
            ) from None

    async def append_in_turn(self, grow: Callable[[LogState], Growth]) -> None:
        """Waits for its turn: under the head's lock `grow` says what follows, and that is written.

        Several processes that append all the time take turns; with `append` alone the slower one might never win.
        Raises CONFLICT AKS-STORE-040 when an event id is in the log already; nothing is written then.
        """
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                row = await connection.fetchrow("select size, edge from log.log_state for update")
                before = LogState(row["size"], bytes(row["edge"]))
                arguments = _arguments(before.size, grow(before))
                assert await connection.fetchval(statement("log_append"), *arguments), "the head was locked"
        except asyncpg.UniqueViolationError:
            raise Problem(
                ProblemKind.CONFLICT, "AKS-STORE-040", "An event of this id is in the log already."
            ) from None

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
        self, tenant: int, patient: str, *, before: int | None = None, count: int = 100
    ) -> list[LogRow]:
        """A patient's events, newest first, before a place."""
        last = before if before is not None else 2**63 - 1
        sql = f"{_ROW} where tenant = $1 and patient = $2 and idx < $3 order by idx desc limit $4"
        return [_row(row) for row in await self._pool.fetch(sql, tenant, patient, last, count)]

    async def tile(self, level: int, n: int) -> bytes | None:
        return await self._pool.fetchval(
            "select data from log.log_tile where level = $1 and n = $2", level, n
        )

    async def tiles(self, level: int, first: int, count: int) -> list[bytes]:
        """Tiles `first` … `first + count - 1` of a level, as far as they exist, in order."""
        sql = "select data from log.log_tile where level = $1 and n >= $2 and n < $2 + $3 order by n"
        return [bytes(row["data"]) for row in await self._pool.fetch(sql, level, first, count)]

    async def add_checkpoint(self, size: int, note: bytes, at: datetime) -> None:
        """Keeps the first signed note of a size: a second one would be another opinion about the same log."""
        await self._pool.execute(
            "insert into log.log_checkpoint (size, note, at) values ($1, $2, $3) on conflict (size) do nothing",
            size,
            note,
            at,
        )

    async def checkpoints(self, count: int = 1) -> list[Checkpoint]:
        """The newest, newest first."""
        rows = await self._pool.fetch(
            "select size, note, at from log.log_checkpoint order by size desc limit $1", count
        )
        return [Checkpoint(row["size"], bytes(row["note"]), row["at"]) for row in rows]


def _arguments(expected_size: int, growth: Growth) -> list[Any]:
    """The arguments of log_append.sql."""
    places = [row.idx for row in growth.rows]
    assert places == list(range(expected_size, growth.size)), "places follow without gaps, one for each event"
    events = list(zip(*(_columns(row) for row in growth.rows), strict=True)) or [()] * 8
    tiles = list(zip(*((tile.level, tile.n, tile.data) for tile in growth.tiles), strict=True)) or [()] * 3
    return [expected_size, growth.size, growth.edge, *events, *tiles]


def _columns(row: LogRow) -> tuple[object, ...]:
    return (row.idx, row.event_id, row.tenant, row.at, row.patient, row.actor, row.canonical, row.salt)


def _row(row: asyncpg.Record) -> LogRow:
    return LogRow(
        row["idx"],
        bytes(row["event_id"]),
        row["tenant"],
        row["at"],
        row["patient"],
        row["actor"],
        bytes(row["canonical"]),
        bytes(row["salt"]),
    )
