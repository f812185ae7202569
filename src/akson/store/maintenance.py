"""Erasure, reindexing and counting: what an operator does to the record. Deciding that it is lawful is done above."""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime

import asyncpg

from akson.fhir.index_values import IndexValues
from akson.store.buckets import bucket_of
from akson.store.index_row import INDEX_COLUMNS, INDEX_VERSION, index_row
from akson.store.keys import Keys
from akson.store.rows import body_of
from akson.store.statements import statement
from akson.store.tables import Tables, table_of
from akson.store.values import CareRelationRow

REINDEX_BATCH = 200

ReadAgain = Callable[[str, bytes, datetime], tuple[IndexValues, Sequence[CareRelationRow]]]
"""(type, body, instant of the version) -> what it says to each search parameter, and its care relations."""


class Maintenance:
    def __init__(self, pool: asyncpg.Pool, tables: Tables, keys: Keys) -> None:
        self._pool = pool
        self._tables = tables
        self._keys = keys

    async def erase(self, tenant: int, type: str, id: str, *, at: datetime) -> int:
        if not await self._tables.having([type]):
            return 0
        return await self._pool.fetchval(statement("erase", type), tenant, type, id, bucket_of(id), at)

    async def reindex(
        self, types: Sequence[str], read: ReadAgain, progress: Callable[[int], Awaitable[None] | None] | None
    ) -> int:
        done = 0
        for type in sorted(await self._tables.having(types)):
            place: tuple[int, int, str] = (-1, 0, "")
            while rows := await self._pool.fetch(
                statement("reindex_batch", type), INDEX_VERSION, *place, REINDEX_BATCH
            ):
                done += await self._rebuild(type, rows, read)
                place = (rows[-1]["tenant"], rows[-1]["bucket"], rows[-1]["id"])
                told = progress(done) if progress else None
                if inspect.isawaitable(told):
                    await told
        return done

    async def _rebuild(self, type: str, rows: Sequence[asyncpg.Record], read: ReadAgain) -> int:
        """A row that got a new version meanwhile was indexed by whoever wrote it, and is left alone."""
        found = {}
        for row in rows:
            body = body_of(type, row)
            assert body is not None
            found[row["tenant"], row["id"]] = read(type, body, row["updated"])
        keys = [list(column) for column in zip(*(_key(row) for row in rows), strict=True)]
        async with self._pool.acquire() as connection, connection.transaction():
            held = {tuple(row) for row in await connection.fetch(statement("reindex_hold", type), *keys)}
            kept = [row for row in rows if (row["tenant"], row["id"]) in held]
            arguments = []
            for row in kept:
                values, _ = found[row["tenant"], row["id"]]
                index = index_row(self._keys, row["tenant"], type, values)
                arguments.append((*_key(row), INDEX_VERSION, *index.columns()))
            await connection.executemany(_rewrite(type), arguments)
            relations = [
                relation
                for tenant, id in sorted(held)
                for relation in self._relations(tenant, id, found[tenant, id][1])
            ]
            columns = [list(column) for column in zip(*relations, strict=True)] or [[] for _ in range(9)]
            tenants, ids = [tenant for tenant, _ in held], [id for _, id in held]
            await connection.execute(statement("relate_again"), type, tenants, ids, *columns)
        return len(kept)

    def _relations(
        self, tenant: int, source: str, rows: Sequence[CareRelationRow]
    ) -> Iterator[tuple[object, ...]]:
        for row in {(r.patient, r.grantee, r.kind, r.valid_from): r for r in rows}.values():
            about = self._keys.target(tenant, f"Patient/{row.patient}")
            place = (tenant, source, bucket_of(row.patient), about, row.patient)
            yield (*place, row.grantee, row.kind, row.valid_from, row.valid_to)

    async def count(self, tenant: int) -> dict[str, int]:
        counts = {}
        for type in sorted(await self._tables.refresh()):
            sql = f"select count(*) from {table_of(type)} where tenant = $1 and body is not null"
            counts[type] = await self._pool.fetchval(sql, tenant)
        return counts


def _key(row: asyncpg.Record) -> tuple[int, int, str, int]:
    return row["tenant"], row["bucket"], row["id"], row["version"]


def _rewrite(type: str) -> str:
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(INDEX_COLUMNS, 6))
    return (
        f"update {table_of(type)} set index_version = $5, {sets} "
        "where tenant = $1 and bucket = $2 and id = $3 and version = $4"
    )
