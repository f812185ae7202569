"""The record's memory behind one object: opened once per process, handed to `record` alone.

Every call that reaches patient data takes `restriction` as a required keyword. What a restriction means is decided in
`access`; who may ask is decided in `record`. Layout and invariants: README.md.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import asyncpg

from akson.access.decision import Restriction
from akson.access.facts import Relation
from akson.fhir.definitions import Definitions
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query
from akson.store import buckets, connections
from akson.store.as_of import AsOf
from akson.store.changes import Changes
from akson.store.commit import Commit
from akson.store.compartment import Compartment, Part
from akson.store.facts import Facts
from akson.store.history import Asked
from akson.store.keys import Keys
from akson.store.lanes import Lanes
from akson.store.maintenance import Maintenance, ReadAgain
from akson.store.migrate import migrate
from akson.store.reading import Reading
from akson.store.search.hiding import Redactions
from akson.store.searching import Searching
from akson.store.tables import Tables
from akson.store.values import (
    ChangeEvent,
    Current,
    PatientFacts,
    PendingEvent,
    SearchPage,
    Sql,
    StoredVersion,
    Withheld,
    Write,
)
from akson.world import Aside, Clock, Random

Progress = Callable[[int], Awaitable[None] | None]
"""Told how many rows are done so far."""

_INDEX_KEY_BYTES = 32
SEARCH_TIME_MAX_S = 15
"""Of one statement of a search; what takes longer is refused, so that it cannot keep the others waiting."""


class Store:
    """Entry point: `await Store.open(dsn, definitions=…, clock=…, random=…)`; close it when done."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        search_pool: asyncpg.Pool,
        keys: Keys,
        definitions: Definitions,
        clock: Clock,
        random: Random,
        dsn: str,
    ) -> None:
        self._pool = pool
        self._search_pool = search_pool
        self._keys = keys
        self._clock = clock
        self._random = random
        tables = Tables(pool)
        self._tables = tables
        self._lanes = Lanes(pool)
        self._reading = Reading(pool, self._lanes, tables, keys, planned=search_pool)
        self._searching = Searching(search_pool, tables, keys, definitions, clock, steady=self._lanes)
        self._compartment = Compartment(pool, tables, keys)
        self.aside = Aside()
        self._as_of = AsOf(search_pool, self._compartment, keys, definitions, self.aside)
        """For what takes long; the record and the rooms above use the same one."""
        self._commit = Commit(pool, tables, keys, self.aside)
        self._changes = Changes(pool)
        self._facts = Facts(pool, dsn)
        self._maintenance = Maintenance(pool, tables, keys)

    @classmethod
    async def open(
        cls, dsn: str, *, definitions: Definitions, clock: Clock, random: Random, pool_size: int = 8
    ) -> "Store":
        """Connects, migrates under a lock, reads the installation's key. `pool_size` connections at most, in two pools."""
        # Reads by key, and walks through one patient's rows, have one plan whatever the values. Left to itself PostgreSQL
        # makes it anew each time, which is most of what such a statement costs (docs/adr/0228).
        pool = await connections.pool(dsn, size=max(1, pool_size // 2), plan_cache_mode="force_generic_plan")
        try:
            async with pool.acquire() as connection:
                await migrate(connection, "record")
                keys = Keys(await _index_key(connection, random))
            # Other searches are planned for their very values.
            search_pool = await connections.pool(
                dsn,
                size=max(1, pool_size - pool_size // 2),
                plan_cache_mode="force_custom_plan",
                statement_timeout=f"{SEARCH_TIME_MAX_S}s",
            )
        except BaseException:
            await pool.close()
            raise
        store = cls(pool, search_pool, keys, definitions, clock, random, dsn)
        await store._tables.refresh()
        return store

    async def close(self) -> None:
        self.aside.close()
        await self._facts.close()
        await self._lanes.close()
        await self._search_pool.close()
        await self._pool.close()

    def new_id(self, type: str, *, patient: str | None = None) -> str:
        """A server-made id carrying its bucket: the patient's, when it will belong to one."""
        if patient is not None and type != "Patient":
            bucket = buckets.bucket_of(patient)
        else:
            bucket = int.from_bytes(self._random.bytes(2), "big") % buckets.BUCKETS
        return buckets.server_id(bucket, self._clock.now(), self._random.bytes(9))

    def derived_key(self, purpose: str) -> bytes:
        """64 bytes that every process of this installation shares, and nobody else."""
        return self._keys.derived(purpose)

    async def read(
        self, tenant: int, type: str, id: str, *, restriction: Restriction
    ) -> StoredVersion | Withheld | None:
        """The current version (a deletion has no body), Withheld when hidden, None when there never was one."""
        return await self._reading.read(tenant, type, id, restriction=restriction)

    async def read_version(
        self, tenant: int, type: str, id: str, version: int, *, restriction: Restriction
    ) -> StoredVersion | Withheld | None:
        return await self._reading.read_version(tenant, type, id, version, restriction=restriction)

    async def history(
        self,
        tenant: int,
        type: str | None,
        id: str | None,
        *,
        restriction: Restriction | Callable[[str], Restriction],
        count: int,
        since: datetime | None = None,
        during: tuple[datetime, datetime] | None = None,
        oldest_first: bool = False,
        cursor: str | None = None,
    ) -> tuple[list[StoredVersion], int, str | None]:
        """Versions newest (or oldest) first, how many there are in all, and where to go on.

        `restriction` may depend on the type.
        """
        asked = Asked(tenant, type, id, since, during, oldest_first)
        return await self._reading.history(asked, restriction=restriction, count=count, cursor=cursor)

    async def read_as_of(
        self, tenant: int, type: str, id: str, at: datetime, *, restriction: Restriction
    ) -> StoredVersion | Withheld | None:
        """The version that was current at `at`, under today's restriction."""
        return await self._reading.read_as_of(tenant, type, id, at, restriction=restriction)

    async def search_as_of(
        self,
        tenant: int,
        patient: str,
        query: Query,
        at: datetime,
        *,
        restriction: Callable[[str], Restriction],
        redactions: Redactions,
    ) -> SearchPage:
        """A search inside one patient's record as it was at `at`, under today's restriction."""
        return await self._as_of.search(
            tenant, patient, query, at, restriction=restriction, redactions=redactions
        )

    async def search(
        self,
        tenant: int,
        query: Query,
        *,
        restriction: Callable[[str], Restriction],
        redactions: Redactions,
        together: bool = False,
    ) -> SearchPage:
        """`restriction(type)` applies at every table the search touches: matches, chains, includes, counts; and so do the
        `redactions(type)`: what they hide is found by nothing. `together`: with others of its shape in one statement."""
        return await self._searching.search(
            tenant, query, restriction=restriction, redactions=redactions, together=together
        )

    async def everything(
        self,
        tenant: int,
        patient: str,
        part: Part,
        *,
        restriction: Callable[[str], Restriction],
        count: int | None = None,
        cursor: str | None = None,
    ) -> tuple[list[StoredVersion], str | None]:
        """What belongs to one patient, of all types; a page of it and where to go on when `count` is given."""
        return await self._compartment.everything(
            tenant, patient, part, restriction=restriction, count=count, cursor=cursor
        )

    def explain(
        self, tenant: int, query: Query, *, restriction: Callable[[str], Restriction], redactions: Redactions
    ) -> Sql:
        return self._searching.explain(tenant, query, restriction=restriction, redactions=redactions)

    async def current(self, tenant: int, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Current]:
        """How resources stand, whoever asks; for commit only."""
        return await self._reading.current(tenant, keys)

    async def commit(
        self, tenant: int, writes: Sequence[Write], *, events: Sequence[PendingEvent], at: datetime
    ) -> None:
        """One transaction. Raises CONFLICT AKS-STORE-030, -031; INVALID -032; OVERLOADED -033; TOO_LARGE -034."""
        await self._commit.commit(tenant, writes, events=events, at=at)

    async def facts(
        self,
        tenant: int,
        patients: Sequence[str],
        *,
        grantees: Sequence[str],
        representatives: Sequence[str],
        at: datetime,
    ) -> dict[str, PatientFacts]:
        """What is known of each patient, by a statement of its own: for the last guard and for explanations."""
        return await self._facts.of(
            tenant, patients, grantees=grantees, representatives=representatives, at=at
        )

    async def relations_given(
        self, tenant: int, keys: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], list[Relation]]:
        """What care relations resources give as they stand, to whomever; for commit only."""
        return await self._facts.given_by(tenant, keys)

    def exclusive(self, tenant: int, keys: Sequence[str]) -> AbstractAsyncContextManager[None]:
        """Nobody else holds any of `keys` meanwhile: for conditional creates and updates."""
        return self._facts.exclusive(tenant, keys)

    async def pending(self, limit: int) -> list[PendingEvent]:
        """Log events of commits that the log does not have yet, oldest first."""
        return await self._changes.pending(limit)

    async def settle(self, ids: Sequence[bytes]) -> None:
        """The log has them."""
        await self._changes.settle(ids)

    async def changes(self, after: tuple[int, int] = (0, 0), limit: int = 100) -> list[ChangeEvent]:
        """Commits after a place, in an order without gaps: what a follower has seen is never overtaken."""
        return await self._changes.after(after, limit)

    async def changes_from(self) -> tuple[int, int]:
        """Where a follower begins that has read, or is about to read, everything as it stands."""
        return await self._changes.now()

    async def erase(self, tenant: int, type: str, id: str, *, at: datetime) -> int:
        """Lawful erasure: every version loses its body, the fact that it was stays. Returns how many versions."""
        return await self._maintenance.erase(tenant, type, id, at=at)

    async def reindex(self, types: Sequence[str], read: ReadAgain, progress: Progress | None = None) -> int:
        """Rebuilds index and facts of rows older than INDEX_VERSION, online. Returns how many were rebuilt."""
        return await self._maintenance.reindex(types, read, progress)

    async def types(self) -> frozenset[str]:
        """The resource types that have tables: every type ever written."""
        return await self._tables.refresh()

    async def ids(self, tenant: int, type: str, after: tuple[int, str], limit: int) -> list[tuple[int, str]]:
        """(bucket, id) of what was ever written of a type, in that order, after a place."""
        return await self._maintenance.ids(tenant, type, after, limit)

    async def count(self, tenant: int) -> dict[str, int]:
        """How many living resources of each type, whoever may see them; for doctor and bench."""
        return await self._maintenance.count(tenant)


async def _index_key(connection: asyncpg.Connection, random: Random) -> bytes:
    """Made by whoever comes first, the same for everybody after."""
    await connection.execute(
        "insert into record.installation (index_key) values ($1) on conflict do nothing",
        random.bytes(_INDEX_KEY_BYTES),
    )
    key = await connection.fetchval("select index_key from record.installation")
    if key is None or len(key) != _INDEX_KEY_BYTES:
        raise Problem(
            ProblemKind.INTERNAL, "AKS-STORE-013", "The installation's index key is missing.", permanent=True
        )
    return bytes(key)
