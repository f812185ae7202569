"""Erasure, reindexing and counting: what an operator does to the record. Deciding that it is lawful is done above."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from akson.fhir.index_values import IndexValues
from akson.store import fact_rows
from akson.store.buckets import bucket_of
from akson.store.index_row import INDEX_COLUMNS, INDEX_VERSION, index_row
from akson.store.keys import Keys
from akson.store.rows import body_of
from akson.store.statements import statement
from akson.store.tables import Tables, table_of
from akson.store.values import Derived, Write

REINDEX_BATCH = 200

Extract = Callable[[str, bytes], IndexValues]
"""(type, body) -> what it says to each search parameter."""
Derive = Callable[[str, bytes, datetime], Derived]
"""(type, body, when its version was written) -> what it says to the judgement."""


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
        self,
        types: Sequence[str],
        extract: Extract,
        derive: Derive | None,
        progress: Callable[[int], Awaitable[None] | None] | None,
    ) -> int:
        done = 0
        for type in sorted(await self._tables.having(types)):
            place: tuple[int, int, str] = (-1, 0, "")
            while rows := await self._pool.fetch(
                statement("reindex_batch", type), INDEX_VERSION, *place, REINDEX_BATCH
            ):
                done += await self._rebuild(type, rows, extract, derive)
                place = (rows[-1]["tenant"], rows[-1]["bucket"], rows[-1]["id"])
                told = progress(done) if progress else None
                if inspect.isawaitable(told):
                    await told
        return done

    async def _rebuild(
        self, type: str, rows: Sequence[asyncpg.Record], extract: Extract, derive: Derive | None
    ) -> int:
        """A row that got a new version meanwhile was indexed by whoever wrote it, and is left alone."""
        sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(INDEX_COLUMNS, 6))
        sql = (
            f"update {table_of(type)} set index_version = $5, {sets} "
            "where tenant = $1 and bucket = $2 and id = $3 and version = $4"
        )
        arguments = []
        for row in rows:
            body = body_of(row)
            assert body is not None
            index = index_row(self._keys, row["tenant"], type, extract(type, body))
            key = (row["tenant"], row["bucket"], row["id"], row["version"], INDEX_VERSION)
            arguments.append((*key, *index.columns()))
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.executemany(sql, arguments)
            if derive is not None:
                await self._derive_again(connection, type, rows, derive)
        return len(arguments)

    async def _derive_again(
        self, connection: Any, type: str, rows: Sequence[asyncpg.Record], derive: Derive
    ) -> None:
        """Facts, labels and release of these versions, by today's rules. Relations that an act of the record made stand in
        no body and stay as they are. A row that changed meanwhile is locked and left to its writer."""
        by_tenant: dict[int, list[Write]] = {}
        for row in rows:
            key = (row["tenant"], row["bucket"], row["id"], row["version"])
            body, updated = body_of(row), row["updated"]
            assert body is not None
            derived = derive(type, body, updated)
            labels = list(derived.labels) or None
            done = await connection.execute(
                f"update {table_of(type)} set labels = $5, released = $6 "
                "where tenant = $1 and bucket = $2 and id = $3 and version = $4",
                *key,
                labels,
                derived.released,
            )
            if done == "UPDATE 1":
                # As if it superseded itself: what stood is taken away first.
                write = Write(type, row["id"], row["version"] + 1, body, IndexValues(), "PUT", derived)
                by_tenant.setdefault(row["tenant"], []).append(write)
        for tenant, writes in by_tenant.items():
            await fact_rows.replace_relations(connection, self._keys, tenant, writes)
            await fact_rows.replace(connection, self._keys, tenant, writes)

    async def count(self, tenant: int) -> dict[str, int]:
        counts = {}
        for type in sorted(await self._tables.refresh()):
            sql = f"select count(*) from {table_of(type)} where tenant = $1 and body is not null"
            counts[type] = await self._pool.fetchval(sql, tenant)
        return counts
