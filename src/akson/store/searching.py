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
from akson.store.lanes import Lanes
from akson.store.rows import stored_versions
from akson.store.search import order, statement
from akson.store.search.hiding import Redactions
from akson.store.search.plans import Now, Plans, View
from akson.store.search.scope import Arguments, Scope
from akson.store.tables import Tables
from akson.store.values import SearchPage, Sql
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
        self._including = Including(pool, tables, keys, definitions, steady=steady)

    async def search(
        self, tenant: int, query: Query, *, restriction: Rule, redactions: Redactions
    ) -> SearchPage:
        """One page. Raises AKS-STORE-021 (not offered), -022 (foreign cursor), -026 (takes too long)."""
        present = await self._tables.having(statement.types_of(query))
        only_count = query.summary == "count" or query.count == 0
        counted = only_count or query.total in ("accurate", "estimate")
        if not any(part.type in present for part in query.parts or (query,)):
            return SearchPage((), (), 0 if counted else None, None)
        view = View(restriction, redactions)
        try:
            total = None
            if counted:
                sql = self._counting(tenant, query, view, present.__contains__, self._clock.now)
                total = await self._pool.fetchval(sql.text, *sql.arguments)
            if only_count:
                return SearchPage((), (), total, None)
            return await self._page(tenant, query, view, present, total)
        except asyncpg.QueryCanceledError:
            raise _too_long() from None

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
        self, tenant: int, query: Query, view: View, present: frozenset[str], total: int | None
    ) -> SearchPage:
        size = min(query.count, PAGE_MAX)
        sql = self._plans.of(
            tenant,
            query,
            view,
            present,
            lambda view, now: self._paging(tenant, query, view, present.__contains__, now),
        )
        way = self._steady if statement.planned_alike(query) else self._pool
        rows = await way.fetch(sql.text, *sql.arguments)
        cursor = None
        if len(rows) > size:
            last = dict(rows[size - 1])
            cursor = order.encode(tuple(value for name, value in last.items() if _PLACE.fullmatch(name)))
            rows = rows[:size]
        matches = [(query.parts[row["part"]].type if query.parts else query.type, row) for row in rows]
        included = []
        if query.includes or query.revincludes:
            included = await self._including.include(
                tenant, query, matches, view.restriction, view.redactions
            )
        return SearchPage(stored_versions(matches), stored_versions(included), total, cursor)

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


def _too_long() -> Problem:
    return Problem(
        ProblemKind.TOO_LARGE,
        "AKS-STORE-026",
        "The search takes too long.",
        why="It has to read through more resources than one request may.",
        now="Name a patient, a code or a period beside it.",
    )
