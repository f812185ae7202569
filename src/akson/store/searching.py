"""Runs searches: the page, the exact count, and what the page's resources include. The SQL is composed in search/."""

import re
from collections.abc import Callable, Iterable

import asyncpg

from akson.access.decision import Restriction
from akson.fhir.definitions import Definitions
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Include, Query
from akson.store.buckets import bucket_of
from akson.store.keys import Keys
from akson.store.rows import Row, stored_version
from akson.store.search import order, restriction, statement
from akson.store.search.scope import Arguments, Scope
from akson.store.tables import Tables, table_of
from akson.store.values import SearchPage, Sql, StoredVersion
from akson.world import Clock

PAGE_MAX = 1_000
INCLUDED_MAX = 2_000
"""Resources added to one page."""
INCLUDE_ROUNDS_MAX = 4
"""How often `:iterate` follows what was included last."""

_LOCAL = re.compile(rb'"reference"\s*:\s*"([A-Z][A-Za-z]{1,40}/[A-Za-z0-9\-.]{1,64})(?:/_history/[^"]*)?"')

_SORT_VALUE = re.compile(r"s\d")

Rule = Callable[[str], Restriction]


class Searching:
    """Answers queries."""

    def __init__(
        self, pool: asyncpg.Pool, tables: Tables, keys: Keys, definitions: Definitions, clock: Clock
    ) -> None:
        """`pool` plans every statement anew: a plan made for other values can be a thousand times slower."""
        self._pool = pool
        self._tables = tables
        self._keys = keys
        self._definitions = definitions
        self._clock = clock

    async def search(self, tenant: int, query: Query, *, restriction: Rule) -> SearchPage:
        """One page. Raises AKS-STORE-021 (not offered), -022 (foreign cursor)."""
        present = await self._tables.having(statement.types_of(query))
        if query.type not in present:
            counted = query.total == "accurate" or query.summary == "count" or query.count == 0
            return SearchPage((), (), 0 if counted else None, None)
        total = None
        if query.summary == "count" or query.count == 0 or query.total in ("accurate", "estimate"):
            sql = statement.count(query, self._scope(tenant, query, restriction, present.__contains__))
            total = await self._pool.fetchval(sql.text, *sql.arguments)
        if query.summary == "count" or query.count == 0:
            return SearchPage((), (), total, None)
        return await self._page(tenant, query, restriction, present, total)

    def explain(self, tenant: int, query: Query, *, restriction: Rule) -> Sql:
        """The statement of the page as it would be sent."""
        scope = self._scope(tenant, query, restriction, lambda _type: True)
        if query.summary == "count" or query.count == 0:
            return statement.count(query, scope)
        return statement.page(query, scope, limit=min(query.count, PAGE_MAX) + 1)

    async def _page(
        self, tenant: int, query: Query, rule: Rule, present: frozenset[str], total: int | None
    ) -> SearchPage:
        size = min(query.count, PAGE_MAX)
        scope = self._scope(tenant, query, rule, present.__contains__)
        sql = statement.page(query, scope, limit=size + 1, with_refs=bool(query.includes))
        rows = await self._pool.fetch(sql.text, *sql.arguments)
        cursor = None
        if len(rows) > size:
            last = dict(rows[size - 1])
            cursor = order.encode(tuple(value for name, value in last.items() if _SORT_VALUE.fullmatch(name)))
            rows = rows[:size]
        matches = [(query.type, row) for row in rows]
        included = (
            await self._include(tenant, query, matches, rule) if query.includes or query.revincludes else []
        )
        return SearchPage(
            matches=self._versions(matches),
            included=self._versions(included),
            total=total,
            next_cursor=cursor,
            patients={
                f"{t}/{row['id']}": tuple(row["patient_ids"] or ()) for t, row in (*matches, *included)
            },
        )

    def _scope(self, tenant: int, query: Query, rule: Rule, exists: Callable[[str], bool]) -> Scope:
        arguments = Arguments()
        return Scope(
            type=query.type,
            alias=arguments.alias(),
            tenant=tenant,
            arguments=arguments,
            keys=self._keys,
            definitions=self._definitions,
            restriction=rule,
            exists=exists,
            now=self._clock.now(),
        )

    def _versions(self, rows: Iterable[tuple[str, Row]]) -> tuple[StoredVersion, ...]:
        return tuple(stored_version(type, row) for type, row in rows)

    async def _include(
        self, tenant: int, query: Query, matches: list[tuple[str, Row]], rule: Rule
    ) -> list[tuple[str, Row]]:
        """What the page leads to and what leads to it; with `:iterate` also from there, a few rounds."""
        known = {(type, row["id"]) for type, row in matches}
        found: list[tuple[str, Row]] = []
        frontier = matches
        for number in range(INCLUDE_ROUNDS_MAX):
            again = number > 0
            forward = [i for i in query.includes if i.iterate or not again]
            backward = [i for i in query.revincludes if i.iterate or not again]
            wanted = self._targets(tenant, forward, frontier) - known
            new = await self._fetch(tenant, wanted, rule)
            new += await self._referring(tenant, backward, frontier, rule)
            frontier = []
            for type, row in new:
                if (type, row["id"]) not in known:
                    known.add((type, row["id"]))
                    frontier.append((type, row))
            found += frontier
            if len(found) > INCLUDED_MAX:
                raise _too_many()
            if not frontier:
                break
        return found

    def _targets(
        self, tenant: int, includes: list[Include], rows: list[tuple[str, Row]]
    ) -> set[tuple[str, str]]:
        """References written in the bodies that the index knows under the parameter asked for.

        The body has the value, `refs` its hash under each parameter: so no reference is stored a second time as text.
        """
        wanted: set[tuple[str, str]] = set()
        for type, row in rows:
            asked = [include for include in includes if include.source == type]
            if not asked or row["body"] is None:
                continue
            refs = set(row["refs"] or ())
            for reference in {found.decode() for found in _LOCAL.findall(row["body"])}:
                target, _, id = reference.partition("/")
                if any(self._leads(tenant, include, type, reference, target, refs) for include in asked):
                    wanted.add((target, id))
        return wanted

    def _leads(
        self, tenant: int, include: Include, type: str, reference: str, target: str, refs: set[int]
    ) -> bool:
        if include.target not in (None, target):
            return False
        return include.param == "*" or self._keys.reference(tenant, type, include.param, reference) in refs

    async def _fetch(self, tenant: int, wanted: set[tuple[str, str]], rule: Rule) -> list[tuple[str, Row]]:
        by_type: dict[str, list[str]] = {}
        for type, id in sorted(wanted):
            by_type.setdefault(type, []).append(id)
        rows: list[tuple[str, Row]] = []
        for type in sorted(await self._tables.having(t for t in by_type if self._definitions.has(t))):
            ids = by_type[type]
            arguments = Arguments([tenant, type, ids, [bucket_of(id) for id in ids]])
            seen = self._seen(tenant, type, rule, arguments)
            sql = (
                f"select {self._columns()} from unnest($3::text[], $4::smallint[]) k(id, bucket) "
                "left join record.idmap m "
                "on m.tenant = $1::int and m.bucket = k.bucket and m.type = $2::text and m.id = k.id "
                f"join {table_of(type)} t on t.tenant = $1::int and t.bucket = coalesce(m.target, k.bucket) and t.id = k.id "
                f"where t.body is not null and {seen}"
            )
            rows += [(type, row) for row in await self._pool.fetch(sql, *arguments.values)]
        return rows

    async def _referring(
        self, tenant: int, includes: list[Include], rows: list[tuple[str, Row]], rule: Rule
    ) -> list[tuple[str, Row]]:
        found: list[tuple[str, Row]] = []
        present = await self._tables.having(include.source for include in includes)
        for include in includes:
            targets = [f"{type}/{row['id']}" for type, row in rows if include.target in (None, type)]
            if not targets or include.source not in present:
                continue
            hashes = [
                self._keys.reference(tenant, include.source, param, target)
                for param in self._params(include)
                for target in targets
            ]
            arguments = Arguments([tenant, hashes, INCLUDED_MAX + 1])
            seen = self._seen(tenant, include.source, rule, arguments)
            sql = (
                f"select {self._columns()} from {table_of(include.source)} t "
                f"where t.tenant = $1::int and t.refs && $2::bigint[] and t.body is not null and {seen} "
                "order by t.id limit $3::int"
            )
            found += [(include.source, row) for row in await self._pool.fetch(sql, *arguments.values)]
        return found

    def _params(self, include: Include) -> list[str]:
        if include.param != "*":
            return [include.param]
        parameters = self._definitions.search_parameters(include.source)
        return [code for code, parameter in parameters.items() if parameter.type == "reference"]

    def _seen(self, tenant: int, type: str, rule: Rule, arguments: Arguments) -> str:
        return restriction.condition(rule(type), "t", tenant=tenant, keys=self._keys, arguments=arguments)

    @staticmethod
    def _columns() -> str:
        return ", ".join(f"t.{name}" for name in (*statement.COLUMNS, "refs"))


def _too_many() -> Problem:
    return Problem(
        ProblemKind.TOO_LARGE,
        "AKS-STORE-023",
        f"The page would include more than {INCLUDED_MAX} further resources.",
        now="Ask for a smaller page (_count) or fewer includes.",
    )
