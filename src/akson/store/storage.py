"""The door of `sharing.storage` to its own tables: policies, placements, the feed's places, what both sides agreed on.

    PlacementRow("medication", "central-copy", "central-copy", "rest", 14, "", 0, True, True, 2026-12-01T08:00Z)
    HeldRow("Observation", "o1", local=4, central=2, digest=b"…", offered=b"", offered_local=0)

Rows as they stand; what they mean is decided above.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime

import asyncpg

from akson.fhir.problem import Problem, ProblemKind
from akson.store.opening import migrated_pool

_LOCK = 0x73746F72
"""`stor`: one carrier at a time for each tenant."""
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PolicyRow:
    version: str
    body: bytes
    signatures: Mapping[str, bytes]
    at: datetime


@dataclass(frozen=True, slots=True)
class PlacementRow:
    kind: str
    mode: str
    target: str
    step: str
    number: int
    cursor: str
    differing: int
    opened: bool
    reaches: bool
    since: datetime | None


@dataclass(frozen=True, slots=True)
class HeldRow:
    type: str
    id: str
    local: int
    central: int
    digest: bytes
    offered: bytes
    offered_local: int


@dataclass(frozen=True, slots=True)
class ConflictRow:
    type: str
    id: str
    local: int
    central: int
    body: bytes | None
    at: datetime


@dataclass(frozen=True, slots=True)
class FeedRow:
    up: Place
    down: Place
    at: datetime


class StorageStore:
    """Entry point: `await StorageStore.open(dsn)` on the record's database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, dsn: str, *, pool_size: int = 2) -> "StorageStore":
        pool = await migrated_pool(dsn, "storage", size=pool_size)
        return cls(pool)

    async def close(self) -> None:
        await self._pool.close()

    async def policies(self, tenant: int) -> list[PolicyRow]:
        """In the order they were decided."""
        rows = await self._pool.fetch(
            "select version, body, signatures, at from storage.policy where tenant = $1 order by number",
            tenant,
        )
        return [
            PolicyRow(r["version"], r["body"], dict(map(_signature, r["signatures"])), r["at"]) for r in rows
        ]

    async def add_policy(self, tenant: int, row: PolicyRow) -> None:
        """Raises Problem CONFLICT AKS-STORE-090 when that version is there already."""
        written = [f"{officer}:{value.hex()}" for officer, value in row.signatures.items()]
        try:
            await self._pool.execute(
                "insert into storage.policy (tenant, version, body, signatures, at) values ($1, $2, $3, $4, $5)",
                *(tenant, row.version, row.body, written, row.at),
            )
        except asyncpg.UniqueViolationError:
            raise Problem(
                ProblemKind.CONFLICT,
                "AKS-STORE-090",
                f"Storage policy {row.version} is there already.",
                why="What was decided is never changed; a new decision is a new version.",
                now="Use another version.",
                permanent=True,
            ) from None

    async def placements(self, tenant: int) -> list[PlacementRow]:
        sql = (
            "select kind, mode, target, step, number, cursor, differing, opened, reaches, since "
            "from storage.placement where tenant = $1"
        )
        return [PlacementRow(*row.values()) for row in await self._pool.fetch(sql, tenant)]

    async def save_placement(self, tenant: int, row: PlacementRow) -> bool:
        """Only on top of the number before; False when somebody else was there first."""
        sql = (
            "insert into storage.placement as p values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
            "on conflict (tenant, kind) do update set mode = excluded.mode, target = excluded.target, "
            "step = excluded.step, number = excluded.number, cursor = excluded.cursor, "
            "differing = excluded.differing, opened = excluded.opened, reaches = excluded.reaches, "
            "since = excluded.since where p.number = excluded.number - 1"
        )
        return (await self._pool.execute(sql, tenant, *astuple(row))).endswith(" 1")

    async def feed(self, tenant: int) -> FeedRow | None:
        sql = "select up_xid, up_seq, down_xid, down_seq, at from storage.feed where tenant = $1"
        row = await self._pool.fetchrow(sql, tenant)
        return FeedRow((row[0], row[1]), (row[2], row[3]), row[4]) if row else None

    async def move_feed(self, tenant: int, up: Place, down: Place, at: datetime) -> None:
        sql = (
            "insert into storage.feed values ($1, $2, $3, $4, $5, $6) on conflict (tenant) do update set "
            "up_xid = $2, up_seq = $3, down_xid = $4, down_seq = $5, at = $6"
        )
        await self._pool.execute(sql, tenant, *up, *down, at)

    async def held(self, tenant: int, types: Sequence[str], ids: Sequence[str]) -> list[HeldRow]:
        sql = (
            "select h.type, h.id, local, central, digest, offered, offered_local "
            "from unnest($2::text[], $3::text[]) k(type, id) join storage.held h "
            "on h.tenant = $1 and h.type = k.type and h.id = k.id"
        )
        return [HeldRow(*row.values()) for row in await self._pool.fetch(sql, tenant, types, ids)]

    async def hold(self, tenant: int, rows: Sequence[HeldRow]) -> None:
        columns = [list(column) for column in zip(*map(astuple, rows), strict=True)]
        sql = (
            "insert into storage.held select $1, * from "
            "unnest($2::text[], $3::text[], $4::int[], $5::int[], $6::bytea[], $7::bytea[], $8::int[]) "
            "on conflict (tenant, type, id) do update set local = excluded.local, central = excluded.central, "
            "digest = excluded.digest, offered = excluded.offered, offered_local = excluded.offered_local"
        )
        if rows:
            await self._pool.execute(sql, tenant, *columns)

    async def add_conflict(self, tenant: int, row: ConflictRow) -> None:
        """Known once, however often it is told."""
        sql = "insert into storage.conflict values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing"
        await self._pool.execute(sql, tenant, *astuple(row))

    async def conflicts(self, tenant: int) -> list[ConflictRow]:
        """Oldest first."""
        sql = "select type, id, local, central, body, at from storage.conflict where tenant = $1 order by at, type, id"
        return [ConflictRow(*row.values()) for row in await self._pool.fetch(sql, tenant)]

    async def fence(self, tenant: int, kind: str) -> tuple[int, bool]:
        """(the smallest number that counts, whether others than the source may write)."""
        row = await self._pool.fetchrow(
            "select number, master from storage.fence where tenant = $1 and kind = $2", tenant, kind
        )
        return (row["number"], row["master"]) if row else (0, False)

    async def open_fence(self, tenant: int, kind: str, number: int, *, master: bool) -> bool:
        """False when a greater number is there: nothing changes then."""
        sql = (
            "insert into storage.fence as f values ($1, $2, $3, $4) on conflict (tenant, kind) do update set "
            "number = excluded.number, master = excluded.master where f.number <= excluded.number"
        )
        return (await self._pool.execute(sql, tenant, kind, number, master)).endswith(" 1")

    async def erased(
        self, tenant: int, types: Sequence[str], ids: Sequence[str]
    ) -> dict[tuple[str, str], int]:
        """(type, id) → the version up to which nothing can be read."""
        sql = (
            "select e.type, e.id, e.version from unnest($2::text[], $3::text[]) k(type, id) "
            "join storage.erased e on e.tenant = $1 and e.type = k.type and e.id = k.id"
        )
        return {(r["type"], r["id"]): r["version"] for r in await self._pool.fetch(sql, tenant, types, ids)}

    async def add_erased(self, tenant: int, type: str, id: str, version: int) -> None:
        sql = (
            "insert into storage.erased values ($1, $2, $3, $4) on conflict (tenant, type, id) "
            "do update set version = excluded.version"
        )
        await self._pool.execute(sql, tenant, type, id, version)

    async def alone(self, tenant: int) -> "asyncpg.Connection | None":
        """A connection that holds the lock of the tenant's carrier as long as it lives; None when another has it."""
        connection = await self._pool.acquire()
        if await connection.fetchval("select pg_try_advisory_lock($1, $2)", _LOCK, tenant):
            return connection
        await self._pool.release(connection)
        return None

    async def let_go(self, connection: asyncpg.Connection, tenant: int) -> None:
        await connection.fetchval("select pg_advisory_unlock($1, $2)", _LOCK, tenant)
        await self._pool.release(connection)


def _signature(written: str) -> tuple[str, bytes]:
    officer, _, value = written.rpartition(":")
    return officer, bytes.fromhex(value)
