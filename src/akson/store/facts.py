"""Facts for the record's own judgement: what is known of patients, and locks for "unless it exists".

The last guard asks here with a statement of its own (sql/facts.sql), so that it shares nothing with the search's SQL. What a
fact allows belongs to `akson.access`.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import blake2b

import asyncpg

from akson.access.facts import Barrier, Relation, Representation, Traits
from akson.store import connections
from akson.store.rows import Row
from akson.store.statements import statement
from akson.store.values import PatientFacts

LOCK_CONNECTIONS = 4


class Facts:
    """`dsn` opens connections for locks alone, when first needed: one who waits for a lock must never hold the
    connection that its holder needs to finish."""

    def __init__(self, pool: asyncpg.Pool, dsn: str) -> None:
        self._pool = pool
        self._dsn = dsn
        self._locks: asyncio.Task[asyncpg.Pool] | None = None

    async def close(self) -> None:
        if self._locks is not None and not _failed(self._locks):
            await (await self._locks).close()

    async def of(
        self,
        tenant: int,
        patients: Sequence[str],
        *,
        grantees: Sequence[str],
        representatives: Sequence[str],
        at: datetime,
    ) -> dict[str, PatientFacts]:
        """What is known of each of `patients` at `at`: relations to `grantees`, barriers to anybody, representation by
        `representatives`, traits. Everyone asked for has an entry."""
        rows = await self._pool.fetch(
            statement("facts"), tenant, list(patients), list(grantees), list(representatives), at
        )
        found = {patient: PatientFacts() for patient in patients}
        for row in rows:
            _take(found[row["asked"]], row)
        return found

    async def given_by(
        self, tenant: int, keys: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], list[Relation]]:
        """The care relations that these resources, (type, id), give as they stand, at whatever time and to whomever."""
        types, ids = [type for type, _ in keys], [id for _, id in keys]
        found: dict[tuple[str, str], list[Relation]] = {}
        for row in await self._pool.fetch(statement("relations_given"), tenant, types, ids):
            key = (row["source_type"], row["source_id"])
            times = (row["valid_from"], row["valid_to"])
            made = Relation(row["patient_id"], row["grantee"], row["kind"], *times, "/".join(key))
            found.setdefault(key, []).append(made)
        return found

    @asynccontextmanager
    async def exclusive(self, tenant: int, keys: Sequence[str]) -> AsyncIterator[None]:
        """Nobody else holds any of `keys` meanwhile, in any process. Taken in one fixed order, so that none deadlock."""
        numbers = sorted({_number(tenant, key) for key in keys})
        if self._locks is None or _failed(
            self._locks
        ):  # The database may have been away when they were wanted first.
            self._locks = asyncio.create_task(connections.pool(self._dsn, size=LOCK_CONNECTIONS))
        pool = await self._locks
        async with pool.acquire() as connection, connection.transaction():
            for number in numbers:
                await connection.execute("select pg_advisory_xact_lock($1)", number)
            yield


def _failed(opening: asyncio.Task[asyncpg.Pool]) -> bool:
    return opening.done() and (opening.cancelled() or opening.exception() is not None)


def _take(known: PatientFacts, row: Row) -> None:
    """One row of facts.sql. Everything is told of the patient asked for, whichever Patient resource it stands at."""
    patient, source = row["asked"], row["source"]
    begin, end = row["valid_from"], row["valid_to"]
    match row["fact"]:
        case "relation":
            known.relations.append(Relation(patient, row["party"], row["kind"], begin, end, source))
        case "trait":
            known.traits.append(Traits(patient, row["birth_date"], row["told"]))
        case "barrier":
            persons, roles, enterprises, categories = row["turned"]
            known.barriers.append(
                Barrier(
                    patient, row["kind"], tuple(row["persons"]), persons, tuple(row["roles"]), roles,
                    tuple(row["enterprises"]), enterprises, tuple(row["categories"]), categories, begin, end, source,
                )
            )  # fmt: skip
        case "representation":
            categories = tuple(row["categories"])
            known.representations.append(
                Representation(
                    patient, row["party"], row["kind"], categories, begin, end, row["told"], source
                )
            )
        case "same":
            known.same.append(row["id"])


def _number(tenant: int, key: str) -> int:
    digest = blake2b(f"{tenant}|{key}".encode(), digest_size=8, person=b"akson-unless").digest()
    return int.from_bytes(digest, "big", signed=True)
