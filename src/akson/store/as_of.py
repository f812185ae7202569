"""A search of one patient's record as it was at an earlier instant.

The versions that were current then are indexed anew, with the same code as at their writing, into a table of this
transaction alone; the very statement that searches the present then searches it. Chains, `_has`, includes and lists would
lead out of it, and are refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import asyncpg

from akson.access.decision import Restriction
from akson.fhir.codec.json import parse
from akson.fhir.definitions import Definitions
from akson.fhir.extraction import extract
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, every_term
from akson.store.buckets import bucket_of
from akson.store.commit import COLUMNS
from akson.store.compartment import Compartment
from akson.store.index_row import INDEX_VERSION, index_row
from akson.store.keys import Keys
from akson.store.rows import CODEC_PLAIN, method_number, stored_version
from akson.store.search import order, statement
from akson.store.search.hiding import Redactions
from akson.store.search.scope import Arguments, Scope
from akson.store.searching import View
from akson.store.tables import table_of
from akson.store.values import SearchPage, StoredVersion
from akson.world import Aside

PAGE_MAX = 1_000
_TABLE = "as_of"


class AsOf:
    def __init__(
        self,
        pool: asyncpg.Pool,
        compartment: Compartment,
        keys: Keys,
        definitions: Definitions,
        aside: Aside,
    ) -> None:
        self._aside = aside
        self._pool = pool
        self._compartment = compartment
        self._keys = keys
        self._definitions = definitions

    async def search(
        self,
        tenant: int,
        patient: str,
        query: Query,
        at: datetime,
        *,
        restriction: Callable[[str], Restriction],
        redactions: Redactions,
    ) -> SearchPage:
        """Raises UNSUPPORTED AKS-STORE-025 for what would lead out of the record, TOO_LARGE AKS-STORE-024."""
        _refuse_leading_out(query)
        found = await self._compartment.as_of(
            tenant, patient, query.type, at, restriction=restriction(query.type)
        )
        if not found:
            return SearchPage((), (), 0, None)
        # Ten thousand resources take a second to index; others are answered meanwhile.
        size = sum(len(version.body or b"") for version in found)
        rows = await self._aside(size, lambda: [self._row(tenant, version) for version in found])
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                f"create temp table {_TABLE} (like {table_of(query.type)}) on commit drop"
            )
            await connection.copy_records_to_table(_TABLE, records=rows, columns=COLUMNS)
            return await self._page(connection, tenant, query, at, View(restriction, redactions))

    async def _page(
        self,
        connection: asyncpg.Connection,
        tenant: int,
        query: Query,
        at: datetime,
        view: View,
    ) -> SearchPage:
        counting = statement.count(query, self._scope(tenant, query, at, view))
        total = await connection.fetchval(counting.text, *counting.arguments)
        size = min(query.count, PAGE_MAX)
        if query.summary == "count" or size == 0:
            return SearchPage((), (), total, None)
        sql = statement.page(query, self._scope(tenant, query, at, view), limit=size + 1)
        rows = await connection.fetch(sql.text, *sql.arguments)
        cursor = None
        if len(rows) > size:
            last = dict(rows[size - 1])
            cursor = order.encode(
                tuple(v for name, v in last.items() if name[0] == "s" and name[1:].isdigit())
            )
        matches = tuple(stored_version(query.type, row) for row in rows[:size])
        return SearchPage(matches, (), total, cursor)

    def _scope(self, tenant: int, query: Query, at: datetime, view: View) -> Scope:
        arguments = Arguments()
        return Scope(
            type=query.type,
            alias=arguments.alias(),
            tenant=tenant,
            arguments=arguments,
            keys=self._keys,
            definitions=self._definitions,
            restriction=view.restriction,
            redactions=view.redactions,
            exists=lambda type: type == query.type,
            # `ap` widens by the distance from now: then.
            now=lambda: at,
            source=f"pg_temp.{_TABLE}",
        )

    def _row(self, tenant: int, version: StoredVersion) -> Sequence[object]:
        values = extract(parse(version.body or b"{}"))
        # Whose it was then is what was stored with that version.
        values.patients = version.patients
        return (
            tenant,
            version.version,
            version.updated,
            self._keys.target(tenant, f"{version.type}/{version.id}"),
            bucket_of(version.id),
            method_number(version.method),
            INDEX_VERSION,
            CODEC_PLAIN,
            version.id,
            *index_row(self._keys, tenant, version.type, values).columns(),
            version.body,
            list(version.labels) or None,
            version.released,
        )


def _refuse_leading_out(query: Query) -> None:
    own = statement.types_of(replace(query, parts=())) == {query.type}
    lists = any(term.kind == "list" for _, term in every_term(query))
    if query.parts or query.includes or query.revincludes or not own or lists:
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-STORE-025",
            "A search in the past is offered for one type and its own parameters.",
            why="Chains, _has, _include, _revinclude, _list and several types would lead to what stands now.",
            now="Search each type by itself, or read single resources as of that time.",
        )
