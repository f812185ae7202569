"""The door of `exchange` to what is known of partners: register entries, the feed, profiles of abilities. Nothing is judged.

    EntryRow(8140001, b'{"herId": 8140001, …}', seen_at=…, checked_at=…)
    ProfileRow(8140001, "agreement", (AbilityRow("DIALOG_FORESPORSEL", "1.0", sends=False, receives=True), …), …)

A profile replaces the one before it of the same source, and both stay. No patient data.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from akson.store.opening import migrated_pool


@dataclass(frozen=True, slots=True)
class EntryRow:
    her_id: int
    body: bytes | None
    """None: the register knows nobody of that number."""
    seen_at: datetime
    """When it was first seen so."""
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class AbilityRow:
    type: str
    version: str
    sends: bool
    receives: bool
    begins: datetime | None = None
    ends: datetime | None = None
    answers_within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class ProfileRow:
    her_id: int
    source: str
    abilities: tuple[AbilityRow, ...]
    at: datetime
    made_by: str
    note: str


class PartnerStore:
    """Entry point: `await PartnerStore.open(dsn)` on the record's database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, dsn: str, *, pool_size: int = 2) -> "PartnerStore":
        pool = await migrated_pool(dsn, "partners", size=pool_size)
        return cls(pool)

    async def close(self) -> None:
        await self._pool.close()

    async def entry(self, her_id: int) -> EntryRow | None:
        """The newest, or None when we have never looked."""
        sql = (
            "select e.her_id, e.body, e.seen_at, l.at from partners.entry e join partners.looked l using (her_id) "
            "where e.her_id = $1 order by e.seq desc limit 1"
        )
        row = await self._pool.fetchrow(sql, her_id)
        return EntryRow(row["her_id"], row["body"], row["seen_at"], row["at"]) if row else None

    async def entries(self, her_id: int) -> list[tuple[datetime, bytes | None]]:
        """All that was ever seen, oldest first."""
        sql = "select seen_at, body from partners.entry where her_id = $1 order by seq"
        return [(row["seen_at"], row["body"]) for row in await self._pool.fetch(sql, her_id)]

    async def looked_up(self) -> list[int]:
        return [
            row["her_id"] for row in await self._pool.fetch("select her_id from partners.looked order by 1")
        ]

    async def saw(self, her_id: int, body: bytes | None, at: datetime) -> None:
        """A row more when it is not what was seen before."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", her_id)
            newest = await connection.fetchrow(
                "select body from partners.entry where her_id = $1 order by seq desc limit 1", her_id
            )
            if newest is None or newest["body"] != body:
                await connection.execute(
                    "insert into partners.entry (her_id, seen_at, body) values ($1, $2, $3)", her_id, at, body
                )
            await connection.execute(
                "insert into partners.looked values ($1, $2) on conflict (her_id) "
                "do update set at = greatest(excluded.at, partners.looked.at)",
                her_id,
                at,
            )

    async def feed(self, name: str) -> tuple[int, datetime] | None:
        row = await self._pool.fetchrow("select position, at from partners.feed where name = $1", name)
        return (row["position"], row["at"]) if row else None

    async def move_feed(self, name: str, position: int, at: datetime) -> None:
        """Never backwards, whoever was slow."""
        await self._pool.execute(
            "insert into partners.feed values ($1, $2, $3) on conflict (name) do update set "
            "position = greatest(excluded.position, partners.feed.position), "
            "at = greatest(excluded.at, partners.feed.at)",
            name,
            position,
            at,
        )

    async def profiles(self, her_id: int) -> list[ProfileRow]:
        """The newest of each source."""
        sql = "select distinct on (source) * from partners.profile where her_id = $1 order by source, id desc"
        return [await self._profile(row) for row in await self._pool.fetch(sql, her_id)]

    async def history(self, her_id: int) -> list[ProfileRow]:
        """All of them, oldest first."""
        sql = "select * from partners.profile where her_id = $1 order by id"
        return [await self._profile(row) for row in await self._pool.fetch(sql, her_id)]

    async def put_profile(
        self,
        her_id: int,
        source: str,
        abilities: Iterable[AbilityRow],
        *,
        at: datetime,
        made_by: str,
        note: str = "",
    ) -> bool:
        """Whether it was another than the newest of that source."""
        rows = sorted(set(abilities), key=lambda a: (a.type, a.version))
        digest = hashlib.sha256(repr(rows).encode()).digest()
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", her_id)
            newest = await connection.fetchval(
                "select digest from partners.profile where her_id = $1 and source = $2 order by id desc limit 1",
                her_id,
                source,
            )
            if newest == digest:
                return False
            id = await connection.fetchval(
                "insert into partners.profile (her_id, source, at, made_by, note, digest) "
                "values ($1, $2, $3, $4, $5, $6) returning id",
                *(her_id, source, at, made_by, note, digest),
            )
            await connection.executemany(
                "insert into partners.ability values ($1, $2, $3, $4, $5, $6, $7, $8)",
                [(id, *_columns(row)) for row in rows],
            )
        return True

    async def _profile(self, row: Any) -> ProfileRow:
        sql = "select * from partners.ability where profile = $1 order by type, version"
        found = tuple(_ability(each) for each in await self._pool.fetch(sql, row["id"]))
        return ProfileRow(row["her_id"], row["source"], found, row["at"], row["made_by"], row["note"])


def _columns(row: AbilityRow) -> Sequence[object]:
    seconds = int(row.answers_within.total_seconds()) if row.answers_within is not None else None
    return (row.type, row.version, row.sends, row.receives, row.begins, row.ends, seconds)


def _ability(row: Any) -> AbilityRow:
    seconds = row["answers_within_s"]
    return AbilityRow(
        row["type"],
        row["version"],
        row["sends"],
        row["receives"],
        row["begins"],
        row["ends"],
        timedelta(seconds=seconds) if seconds is not None else None,
    )
