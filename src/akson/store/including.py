"""`_include` and `_revinclude`: what a page leads to and what leads to it, under each type's own restriction.

With `:iterate` also from what was included last, a few rounds. Spec: https://hl7.org/fhir/R4/search.html#revinclude
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import asyncpg

from akson.access.decision import Restriction
from akson.fhir.codec.references import local_references
from akson.fhir.codec.without import without
from akson.fhir.definitions import Definitions
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Include, Query
from akson.store.buckets import bucket_of, keeps_place
from akson.store.keys import Keys
from akson.store.lanes import Lanes
from akson.store.rows import COLUMNS, Row, stored_versions
from akson.store.search import restriction
from akson.store.search.hiding import (
    Redactions,
    hidden_elements,
    hidden_parameters,
    names_column,
    visible_only,
)
from akson.store.search.scope import Arguments, Scope, disjunction
from akson.store.tables import Tables, at_place, table_of
from akson.store.values import StoredVersion

INCLUDED_MAX = 2_000
"""Resources added to one page."""
INCLUDE_ROUNDS_MAX = 4
"""How often `:iterate` follows what was included last."""
EVERY = "*"


Rule = Callable[[str], Restriction]
Rows = list[tuple[str, Row]]
Found = Sequence[tuple[Row, StoredVersion]]
"""What a page has: a row, and what was read out of it, since bodies are unpacked once."""
_COLUMNS = ", ".join(f"t.{name}" for name in (*COLUMNS, "refs"))


class Including:
    """Follows references of rows found."""

    def __init__(
        self, pool: asyncpg.Pool, tables: Tables, keys: Keys, definitions: Definitions, *, steady: Lanes
    ) -> None:
        """Rows found by id are found the same way whatever the ids; who refers to a page is planned for that page."""
        self._pool = pool
        self._steady = steady
        self._tables = tables
        self._keys = keys
        self._definitions = definitions

    async def include(
        self, tenant: int, query: Query, matches: Found, rule: Rule, redactions: Redactions
    ) -> tuple[StoredVersion, ...]:
        """What is to stand beside the matches, each once. Raises TOO_LARGE AKS-STORE-023."""
        known = {(match.type, match.id) for _, match in matches}
        found: list[StoredVersion] = []
        frontier = matches
        for number in range(INCLUDE_ROUNDS_MAX):
            again = number > 0
            forward = [i for i in query.includes if i.iterate or not again]
            backward = [i for i in query.revincludes if i.iterate or not again]
            wanted = self._targets(tenant, forward, frontier) - known
            new = await self._fetch(tenant, wanted, rule, redactions) if wanted else []
            if backward:
                new += await self._referring(tenant, backward, frontier, rule, redactions)
            added: Rows = []
            for type, row in new:
                if (type, row["id"]) not in known:
                    known.add((type, row["id"]))
                    added.append((type, row))
            versions = stored_versions(added)
            frontier = [(row, version) for (_, row), version in zip(added, versions, strict=True)]
            found += versions
            if len(found) > INCLUDED_MAX:
                raise _too_many()
            if not frontier:
                break
        return tuple(found)

    def _targets(self, tenant: int, includes: Sequence[Include], found: Found) -> set[tuple[str, str]]:
        """References written in the bodies that the index knows under the parameter asked for.

        The body has the value, `refs` its hash under each parameter: so no reference is stored a second time as text.
        """
        wanted: set[tuple[str, str]] = set()
        for row, version in found:
            type, body = version.type, version.body
            asked = [include for include in includes if include.source in (type, EVERY)]
            if not asked or body is None:
                continue
            refs = set(row["refs"] or ())
            if row["hidden"]:
                body = without(body, hidden_elements(type, row["hidden"]))
                hidden = hidden_parameters(lambda _type, names=row["hidden"]: names, type)
                asked = [include for include in asked if include.param not in hidden]
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

    async def _fetch(
        self, tenant: int, wanted: set[tuple[str, str]], rule: Rule, redactions: Redactions
    ) -> Rows:
        by_type: dict[str, list[str]] = {}
        for type, id in sorted(wanted):
            by_type.setdefault(type, []).append(id)
        rows: Rows = []
        for type in sorted(await self._tables.having(t for t in by_type if self._definitions.has(t))):
            ids = by_type[type]
            arguments = Arguments([tenant, ids, [bucket_of(id) for id in ids]])
            seen = self._seen(tenant, type, rule, arguments, indexed=False)
            hidden = self._hidden(tenant, type, redactions, arguments)
            placed = all(keeps_place(type, id) for id in ids)
            sql = (
                f"select {_COLUMNS}, {hidden} from unnest($2::text[], $3::smallint[]) k(id, bucket) "
                f"{at_place(type, '$1::int', placed=placed)} where t.body is not null and {seen}"
            )
            rows += [(type, row) for row in await self._steady.fetch(sql, *arguments.values)]
        return rows

    async def _referring(
        self, tenant: int, includes: Sequence[Include], page: Found, rule: Rule, redactions: Redactions
    ) -> Rows:
        found: Rows = []
        for include in await self._spelled_out(includes):
            targets = [f"{v.type}/{v.id}" for _, v in page if include.target in (None, v.type)]
            params = self._params(include, {target.partition("/")[0] for target in targets})
            if not targets or not params:
                continue
            arguments = Arguments([tenant, INCLUDED_MAX + 1])
            scope = self._scope(tenant, include.source, arguments, rule, redactions)
            refers = self._refers(params, targets, scope)
            seen = self._seen(tenant, include.source, rule, arguments)
            hidden = self._hidden(tenant, include.source, redactions, arguments)
            sql = (
                f"select {_COLUMNS}, {hidden} from {table_of(include.source)} t "
                f"where t.tenant = $1::int and {refers} and t.body is not null and {seen} "
                "order by t.id limit $2::int"
            )
            # Who refers to one Patient is a walk through her rows.
            way = self._steady if _one_patients(targets) else self._pool
            found += [(include.source, row) for row in await way.fetch(sql, *arguments.values)]
        return found

    def _refers(self, params: Sequence[str], targets: Sequence[str], scope: Scope) -> str:
        """The row refers to a target under one of the parameters, and not only by what is hidden in it."""
        sometimes = hidden_parameters(scope.redactions, scope.type)
        always = [param for param in params if param not in sometimes]
        tests = [self._overlap(always, targets, scope)] if always else []
        for param in params:
            if param in sometimes:
                tests.append(visible_only(self._overlap([param], targets, scope), param, scope))
        return disjunction(tests)

    def _overlap(self, params: Sequence[str], targets: Sequence[str], scope: Scope) -> str:
        hashes = [
            self._keys.reference(scope.tenant, scope.type, param, target)
            for param in params
            for target in targets
        ]
        return f"t.refs && {scope.arguments.add(hashes, 'bigint[]')}"

    def _scope(
        self, tenant: int, type: str, arguments: Arguments, rule: Rule, redactions: Redactions
    ) -> Scope:
        return Scope(
            type=type,
            alias="t",
            tenant=tenant,
            arguments=arguments,
            keys=self._keys,
            definitions=self._definitions,
            restriction=rule,
            redactions=redactions,
            exists=lambda _type: True,
            now=lambda: datetime.min,
        )

    def _hidden(self, tenant: int, type: str, redactions: Redactions, arguments: Arguments) -> str:
        names = names_column(redactions, type, "t", tenant, self._keys, arguments)
        return f"{names or 'null::text[]'} as hidden"

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

    def _seen(self, tenant: int, type: str, rule: Rule, arguments: Arguments, *, indexed: bool = True) -> str:
        return restriction.condition(
            rule(type), "t", tenant=tenant, keys=self._keys, arguments=arguments, indexed=indexed
        )


def _one_patients(targets: Sequence[str]) -> bool:
    return len(targets) == 1 and targets[0].startswith("Patient/")


def _too_many() -> Problem:
    return Problem(
        ProblemKind.TOO_LARGE,
        "AKS-STORE-023",
        f"The page would include more than {INCLUDED_MAX} further resources.",
        now="Ask for a smaller page (_count) or fewer includes.",
    )
