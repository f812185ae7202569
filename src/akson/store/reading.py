"""Reads by id: current, by version, history. The restriction is part of every statement; search is searching.py's."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import asyncpg

from akson.access.decision import Restriction
from akson.store import history
from akson.store.buckets import bucket_of
from akson.store.coalescing import CoalescedReads
from akson.store.gathering import GatheredByShape
from akson.store.keys import Keys
from akson.store.lanes import Lanes
from akson.store.rows import Row, body_of, stored_version
from akson.store.search import restriction as restrictions
from akson.store.search.scope import Arguments
from akson.store.searching import too_long
from akson.store.statements import statement
from akson.store.tables import Tables
from akson.store.values import Current, StoredVersion, Withheld


class Reading:
    """Answers what stands in the record under an id."""

    def __init__(
        self, pool: asyncpg.Pool, lanes: Lanes, tables: Tables, keys: Keys, *, planned: asyncpg.Pool
    ) -> None:
        """`planned` plans every statement for its values, and ends one that takes too long."""
        self._pool = pool
        self._planned = planned
        self._tables = tables
        self._keys = keys
        self._coalesced = CoalescedReads(lanes, keys)
        self._standing: GatheredByShape[tuple[int, str], list[str], list[asyncpg.Record]] = GatheredByShape(
            self._current
        )

    async def read(
        self, tenant: int, type: str, id: str, *, restriction: Restriction
    ) -> StoredVersion | Withheld | None:
        if not await self._tables.having([type]):
            return None
        return _told(type, await self._coalesced.read(tenant, type, id, restriction))

    async def read_version(
        self, tenant: int, type: str, id: str, version: int, *, restriction: Restriction
    ) -> StoredVersion | Withheld | None:
        arguments = Arguments([tenant, type, id, bucket_of(id), version])
        return await self._one("read_version", tenant, type, arguments, restriction)

    async def _one(
        self, name: str, tenant: int, type: str, arguments: Arguments, restriction: Restriction
    ) -> StoredVersion | Withheld | None:
        if not await self._tables.having([type]):
            return None
        seen = restrictions.condition(
            restriction,
            "t",
            tenant=tenant,
            keys=self._keys,
            arguments=arguments,
            indexed=False,
            current=False,
        )
        row = await self._pool.fetchrow(statement(name, type, seen), *arguments.values)
        return _told(type, row)

    async def read_as_of(
        self, tenant: int, type: str, id: str, at: datetime, *, restriction: Restriction
    ) -> StoredVersion | Withheld | None:
        arguments = Arguments([tenant, type, id, bucket_of(id), at])
        return await self._one("read_as_of", tenant, type, arguments, restriction)

    async def current(self, tenant: int, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Current]:
        """How the named resources stand; those that never were are left out. One statement per type, together."""
        by_type: dict[str, list[str]] = {}
        for type, id in dict.fromkeys(keys):
            by_type.setdefault(type, []).append(id)
        present = await self._tables.having(by_type)
        found: dict[tuple[str, str], Current] = {}
        for type in sorted(present):
            for row in await self._standing((tenant, type), by_type[type]):
                patients = tuple(row["patient_ids"] or ())
                labels = tuple(row["labels"] or ())
                found[type, row["id"]] = Current(
                    row["version"], row["updated"], patients, body_of(type, row), labels, row["released"]
                )
        return found

    async def _current(
        self, of: tuple[int, str], asked: list[list[str]]
    ) -> list[list[asyncpg.Record] | Exception]:
        """Of those who ask at the same time, in one statement."""
        tenant, type = of
        ids = list(dict.fromkeys(id for one in asked for id in one))
        rows = await self._pool.fetch(
            statement("current", type), tenant, type, ids, [bucket_of(id) for id in ids]
        )
        found = {row["id"]: row for row in rows}
        return [[found[id] for id in one if id in found] for one in asked]

    async def history(
        self,
        asked: history.Asked,
        *,
        restriction: Restriction | Callable[[str], Restriction],
        count: int,
        cursor: str | None,
    ) -> tuple[list[StoredVersion], int, str | None]:
        """Versions in the order asked for, how many there are in all, and where to go on. Raises AKS-STORE-026 (of a type
        or of everything: takes too long)."""
        known = await self._tables.having([asked.type]) if asked.type else await self._tables.refresh()
        if not known:
            return [], 0, None
        rule = restriction if callable(restriction) else lambda _type: restriction
        types = sorted(known)
        page = history.page(asked, types, rule, self._keys, count=count, cursor=cursor)
        whole = history.total(asked, types, rule, self._keys)
        # Of one id there is one plan; of a whole type it hangs on how much of it may be seen.
        pool = self._pool if asked.id is not None else self._planned
        try:
            rows, total = await asyncio.gather(
                pool.fetch(page.text, *page.arguments), pool.fetchval(whole.text, *whole.arguments)
            )
        except asyncpg.QueryCanceledError:
            raise too_long("history", "Ask for one resource's, or give a later _since.") from None
        versions = [stored_version(row["type"], row) for row in rows[:count]]
        more = history.encode(rows[count - 1]) if len(rows) > count > 0 else None
        return versions, total, more


def _told(type: str, row: Row | None) -> StoredVersion | Withheld | None:
    if row is None:
        return None
    if not row["visible"]:
        return Withheld(
            type, row["id"], tuple(row["patient_ids"] or ()), tuple(row["labels"] or ()), row["released"]
        )
    return stored_version(type, row)
