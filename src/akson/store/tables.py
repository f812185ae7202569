"""Which resource types have tables, and making them the first time one is written. Why lazily: ADR 0006."""

from collections.abc import Iterable
from pathlib import Path

import asyncpg

_TEMPLATE = (Path(__file__).parent / "sql" / "resource_table.sql").read_text()
_LOCK = 0x616B7462


def table_of(type: str) -> str:
    """The quoted name of a type's table: `record."observation"`."""
    assert type.isalpha(), type
    return f'record."{type.lower()}"'


def history_of(type: str) -> str:
    assert type.isalpha(), type
    return f'record."{type.lower()}_history"'


def at_place(type: str, tenant: str, *, placed: bool) -> str:
    """The joins from `k(id, bucket)` to the rows `t` of a type. `placed`: every id says its bucket itself."""
    if placed:
        return f"join {table_of(type)} t on t.tenant = {tenant} and t.bucket = k.bucket and t.id = k.id"
    return (
        f"left join record.idmap m on m.tenant = {tenant} and m.bucket = k.bucket and m.type = '{type}' and m.id = k.id "
        f"join {table_of(type)} t on t.tenant = {tenant} and t.bucket = coalesce(m.target, k.bucket) and t.id = k.id"
    )


class Tables:
    """The types known to have tables. Another process may make one at any time, so a miss asks the database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._known: frozenset[str] = frozenset()

    @property
    def known(self) -> frozenset[str]:
        return self._known

    async def refresh(self) -> frozenset[str]:
        rows = await self._pool.fetch("select type from record.resource_type")
        self._known = frozenset(row["type"] for row in rows)
        return self._known

    async def having(self, types: Iterable[str]) -> frozenset[str]:
        """Those of `types` that have tables."""
        wanted = frozenset(types)
        if not wanted <= self._known:
            await self.refresh()
        return wanted & self._known

    async def ensure(self, types: Iterable[str]) -> None:
        """Makes the tables that are missing, in a transaction of their own: the commit that needs them stays short."""
        missing = frozenset(types) - self._known
        if not missing or missing <= await self.refresh():
            return
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
            present = {row["type"] for row in await connection.fetch("select type from record.resource_type")}
            for type in sorted(missing - present):
                assert type.isalpha(), type
                await connection.execute(_TEMPLATE.replace("{table}", type.lower()))
                await connection.execute("insert into record.resource_type (type) values ($1)", type)
        await self.refresh()
