"""The door of `audit` to its own database: append-only events, tiles, tree, checkpoints. What they mean is audit's.

The log has its own DSN, no foreign key and no join to the record, so that both are kept and restored apart. Appending is one
statement that gives places in one order; nobody who appends is ever told to try again. The tree grows behind the log, and
of two who grow it one is told that the other was first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import asyncpg

from akson.fhir.problem import Problem, ProblemKind
from akson.store.follow_up_cases import FollowUpCases
from akson.store.lanes import Lanes
from akson.store.opening import migrated_pool
from akson.store.statements import statement


@dataclass(frozen=True, slots=True)
class TreeState:
    """How many events the tree holds, audit's bytes for its right edge, and which epoch goes on from there."""

    size: int
    edge: bytes
    epoch: int = 1


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
class UngrownRow:
    """An event that is not under the tree yet, with what its patient's head is before any of them."""

    idx: int
    tenant: int
    patient: str
    salt: bytes
    canonical: bytes
    seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Growth:
    """What follows on a tree: the tiles that became full, the new size and edge, and the leaves, end to end."""

    tiles: Sequence[TileRow]
    size: int
    edge: bytes
    leaves: bytes
    epoch: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database gives back of a growth, before it is kept for good."""

    tiles: Mapping[tuple[int, int], bytes]
    edge: bytes


class Outcome(StrEnum):
    GROWN = "grown"
    BEATEN = "beaten"
    """Another was first."""
    DISAGREES = "disagrees"
    """The database counts other leaves from the stored rows; nothing was written."""


@dataclass(frozen=True, slots=True)
class PatientHead:
    """How many events of a patient the tree holds, and the leaf of the last."""

    tenant: int
    patient: str
    seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """What the log says about itself, as an entry without tenant, patient and actor."""

    event_id: bytes
    at: datetime
    canonical: bytes
    salt: bytes


@dataclass(frozen=True, slots=True)
class HeadsRow:
    """The heads of a day. `roots` are those of its pages, end to end; `event_id` names the entry that states them."""

    size: int
    day: date
    at: datetime
    secret: bytes
    count: int
    roots: bytes
    event_id: bytes


@dataclass(frozen=True, slots=True)
class HeadsPage:
    n: int
    first: bytes
    data: bytes


_HEADS = "select size, day, at, secret, count, roots, event_id from log.heads"
_ROW = "select event_id, tenant, at, patient, actor, canonical, salt, idx from log.access_event"


class AuditLogStore:
    """Entry point: `await AuditLogStore.open(dsn)`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        # Events are appended by one at a time, for every request; the tree and those who read the log take turns.
        self._lane = Lanes(pool, kept=1)
        self.cases = FollowUpCases(pool)

    @classmethod
    async def open(cls, dsn: str, *, pool_size: int = 2) -> "AuditLogStore":
        pool = await migrated_pool(dsn, "log", size=pool_size)
        return cls(pool)

    async def close(self) -> None:
        await self._lane.close()
        await self._pool.close()

    async def size(self) -> int:
        """How many events the log has."""
        return await self._pool.fetchval("select size from log.log_state")

    async def tree(self) -> TreeState:
        row = await self._pool.fetchrow("select size, edge, epoch from log.log_tree")
        assert row is not None, "the migration writes the one row"
        return TreeState(row["size"], bytes(row["edge"]), row["epoch"])

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

    async def ungrown(self, first: int, count: int) -> list[UngrownRow]:
        """Events from place `first`, in order."""
        return [UngrownRow(*row) for row in await self._pool.fetch(statement("log_ungrown"), first, count)]

    async def grow(self, expected_size: int, growth: Growth, seal: Callable[[Stored], bytes]) -> Outcome:
        """Writes the larger tree with its signed note, or nothing.

        `seal` is given what was stored and returns the note; what it raises undoes all of it.
        """
        tiles = [list(column) for column in zip(*((t.level, t.n, t.data) for t in growth.tiles), strict=True)]
        tiles = tiles or [[], [], []]
        async with self._pool.acquire() as connection, connection.transaction():
            outcome = Outcome(
                await connection.fetchval(
                    statement("log_grow"),
                    expected_size,
                    growth.epoch,
                    growth.size,
                    growth.edge,
                    *tiles,
                    growth.leaves,
                )
            )
            if outcome is Outcome.GROWN:
                note = seal(await _stored(connection, tiles[0], tiles[1]))
                await connection.execute(
                    "insert into log.log_checkpoint (size, note, at) values ($1, $2, $3)",
                    growth.size,
                    note,
                    growth.at,
                )
        return outcome

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
        until: datetime | None = None,
        before: int | None = None,
        count: int = 100,
    ) -> list[LogRow]:
        """A patient's events, newest first, before a place; of one actor when named, before an instant when one is."""
        last = before if before is not None else 2**63 - 1
        sql = (
            f"{_ROW} where tenant = $1 and patient = $2 and idx < $3 and ($5::text is null or actor = $5) "
            "and ($6::timestamptz is null or at < $6) order by idx desc limit $4"
        )
        return [_row(row) for row in await self._pool.fetch(sql, tenant, patient, last, count, actor, until)]

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
    ) -> list[LogRow]:
        """Events of a tenant, newest first, before a place; of a patient, of an actor, of the time [since, until)."""
        last = before if before is not None else 2**63 - 1
        named = [
            ("patient =", patient),
            ("actor =", actor),
            ("at >=", since),
            ("at <", until),
        ]
        given = [(column, value) for column, value in named if value is not None]
        wanted = "".join(f" and {column} ${n}" for n, (column, _) in enumerate(given, 4))
        sql = f"{_ROW} where tenant = $1 and idx < $2{wanted} order by idx desc limit $3"
        return [_row(row) for row in await self._pool.fetch(sql, tenant, last, count, *(v for _, v in given))]

    async def all_events_of(self, tenant: int, patient: str, *, below: int, count: int) -> list[LogRow]:
        """A patient's events before a place, oldest first."""
        sql = f"{_ROW} where tenant = $1 and patient = $2 and idx < $3 order by idx limit $4"
        return [_row(row) for row in await self._pool.fetch(sql, tenant, patient, below, count)]

    async def tile(self, level: int, n: int) -> bytes | None:
        return await self._pool.fetchval(
            "select data from log.log_tile where level = $1 and n = $2", level, n
        )

    async def tiles(self, level: int, first: int, count: int) -> list[bytes]:
        """Tiles `first` … `first + count - 1` of a level, as far as they exist, in order."""
        sql = "select data from log.log_tile where level = $1 and n >= $2 and n < $2 + $3 order by n"
        return [bytes(row["data"]) for row in await self._pool.fetch(sql, level, first, count)]

    async def checkpoint(self, size: int) -> Checkpoint | None:
        row = await self._pool.fetchrow("select size, note, at from log.log_checkpoint where size = $1", size)
        return row and Checkpoint(row["size"], bytes(row["note"]), row["at"])

    async def checkpoints(self, count: int = 1) -> list[Checkpoint]:
        """The newest, newest first."""
        rows = await self._pool.fetch(
            "select size, note, at from log.log_checkpoint order by size desc limit $1", count
        )
        return [Checkpoint(row["size"], bytes(row["note"]), row["at"]) for row in rows]

    async def by_event_id(self, event_id: bytes) -> LogRow | None:
        row = await self._pool.fetchrow(f"{_ROW} where event_id = $1", event_id)
        return row and _row(row)

    async def patient_heads(self) -> list[PatientHead]:
        rows = await self._pool.fetch("select tenant, patient, seq, head from log.patient_head")
        return [PatientHead(*row) for row in rows]

    async def heads_now(self) -> tuple[int, list[PatientHead]]:
        """The tree's size and every patient's head at that size."""
        async with self._pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
            size = await connection.fetchval("select size from log.log_tree")
            rows = await connection.fetch("select tenant, patient, seq, head from log.patient_head")
        return size, [PatientHead(*row) for row in rows]

    async def keep_heads(
        self, row: HeadsRow, pages: Sequence[HeadsPage], entry: StatementEntry, *, keep: int
    ) -> bool:
        """Heads, their pages and their entry in the log, together; False when there are heads of this size already."""
        async with self._pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval(
                "insert into log.heads (size, day, at, secret, count, roots, event_id) "
                "values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning true",
                row.size, row.day, row.at, row.secret, row.count, row.roots, row.event_id,
            ):  # fmt: skip
                return False
            await connection.executemany(
                "insert into log.heads_page (size, n, first, data) values ($1, $2, $3, $4)",
                [(row.size, page.n, page.first, page.data) for page in pages],
            )
            await connection.execute(
                "delete from log.heads_page where size not in (select size from log.heads order by size desc limit $1)",
                keep,
            )
            await _append_statement(connection, entry)
        return True

    async def heads(self, size: int) -> HeadsRow | None:
        row = await self._pool.fetchrow(f"{_HEADS} where size = $1", size)
        return row and HeadsRow(*row)

    async def all_heads(self, below: int = 2**62, count: int = 100_000) -> list[HeadsRow]:
        """Newest first; `below` is a size of the tree."""
        rows = await self._pool.fetch(f"{_HEADS} where size < $1 order by size desc limit $2", below, count)
        return [HeadsRow(*row) for row in rows]

    async def heads_page_of(self, size: int, key: bytes) -> int:
        """Number of the page where a key would stand."""
        sql = "select n from log.heads_page where size = $1 and first <= $2 order by first desc limit 1"
        return await self._pool.fetchval(sql, size, key) or 0

    async def heads_page(self, size: int, n: int) -> bytes:
        return await self._pool.fetchval(
            "select data from log.heads_page where size = $1 and n = $2", size, n
        )

    async def epochs(self) -> list[LogRow]:
        """The entries that declare epochs, in their order."""
        sql = f"{_ROW} where event_id in (select event_id from log.epoch) order by idx"
        return [_row(row) for row in await self._pool.fetch(sql)]

    async def begin_epoch(self, expected_size: int, epoch: int, entry: StatementEntry) -> bool:
        """The entry and the epoch that it declares, if the tree still has `expected_size`."""
        async with self._pool.acquire() as connection, connection.transaction():
            if await connection.fetchval("select size from log.log_state for update") != expected_size:
                return False
            if not await connection.fetchval(
                "update log.log_tree set epoch = $2 where size = $1 and epoch = $2 - 1 returning true",
                expected_size,
                epoch,
            ):
                return False
            await connection.execute(
                "insert into log.epoch (epoch, event_id, at) values ($1, $2, $3)",
                epoch,
                entry.event_id,
                entry.at,
            )
            await _append_statement(connection, entry)
        return True

    async def keep_cosignature(self, size: int, name: str, line: str, at: datetime) -> None:
        await self._pool.execute(
            "insert into log.cosignature (size, name, line, at) values ($1, $2, $3, $4) on conflict do nothing",
            size,
            name,
            line,
            at,
        )

    async def cosignatures(self, size: int) -> list[str]:
        """The witnesses' lines under the checkpoint of this size."""
        rows = await self._pool.fetch("select line from log.cosignature where size = $1 order by name", size)
        return [row["line"] for row in rows]

    async def cosigned(self, count: int = 20) -> list[int]:
        """The newest sizes that any witness has answered for."""
        rows = await self._pool.fetch(
            "select distinct size from log.cosignature order by size desc limit $1", count
        )
        return [row["size"] for row in rows]

    async def witnessed(self, name: str) -> int:
        """The greatest size that one witness has answered for."""
        return await self._pool.fetchval(
            "select coalesce(max(size), 0) from log.cosignature where name = $1", name
        )

    async def tiles_at(self, wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """Full tiles by (level, n), as far as they exist."""
        async with self._pool.acquire() as connection:
            return dict(await _tiles(connection, [level for level, _ in wanted], [n for _, n in wanted]))


async def _stored(connection: asyncpg.Connection, levels: list[int], places: list[int]) -> Stored:
    row = await connection.fetchrow("select edge from log.log_tree")
    assert row is not None, "the migration writes the one row"
    return Stored(await _tiles(connection, levels, places), row["edge"])


async def _tiles(
    connection: asyncpg.Connection, levels: list[int], places: list[int]
) -> dict[tuple[int, int], bytes]:
    rows = await connection.fetch(
        "select t.level, t.n, t.data from unnest($1::smallint[], $2::bigint[]) w(level, n) "
        "join log.log_tile t on t.level = w.level and t.n = w.n",
        levels,
        places,
    )
    return {(row["level"], row["n"]): bytes(row["data"]) for row in rows}


async def _append_statement(connection: asyncpg.Connection, entry: StatementEntry) -> None:
    columns = _columns(Entry(entry.event_id, 0, entry.at, "", "", entry.canonical, entry.salt))
    await connection.execute(statement("log_append"), 1, *([column] for column in columns))


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
