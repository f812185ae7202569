"""Erasure, reindexing and counting: what an operator does to the record. Deciding that it is lawful is done above."""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime

import asyncpg

from akson.access.facts import Relation
from akson.fhir.index_values import IndexValues
from akson.store import fact_rows
from akson.store.buckets import bucket_of
from akson.store.index_row import INDEX_COLUMNS, INDEX_VERSION, index_row
from akson.store.keys import Keys
from akson.store.rows import METHODS, body_of
from akson.store.statements import statement
from akson.store.tables import Tables, table_of
from akson.store.values import Derived, Write

REINDEX_BATCH = 200

ReadAgain = Callable[[bytes, datetime, frozenset[str]], tuple[IndexValues, Derived]]
"""(body, instant of the version, kinds of the care relations it has given) -> what it says to each search parameter, and
which facts it gives. The kinds tell what an act of the record has made, which the body alone does not."""


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
                statement("reindex_batch", type), INDEX_VERSION, *place, REINDEX_BATCH, type
            ):
                done += await self._rebuild(type, rows, read)
                place = (rows[-1]["tenant"], rows[-1]["bucket"], rows[-1]["id"])
                told = progress(done) if progress else None
                if inspect.isawaitable(told):
                    await told
        return done

    async def _rebuild(self, type: str, rows: Sequence[asyncpg.Record], read: ReadAgain) -> int:
        """A row that got a new version meanwhile was indexed by whoever wrote it, and is left alone."""
        writes = {(row["tenant"], row["id"]): _write_again(type, row, read) for row in rows}
        keys = [list(column) for column in zip(*(_key(row) for row in rows), strict=True)]
        async with self._pool.acquire() as connection, connection.transaction():
            held = [tuple(row) for row in await connection.fetch(statement("reindex_hold", type), *keys)]
            kept = [row for row in rows if (row["tenant"], row["id"]) in held]
            arguments = []
            for row in kept:
                write = writes[row["tenant"], row["id"]]
                index = index_row(self._keys, row["tenant"], type, write.index)
                labels = list(write.derived.labels) or None
                values = (*index.columns(), labels, write.derived.released)
                arguments.append((*_key(row), INDEX_VERSION, *values))
            await connection.executemany(_rewrite(type), arguments)
            relations = [
                relation
                for tenant, id in sorted(held)
                for relation in self._relations(tenant, id, writes[tenant, id].derived.relations)
            ]
            columns = [list(column) for column in zip(*relations, strict=True)] or [[] for _ in range(9)]
            tenants, ids = [tenant for tenant, _ in held], [id for _, id in held]
            await connection.execute(statement("relate_again"), type, tenants, ids, *columns)
            for tenant in sorted(set(tenants)):
                of_tenant = [writes[key] for key in held if key[0] == tenant]
                await fact_rows.rebuild(connection, self._keys, tenant, of_tenant)
                await fact_rows.tighten_history(connection, tenant, type, of_tenant)
        return len(kept)

    def _relations(self, tenant: int, source: str, rows: Sequence[Relation]) -> Iterator[tuple[object, ...]]:
        for row in {(r.patient, r.grantee, r.kind, r.valid_from): r for r in rows}.values():
            about = self._keys.target(tenant, f"Patient/{row.patient}")
            place = (tenant, source, bucket_of(row.patient), about, row.patient)
            yield (*place, row.grantee, row.kind, row.valid_from, row.valid_to)

    async def ids(self, tenant: int, type: str, after: tuple[int, str], limit: int) -> list[tuple[int, str]]:
        if not await self._tables.having([type]):
            return []
        sql = (
            f"select bucket, id from {table_of(type)} where tenant = $1 and (bucket, id) > ($2, $3) "
            "order by bucket, id limit $4"
        )
        return [(row["bucket"], row["id"]) for row in await self._pool.fetch(sql, tenant, *after, limit)]

    async def count(self, tenant: int) -> dict[str, int]:
        counts = {}
        for type in sorted(await self._tables.refresh()):
            sql = f"select count(*) from {table_of(type)} where tenant = $1 and body is not null"
            counts[type] = await self._pool.fetchval(sql, tenant)
        return counts


def _key(row: asyncpg.Record) -> tuple[int, int, str, int]:
    return row["tenant"], row["bucket"], row["id"], row["version"]


def _write_again(type: str, row: asyncpg.Record, read: ReadAgain) -> Write:
    """The version that stands, with what its body says by the rules of today."""
    body = body_of(type, row)
    assert body is not None
    index, derived = read(body, row["updated"], frozenset(row["kinds"]))
    return Write(type, row["id"], row["version"], body, index, METHODS[row["method"]], derived)


def _rewrite(type: str) -> str:
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate((*INDEX_COLUMNS, "labels", "released"), 6))
    return (
        f"update {table_of(type)} set index_version = $5, {sets} "
        "where tenant = $1 and bucket = $2 and id = $3 and version = $4"
    )
