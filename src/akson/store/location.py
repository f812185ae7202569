"""The tables of record location: what sources have told an index, and what this node has told, or still has to tell.

    HoldingRow("lillefjord", "medication", 2026-01-03, told=…)

Persons are keyed hashes here and nothing else; what is told of whom is `akson.sharing.location`'s. No clinical content.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from akson.store.opening import migrated_pool

_WHO = """
select source, kind, min(since) as since, max(told) as told from location.holding
where person = any($1::bytea[]) group by source, kind order by source, kind
"""
_PUT = """
insert into location.holding (person, source, ref, kind, since, told)
select p, $1, $2, k, s, $6 from unnest($3::bytea[]) p, unnest($4::text[], $5::date[]) h(k, s)
on conflict (person, source, ref, kind) do update set since = excluded.since, told = excluded.told
"""
_HELD = """
insert into location.held (tenant, patient, kind, since)
select $1, p, k, s from unnest($2::text[], $3::text[], $4::date[]) h(p, k, s)
on conflict (tenant, patient, kind) do nothing
"""
_DUE = """
insert into location.due (tenant, patient) select $1, unnest($2::text[])
on conflict (tenant, patient) do update set change = location.due.change + 1
"""
_PLACE = """
insert into location.place (xid, seq) values ($1, $2)
on conflict (one) do update set xid = excluded.xid, seq = excluded.seq
"""


@dataclass(frozen=True, slots=True)
class HoldingRow:
    source: str
    kind: str
    since: date
    told: datetime


@dataclass(frozen=True, slots=True)
class DueRow:
    """A patient of whom the index is to be told; `change` says up to which change this is."""

    patient: str
    change: int


class LocationStore:
    """Entry point: `await LocationStore.open(dsn)` on the record's database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, dsn: str, *, pool_size: int = 2) -> "LocationStore":
        pool = await migrated_pool(dsn, "location", size=pool_size)
        return cls(pool)

    async def close(self) -> None:
        await self._pool.close()

    async def who(self, persons: Sequence[bytes]) -> list[HoldingRow]:
        """All that is held about one person, under any of her numbers."""
        return [
            HoldingRow(r["source"], r["kind"], r["since"], r["told"])
            for r in await self._pool.fetch(_WHO, list(persons))
        ]

    async def replace(
        self, source: str, ref: bytes, persons: Sequence[bytes], holds: Mapping[str, date], at: datetime
    ) -> None:
        """What the source says of one person, instead of all that it said of her before."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "delete from location.holding where source = $1 and ref = $2", source, ref
            )
            if persons and holds:
                await connection.execute(
                    _PUT, source, ref, list(persons), list(holds), list(holds.values()), at
                )

    async def count(self) -> dict[str, int]:
        """How many persons each source has named."""
        sql = "select source, count(distinct ref) as persons from location.holding group by source"
        return {r["source"]: r["persons"] for r in await self._pool.fetch(sql)}

    async def held(self, tenant: int, patient: str) -> dict[str, date]:
        sql = "select kind, since from location.held where tenant = $1 and patient = $2 order by kind"
        return {r["kind"]: r["since"] for r in await self._pool.fetch(sql, tenant, patient)}

    async def note(
        self,
        tenant: int,
        held: Sequence[tuple[str, str, date]],
        due: Sequence[str],
        place: tuple[int, int],
    ) -> None:
        """(patient, kind, since) of what has come, who is to be told of again, and how far that brings us: one commit."""
        async with self._pool.acquire() as connection, connection.transaction():
            if held:
                patients, kinds, since = zip(*held, strict=True)
                await connection.execute(_HELD, tenant, list(patients), list(kinds), list(since))
            if due:
                await connection.execute(_DUE, tenant, list(due))
            await connection.execute(_PLACE, *place)

    async def place(self) -> tuple[int, int]:
        row = await self._pool.fetchrow("select xid, seq from location.place")
        return (row["xid"], row["seq"]) if row else (0, 0)

    async def due(self, tenant: int, limit: int) -> list[DueRow]:
        sql = "select patient, change from location.due where tenant = $1 order by patient limit $2"
        return [DueRow(r["patient"], r["change"]) for r in await self._pool.fetch(sql, tenant, limit)]

    async def told(self, tenant: int, row: DueRow) -> None:
        """Nothing more is due of her, unless something came meanwhile."""
        sql = "delete from location.due where tenant = $1 and patient = $2 and change = $3"
        await self._pool.execute(sql, tenant, row.patient, row.change)

    async def tell_again(self, tenant: int) -> int:
        """Everybody, anew: for an index that has lost what it was told. Gives how many."""
        done = await self._pool.execute(
            "insert into location.due (tenant, patient) select distinct tenant, patient from location.held "
            "where tenant = $1 on conflict (tenant, patient) do update set change = location.due.change + 1",
            tenant,
        )
        return int(done.split()[-1])
