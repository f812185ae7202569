"""`_include` and `_revinclude`: what a page leads to and what leads to it, under each type's own restriction.

With `:iterate` also from what was included last, a few rounds. Spec: https://hl7.org/fhir/R4/search.html#revinclude
"""

from collections.abc import Callable, Iterable, Sequence

import asyncpg

from akson.access.decision import Restriction
from akson.fhir.codec.references import local_references
from akson.fhir.definitions import Definitions
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Include, Query
from akson.store.buckets import bucket_of
from akson.store.keys import Keys
from akson.store.rows import Row
from akson.store.search import restriction, statement
from akson.store.search.scope import Arguments
from akson.store.tables import Tables, table_of
from akson.store.values import StoredVersion

INCLUDED_MAX = 2_000
"""Resources added to one page."""
INCLUDE_ROUNDS_MAX = 4
"""How often `:iterate` follows what was included last."""
EVERY = "*"


Rule = Callable[[str], Restriction]
VersionOf = Callable[[str, Row], StoredVersion]
Rows = list[tuple[str, Row]]
_COLUMNS = ", ".join(f"t.{name}" for name in (*statement.COLUMNS, "refs"))


class Including:
    """Follows references of rows found."""

    def __init__(self, pool: asyncpg.Pool, tables: Tables, keys: Keys, definitions: Definitions) -> None:
        self._pool = pool
        self._tables = tables
        self._keys = keys
        self._definitions = definitions

    async def include(
        self, tenant: int, query: Query, matches: Rows, rule: Rule, version_of: VersionOf
    ) -> Rows:
        """What is to stand beside the matches, each once. Raises TOO_LARGE AKS-STORE-023."""
        known = {(type, row["id"]) for type, row in matches}
        found: Rows = []
        frontier = matches
        for number in range(INCLUDE_ROUNDS_MAX):
            again = number > 0
            forward = [i for i in query.includes if i.iterate or not again]
            backward = [i for i in query.revincludes if i.iterate or not again]
            wanted = self._targets(tenant, forward, frontier, version_of) - known
            new = await self._fetch(tenant, wanted, rule) if wanted else []
            new += await self._referring(tenant, backward, frontier, rule) if backward else []
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
        self, tenant: int, includes: Sequence[Include], rows: Rows, version_of: VersionOf
    ) -> set[tuple[str, str]]:
        """References written in the bodies that the index knows under the parameter asked for.

        The body has the value, `refs` its hash under each parameter: so no reference is stored a second time as text.
        """
        wanted: set[tuple[str, str]] = set()
        for type, row in rows:
            asked = [include for include in includes if include.source in (type, EVERY)]
            body = version_of(type, row).body if asked else None
            if body is None:
                continue
            refs = set(row["refs"] or ())
            for target, id in local_references(body):
                reference = f"{target}/{id}"
                if any(self._leads(tenant, include, type, reference, target, refs) for include in asked):
                    wanted.add((target, id))
        return wanted

    def _leads(
        self, tenant: int, include: Include, type: str, reference: str, target: str, refs: set[int]
    ) -> bool:
        if include.target not in (None, target):
            return False
        return include.param == EVERY or self._keys.reference(tenant, type, include.param, reference) in refs

    async def _fetch(self, tenant: int, wanted: set[tuple[str, str]], rule: Rule) -> Rows:
        by_type: dict[str, list[str]] = {}
        for type, id in sorted(wanted):
            by_type.setdefault(type, []).append(id)
        rows: Rows = []
        for type in sorted(await self._tables.having(t for t in by_type if self._definitions.has(t))):
            ids = by_type[type]
            arguments = Arguments([tenant, type, ids, [bucket_of(id) for id in ids]])
            seen = self._seen(tenant, type, rule, arguments)
            sql = (
                f"select {_COLUMNS} from unnest($3::text[], $4::smallint[]) k(id, bucket) "
                "left join record.idmap m "
                "on m.tenant = $1::int and m.bucket = k.bucket and m.type = $2::text and m.id = k.id "
                f"join {table_of(type)} t on t.tenant = $1::int and t.bucket = coalesce(m.target, k.bucket) and t.id = k.id "
                f"where t.body is not null and {seen}"
            )
            rows += [(type, row) for row in await self._pool.fetch(sql, *arguments.values)]
        return rows

    async def _referring(self, tenant: int, includes: Sequence[Include], rows: Rows, rule: Rule) -> Rows:
        found: Rows = []
        for include in await self._spelled_out(includes):
            targets = [f"{type}/{row['id']}" for type, row in rows if include.target in (None, type)]
            hashes = [
                self._keys.reference(tenant, include.source, param, target)
                for param in self._params(include, {target.partition("/")[0] for target in targets})
                for target in targets
            ]
            if not hashes:
                continue
            arguments = Arguments([tenant, hashes, INCLUDED_MAX + 1])
            seen = self._seen(tenant, include.source, rule, arguments)
            sql = (
                f"select {_COLUMNS} from {table_of(include.source)} t "
                f"where t.tenant = $1::int and t.refs && $2::bigint[] and t.body is not null and {seen} "
                "order by t.id limit $3::int"
            )
            found += [(include.source, row) for row in await self._pool.fetch(sql, *arguments.values)]
        return found

    async def _spelled_out(self, includes: Sequence[Include]) -> list[Include]:
        """`_revinclude=*`: every type that has rows; sources without rows are left out."""
        present = await (
            self._tables.refresh()
            if any(include.source == EVERY for include in includes)
            else self._tables.having(include.source for include in includes)
        )
        spelled = [
            Include(type, include.param, include.target, include.iterate)
            for include in includes
            for type in (sorted(present) if include.source == EVERY else [include.source])
        ]
        return [include for include in dict.fromkeys(spelled) if include.source in present]

    def _params(self, include: Include, types: Iterable[str]) -> list[str]:
        """The parameters asked for that may point to one of `types` at all."""
        parameters = self._definitions.search_parameters(include.source)
        if include.param != EVERY:
            return [include.param]
        wanted = frozenset(types)
        return [
            code
            for code, parameter in parameters.items()
            if parameter.type == "reference" and (not parameter.targets or wanted & set(parameter.targets))
        ]

    def _seen(self, tenant: int, type: str, rule: Rule, arguments: Arguments) -> str:
        return restriction.condition(rule(type), "t", tenant=tenant, keys=self._keys, arguments=arguments)


def _too_many() -> Problem:
    return Problem(
        ProblemKind.TOO_LARGE,
        "AKS-STORE-023",
        f"The page would include more than {INCLUDED_MAX} further resources.",
        now="Ask for a smaller page (_count) or fewer includes.",
    )
