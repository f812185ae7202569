"""Facts for the record's own judgement: who has a care relation to whom, and locks for "unless it exists".

The last guard asks here with statements of its own, so that it shares nothing with the search's SQL. Deciding what a
relation allows belongs to `akson.access`.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import blake2b

import asyncpg

from akson.store import connections
from akson.store.values import CareRelationRow

_VALID = "tenant = $1 and grantee = any($3) and valid_from <= $4 and (valid_to is null or valid_to > $4)"
_RELATED = f"select distinct patient_id from record.care_relation where patient_id = any($2) and {_VALID}"
_RELATIONS = (
    "select patient_id, grantee, kind, valid_from, valid_to from record.care_relation "
    f"where patient_id = $2 and {_VALID} order by kind, valid_from"
)


LOCK_CONNECTIONS = 4


class Facts:
    """`dsn` opens connections for locks alone, when first needed: one who waits for a lock must never hold the
    connection that its holder needs to finish."""

    def __init__(self, pool: asyncpg.Pool, dsn: str) -> None:
        self._pool = pool
        self._dsn = dsn
        self._locks: asyncio.Task[asyncpg.Pool] | None = None

    async def close(self) -> None:
        if self._locks is not None:
            await (await self._locks).close()

    async def related(
        self, tenant: int, patients: Sequence[str], *, grantees: Sequence[str], at: datetime
    ) -> frozenset[str]:
        """Those of `patients` to whom one of `grantees` has a relation valid at `at`."""
        rows = await self._pool.fetch(_RELATED, tenant, list(patients), list(grantees), at)
        return frozenset(row["patient_id"] for row in rows)

    async def relations(
        self, tenant: int, patient: str, *, grantees: Sequence[str], at: datetime
    ) -> list[CareRelationRow]:
        """The relations themselves, for an explanation in words."""
        rows = await self._pool.fetch(_RELATIONS, tenant, patient, list(grantees), at)
        return [
            CareRelationRow(r["patient_id"], r["grantee"], r["kind"], r["valid_from"], r["valid_to"])
            for r in rows
        ]

    @asynccontextmanager
    async def exclusive(self, tenant: int, keys: Sequence[str]) -> AsyncIterator[None]:
        """Nobody else holds any of `keys` meanwhile, in any process. Taken in one fixed order, so that none deadlock."""
        numbers = sorted({_number(tenant, key) for key in keys})
        if self._locks is None:
            self._locks = asyncio.create_task(connections.pool(self._dsn, size=LOCK_CONNECTIONS))
        pool = await self._locks
        async with pool.acquire() as connection, connection.transaction():
            for number in numbers:
                await connection.execute("select pg_advisory_xact_lock($1)", number)
            yield


def _number(tenant: int, key: str) -> int:
    digest = blake2b(f"{tenant}|{key}".encode(), digest_size=8, person=b"akson-unless").digest()
    return int.from_bytes(digest, "big", signed=True)
