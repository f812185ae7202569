"""Everything of one patient, of all types, in one statement. Spec: https://hl7.org/fhir/R4/patient-operation-everything.html

Each type is a branch with its own restriction, so that one decision's answer never leaks into another's table. What the
patient's resources refer to outside the compartment is an ordinary search by id, and not this module's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from akson.access.decision import Restriction
from akson.fhir.problem import Problem, ProblemKind
from akson.store import cursors
from akson.store.history import current_at
from akson.store.keys import Keys
from akson.store.rows import COLUMNS, stored_versions
from akson.store.search.restriction import condition
from akson.store.search.scope import Arguments
from akson.store.tables import Tables, history_of, table_of
from akson.store.values import Sql, StoredVersion

_COLUMNS = ", ".join(f"t.{name}" for name in COLUMNS)
WHOLE_MAX = 20_000
"""Resources of one patient in one answer without pages."""
AS_OF_MAX = 10_000
"""Resources of one type and one patient whose index is computed for a search in the past."""
Rule = Callable[[str], Restriction]


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of the compartment: None is all of it."""

    types: tuple[str, ...] | None = None
    since: datetime | None = None
    """Changed at or after."""
    start: datetime | None = None
    end: datetime | None = None
    """Care dates: what has none is always in."""


class Compartment:
    def __init__(self, pool: asyncpg.Pool, tables: Tables, keys: Keys) -> None:
        self._pool = pool
        self._tables = tables
        self._keys = keys

    async def everything(
        self,
        tenant: int,
        patient: str,
        part: Part,
        *,
        restriction: Rule,
        count: int | None,
        cursor: str | None,
    ) -> tuple[list[StoredVersion], str | None]:
        """In the order of type and id when `count` is given, and then where to go on."""
        known = sorted(
            await self._tables.refresh() if part.types is None else await self._tables.having(part.types)
        )
        place = cursors.decode(cursor, 2) if cursor else None
        if place is not None:
            known = [type for type in known if type >= place[0]]
        if not known:
            return [], None
        sql = self._sql(tenant, patient, part, known, restriction, count, place)
        rows = await self._pool.fetch(sql.text, *sql.arguments)
        found = list(stored_versions((known[row["place"]], row) for row in rows))
        if count is None and len(found) > WHOLE_MAX:
            raise Problem(
                ProblemKind.TOO_LARGE,
                "AKS-STORE-027",
                f"The record has more than {WHOLE_MAX} resources, too many for one answer.",
                now="Ask for it in pages, with _count.",
            )
        if count is None or len(found) <= count:
            return found, None
        last = found[count - 1]
        return found[:count], cursors.encode((last.type, last.id))

    async def as_of(
        self, tenant: int, patient: str, type: str, at: datetime, *, restriction: Restriction
    ) -> list[StoredVersion]:
        """Raises TOO_LARGE AKS-STORE-024 beyond AS_OF_MAX."""
        if not await self._tables.having([type]):
            return []
        arguments = Arguments()
        own, instant = arguments.add([patient], "text[]"), arguments.add(at, "timestamptz")
        about = arguments.add(self._keys.target(tenant, f"Patient/{patient}"), "bigint")
        seen = condition(restriction, "t", tenant=tenant, keys=self._keys, arguments=arguments, indexed=False)
        where = (
            f"t.tenant = {arguments.add(tenant, 'int')} and t.patient_ids @> {own} and t.updated <= {instant} "
            f"and t.body is not null and {seen} and {current_at(type, instant)}"
        )
        now = f"{where} and (t.patient = {about} or cardinality(t.patient_ids) > 1)"
        limit = arguments.add(AS_OF_MAX + 1, "int")
        sql = (
            f"select {_COLUMNS} from {table_of(type)} t where {now} union all "
            f"select {_COLUMNS} from {history_of(type)} t where {where} order by id limit {limit}"
        )
        rows = await self._pool.fetch(sql, *arguments.values)
        if len(rows) > AS_OF_MAX:
            raise Problem(
                ProblemKind.TOO_LARGE,
                "AKS-STORE-024",
                f"The patient had more than {AS_OF_MAX} resources of this type then.",
                now="Read the history of single resources.",
            )
        return list(stored_versions((type, row) for row in rows))

    def _sql(
        self,
        tenant: int,
        patient: str,
        part: Part,
        types: Sequence[str],
        rule: Rule,
        count: int | None,
        place: Sequence[str] | None,
    ) -> Sql:
        arguments = Arguments()
        where = self._where(tenant, patient, part, arguments)
        limit = f" limit {arguments.add((WHOLE_MAX if count is None else count) + 1, 'int')}"
        order = "" if count is None else " order by t.id"
        branches = []
        for place_of_type, type in enumerate(types):
            # The rows are found by the patient already, so the restriction need not find them once more.
            seen = condition(
                rule(type), "t", tenant=tenant, keys=self._keys, arguments=arguments, indexed=False
            )
            after = ""
            if place is not None and type == place[0]:
                after = f" and t.id > {arguments.add(place[1], 'text')}"
            branches.append(
                f"(select {_COLUMNS}, {place_of_type} as place from {table_of(type)} t "
                f"where {where} and {seen}{after}{order}{limit})"
            )
        every = "\nunion all\n".join(branches)
        # Without an order of its own a union may give its branches in any.
        whole = "" if count is None else " order by place, id"
        return Sql(f"select * from ({every}) every{whole}{limit}", tuple(arguments.values))

    def _where(self, tenant: int, patient: str, part: Part, arguments: Arguments) -> str:
        about = arguments.add(self._keys.target(tenant, f"Patient/{patient}"), "bigint")
        own = arguments.add([patient], "text[]")
        parts = [
            f"t.tenant = {arguments.add(tenant, 'int')}",
            # `patient` is one of them; the few rows that belong to several have an index of their own.
            f"(t.patient = {about} or (cardinality(t.patient_ids) > 1 and t.patient_ids @> {own}))",
            f"t.patient_ids @> {own}",
            "t.body is not null",
        ]
        if part.since is not None:
            parts.append(f"t.updated >= {arguments.add(part.since, 'timestamptz')}")
        if part.start is not None:
            parts.append(f"(t.date_hi is null or t.date_hi > {arguments.add(part.start, 'timestamptz')})")
        if part.end is not None:
            parts.append(f"(t.date_lo is null or t.date_lo < {arguments.add(part.end, 'timestamptz')})")
        return " and ".join(parts)
