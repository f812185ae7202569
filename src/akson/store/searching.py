"""Runs searches: the page and the exact count. The SQL is composed in search/, includes are followed in including.py."""

import re
from collections.abc import Callable

import asyncpg

from akson.access.decision import Restriction
from akson.fhir.definitions import Definitions
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query
from akson.store.including import Including
from akson.store.keys import Keys
from akson.store.reading_bodies import lay_out
from akson.store.rows import Row, stored_version
from akson.store.search import bodies, order, statement
from akson.store.search.scope import Arguments, Scope
from akson.store.tables import Tables
from akson.store.values import SearchPage, Sql, StoredVersion
from akson.world import Clock

PAGE_MAX = 1_000

_PLACE = re.compile(r"s\d|part")
"""The columns that say where a row stands in the order."""

Rule = Callable[[str], Restriction]


class Searching:
    """Answers queries."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        tables: Tables,
        keys: Keys,
        definitions: Definitions,
        clock: Clock,
        *,
        steady: asyncpg.Pool,
    ) -> None:
        """`pool` plans every statement anew: a plan made for other values can be a thousand times slower. `steady` keeps
        plans, which spares a third of a search that walks through one patient's rows."""
        self._pool = pool
        self._steady = steady
        self._tables = tables
        self._keys = keys
        self._definitions = definitions
        self._clock = clock
        self._including = Including(pool, tables, keys, definitions)

    async def search(self, tenant: int, query: Query, *, restriction: Rule) -> SearchPage:
        """One page. Raises AKS-STORE-021 (not offered), -022 (foreign cursor), -026 (takes too long)."""
        present = await self._tables.having(statement.types_of(query))
        looked_into = [part for part in bodies.candidates(query) if part.type in present]
        if not looked_into:
            return await self._search(tenant, query, restriction, present, None)
        # Both statements see the same rows.
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read"),
        ):
            try:
                laid = await lay_out(
                    connection,
                    looked_into,
                    lambda type: self._scope(tenant, type, Arguments(), restriction, present.__contains__),
                )
            except asyncpg.QueryCanceledError:
                raise _too_long() from None
            if not laid:
                raise _too_long()
            return await self._search(tenant, query, restriction, present, connection)

    async def _search(
        self,
        tenant: int,
        query: Query,
        restriction: Rule,
        present: frozenset[str],
        connection: asyncpg.Connection | None,
    ) -> SearchPage:
        """`connection` is the one with the bodies laid out, if any are looked into."""
        only_count = query.summary == "count" or query.count == 0
        counted = only_count or query.total in ("accurate", "estimate")
        if not any(part.type in present for part in query.parts or (query,)):
            return SearchPage((), (), 0 if counted else None, None)
        try:
            total = None
            if counted:
                sql = self._counting(tenant, query, restriction, present.__contains__)
                total = await (connection or self._pool).fetchval(sql.text, *sql.arguments)
            if only_count:
                return SearchPage((), (), total, None)
            return await self._page(tenant, query, restriction, present, total, connection)
        except asyncpg.QueryCanceledError:
            raise _too_long() from None

    def explain(self, tenant: int, query: Query, *, restriction: Rule) -> Sql:
        """The statement of the page as it would be sent."""
        if query.summary == "count" or query.count == 0:
            return self._counting(tenant, query, restriction, lambda _type: True)
        return self._paging(tenant, query, restriction, lambda _type: True)

    def _counting(self, tenant: int, query: Query, rule: Rule, exists: Callable[[str], bool]) -> Sql:
        scopes = self._scopes(tenant, query, rule, exists)
        if query.parts:
            return statement.count_union(query, scopes)
        assert scopes[0] is not None
        return statement.count(query, scopes[0])

    def _paging(self, tenant: int, query: Query, rule: Rule, exists: Callable[[str], bool]) -> Sql:
        scopes = self._scopes(tenant, query, rule, exists)
        size = min(query.count, PAGE_MAX)
        with_refs = bool(query.includes)
        if query.parts:
            return statement.union(query, scopes, limit=size + 1, with_refs=with_refs)
        assert scopes[0] is not None
        return statement.page(query, scopes[0], limit=size + 1, with_refs=with_refs)

    async def _page(
        self,
        tenant: int,
        query: Query,
        rule: Rule,
        present: frozenset[str],
        total: int | None,
        connection: asyncpg.Connection | None,
    ) -> SearchPage:
        size = min(query.count, PAGE_MAX)
        sql = self._paging(tenant, query, rule, present.__contains__)
        pool = self._steady if statement.planned_alike(query) else self._pool
        rows = await (connection or pool).fetch(sql.text, *sql.arguments)
        cursor = None
        if len(rows) > size:
            last = dict(rows[size - 1])
            cursor = order.encode(tuple(value for name, value in last.items() if _PLACE.fullmatch(name)))
            rows = rows[:size]
        # What a page includes is read out of its bodies: each is unpacked once.
        version_of = _remembered()
        matches = [(query.parts[row["part"]].type if query.parts else query.type, row) for row in rows]
        included = []
        if query.includes or query.revincludes:
            included = await self._including.include(tenant, query, matches, rule, version_of)
        return SearchPage(
            matches=tuple(version_of(type, row) for type, row in matches),
            included=tuple(version_of(type, row) for type, row in included),
            total=total,
            next_cursor=cursor,
            patients={
                f"{t}/{row['id']}": tuple(row["patient_ids"] or ()) for t, row in (*matches, *included)
            },
        )

    def _scopes(
        self, tenant: int, query: Query, rule: Rule, exists: Callable[[str], bool]
    ) -> list[Scope | None]:
        """One for each part, sharing the arguments of the statement; None where the type has no table."""
        arguments = Arguments()
        return [
            self._scope(tenant, part.type, arguments, rule, exists) if exists(part.type) else None
            for part in query.parts or (query,)
        ]

    def _scope(
        self, tenant: int, type: str, arguments: Arguments, rule: Rule, exists: Callable[[str], bool]
    ) -> Scope:
        return Scope(
            type=type,
            alias=arguments.alias(),
            tenant=tenant,
            arguments=arguments,
            keys=self._keys,
            definitions=self._definitions,
            restriction=rule,
            exists=exists,
            now=self._clock.now(),
        )


def _remembered() -> Callable[[str, Row], StoredVersion]:
    """stored_version, once for each row."""
    known: dict[tuple[str, str], StoredVersion] = {}

    def version_of(type: str, row: Row) -> StoredVersion:
        key = type, row["id"]
        version = known.get(key)
        if version is None:
            version = known[key] = stored_version(type, row)
        return version

    return version_of


def _too_long() -> Problem:
    return Problem(
        ProblemKind.TOO_LARGE,
        "AKS-STORE-026",
        "The search takes too long.",
        why="It has to read through more resources than one request may.",
        now="Name a patient, a code or a period beside it.",
    )
