"""Runs searches: the page and the exact count. The SQL is composed in search/, includes are followed in including.py."""

import re
from collections.abc import Callable, Sequence

import asyncpg

from akson.access.decision import Restriction
from akson.fhir.definitions import Definitions
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query
from akson.store.including import Including
from akson.store.keys import Keys
from akson.store.lanes import Lanes
from akson.store.reading_bodies import lay_out
from akson.store.rows import stored_versions
from akson.store.search import bodies, order, statement
from akson.store.search.hiding import Redactions
from akson.store.search.plans import Now, Plans, View
from akson.store.search.scope import Arguments, Scope
from akson.store.searching_together import SearchesTogether, ValuesOfOne
from akson.store.tables import Tables
from akson.store.values import SearchPage, Sql
from akson.world import Clock

PAGE_MAX = 1_000

_PLACE = re.compile(r"s\d|part")
"""The columns that say where a row stands in the order."""

Rule = Callable[[str], Restriction]
_Found = tuple[list[asyncpg.Record], int | None]


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
        steady: Lanes,
    ) -> None:
        """`pool` plans every statement anew: a plan made for other values can be a thousand times slower. `steady` keeps
        plans, which spares a third of a search that walks through one patient's rows."""
        self._pool = pool
        self._steady = steady
        self._tables = tables
        self._keys = keys
        self._definitions = definitions
        self._plans = Plans(clock.now)
        self._clock = clock
        self._together = SearchesTogether(pool)
        self._including = Including(pool, tables, keys, definitions, steady=steady)

    async def search(
        self, tenant: int, query: Query, *, restriction: Rule, redactions: Redactions, together: bool = False
    ) -> SearchPage:
        """One page. Raises AKS-STORE-021 (not offered), -022 (foreign cursor), -026 (takes too long).

        `together`: several of one shape that are asked at the same time are one statement, where `statement.together`
        allows it."""
        present = await self._tables.having(statement.types_of(query))
        view = View(restriction, redactions)
        looked_into = [part for part in bodies.candidates(query) if part.type in present]
        try:
            if together and not looked_into and present and statement.together(query):
                return await self._page(
                    tenant, query, view, await self._rows_together(tenant, query, view), None
                )
            if looked_into:
                rows, total = await self._looking_into(tenant, query, view, present, looked_into)
            else:
                rows, total = await self._found(tenant, query, view, present)
            return await self._page(tenant, query, view, rows, total)
        except asyncpg.QueryCanceledError:
            raise too_long() from None

    async def _rows_together(self, tenant: int, query: Query, view: View) -> list[asyncpg.Record]:
        values = ValuesOfOne()
        scope = self._scope(tenant, query.type, values, view, lambda _type: True, self._clock.now)
        text = statement.page_each(query, scope, limit=min(query.count, PAGE_MAX) + 1)
        return await self._together.rows(text, values)

    async def _looking_into(
        self, tenant: int, query: Query, view: View, present: frozenset[str], candidates: Sequence[Query]
    ) -> _Found:
        """The same, with the bodies that it looks into laid out. The connection is given back before anything else is
        asked for: who holds one must not wait for another."""
        # Both statements see the same rows.
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read"),
        ):
            laid = await lay_out(
                connection,
                candidates,
                lambda type: self._scope(
                    tenant, type, Arguments(), view, present.__contains__, self._clock.now
                ),
            )
            if not laid:
                raise too_long()
            return await self._found(tenant, query, view, present, connection)

    async def _found(
        self,
        tenant: int,
        query: Query,
        view: View,
        present: frozenset[str],
        connection: asyncpg.Connection | None = None,
    ) -> _Found:
        """Rows of the page and one more, and how many match in all if asked. `connection` has bodies laid out."""
        only_count = query.summary == "count" or query.count == 0
        counted = only_count or query.total in ("accurate", "estimate")
        if not any(part.type in present for part in query.parts or (query,)):
            return [], 0 if counted else None
        total = None
        if counted:
            sql = self._counting(tenant, query, view, present.__contains__, self._clock.now)
            total = await (connection or self._pool).fetchval(sql.text, *sql.arguments)
        if only_count:
            return [], total
        if connection is not None:
            # A table of this transaction alone: what is remembered would be asked where there is none.
            sql = self._paging(tenant, query, view, present.__contains__, self._clock.now)
            return await connection.fetch(sql.text, *sql.arguments), total
        sql = self._plans.of(
            tenant,
            query,
            view,
            present,
            lambda view, now: self._paging(tenant, query, view, present.__contains__, now),
        )
        way = self._steady if statement.planned_alike(query) else self._pool
        return await way.fetch(sql.text, *sql.arguments), total

    def explain(self, tenant: int, query: Query, *, restriction: Rule, redactions: Redactions) -> Sql:
        """The statement of the page as it would be sent."""
        view = View(restriction, redactions)
        if query.summary == "count" or query.count == 0:
            return self._counting(tenant, query, view, lambda _type: True, self._clock.now)
        return self._paging(tenant, query, view, lambda _type: True, self._clock.now)

    def _counting(
        self, tenant: int, query: Query, view: View, exists: Callable[[str], bool], now: Now
    ) -> Sql:
        scopes = self._scopes(tenant, query, view, exists, now)
        if query.parts:
            return statement.count_union(query, scopes)
        assert scopes[0] is not None
        return statement.count(query, scopes[0])

    def _paging(self, tenant: int, query: Query, view: View, exists: Callable[[str], bool], now: Now) -> Sql:
        scopes = self._scopes(tenant, query, view, exists, now)
        size = min(query.count, PAGE_MAX)
        with_refs = bool(query.includes)
        if query.parts:
            return statement.union(query, scopes, limit=size + 1, with_refs=with_refs)
        assert scopes[0] is not None
        return statement.page(query, scopes[0], limit=size + 1, with_refs=with_refs)

    async def _page(
        self, tenant: int, query: Query, view: View, rows: list[asyncpg.Record], total: int | None
    ) -> SearchPage:
        size = min(query.count, PAGE_MAX)
        cursor = None
        if len(rows) > size:
            last = dict(rows[size - 1])
            cursor = order.encode(tuple(value for name, value in last.items() if _PLACE.fullmatch(name)))
            rows = rows[:size]
        matches = stored_versions(
            (query.parts[row["part"]].type if query.parts else query.type, row) for row in rows
        )
        included = ()
        if rows and (query.includes or query.revincludes):
            page = list(zip(rows, matches, strict=True))
            included = await self._including.include(tenant, query, page, view.restriction, view.redactions)
        return SearchPage(matches, included, total, cursor)

    def _scopes(
        self, tenant: int, query: Query, view: View, exists: Callable[[str], bool], now: Now
    ) -> list[Scope | None]:
        """One for each part, sharing the arguments of the statement; None where the type has no table."""
        arguments = Arguments()
        return [
            self._scope(tenant, part.type, arguments, view, exists, now) if exists(part.type) else None
            for part in query.parts or (query,)
        ]

    def _scope(
        self,
        tenant: int,
        type: str,
        arguments: Arguments,
        view: View,
        exists: Callable[[str], bool],
        now: Now,
    ) -> Scope:
        return Scope(
            type=type,
            alias=arguments.alias(),
            tenant=tenant,
            arguments=arguments,
            keys=self._keys,
            definitions=self._definitions,
            restriction=view.restriction,
            redactions=view.redactions,
            exists=exists,
            now=now,
        )


def too_long(what: str = "search", now: str = "Name a patient, a code or a period beside it.") -> Problem:
    return Problem(
        ProblemKind.TOO_LARGE,
        "AKS-STORE-026",
        f"The {what} takes too long.",
        why="It has to read through more resources than one request may.",
        now=now,
    )
