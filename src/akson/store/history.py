"""History of a resource, a type or everything as SQL. Pure. Spec: https://hl7.org/fhir/R4/http.html#history.

Today's restriction applies to the patients each version had: a version once written about the wrong patient stays his.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from akson.access.decision import Restriction
from akson.store import cursors
from akson.store.buckets import bucket_of
from akson.store.keys import Keys
from akson.store.rows import Row
from akson.store.search.restriction import condition
from akson.store.search.scope import Arguments
from akson.store.tables import history_of, table_of
from akson.store.values import Sql

_COLUMNS = "t.id, t.version, t.updated, t.method, t.patient_ids, t.body_codec, t.body, t.labels, t.released"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose history, and which part of it; without a type that of everything."""

    tenant: int
    type: str | None
    id: str | None
    since: datetime | None = None
    during: tuple[datetime, datetime] | None = None
    """Only versions that were current at some moment of [from, to)."""
    oldest_first: bool = False


Rule = Callable[[str], Restriction]


def page(
    asked: Asked, types: Sequence[str], rule: Rule, keys: Keys, *, count: int, cursor: str | None
) -> Sql:
    """count + 1 rows, newest or oldest first; each branch is limited by itself so that long histories stay cheap."""
    arguments = Arguments()
    limit = arguments.add(count + 1, "int")
    place = _decode(cursor) if cursor else None
    way, beyond = ("asc", ">") if asked.oldest_first else ("desc", "<")
    order = f"order by updated {way}, type, id, version {way}"
    branches = []
    for source, type, where in _branches(asked, types, rule, keys, arguments):
        if place is not None:
            where += f" and {_after(place, type, arguments, beyond)}"
        select = f"select {arguments.add(type, 'text')} as type, {_COLUMNS} from {source} t where {where}"
        branches.append(f"({select} {order} limit {limit})")
    text = f"select * from ({' union all '.join(branches)}) every {order} limit {limit}"
    return Sql(text, tuple(arguments.values))


def total(asked: Asked, types: Sequence[str], rule: Rule, keys: Keys) -> Sql:
    arguments = Arguments()
    counts = [
        f"(select count(*) from {s} t where {where})"
        for s, _, where in _branches(asked, types, rule, keys, arguments)
    ]
    return Sql(f"select {' + '.join(counts)}", tuple(arguments.values))


def _branches(
    asked: Asked, types: Sequence[str], rule: Rule, keys: Keys, arguments: Arguments
) -> list[tuple[str, str, str]]:
    """(table, type, condition) for the current and the superseded rows of each type."""
    branches = []
    tenant = arguments.add(asked.tenant, "int")
    for type in types:
        further = ""
        if asked.id is not None:
            further += f" and {_place(asked, type, asked.id, arguments)}"
        if asked.since is not None:
            further += f" and t.updated >= {arguments.add(asked.since, 'timestamptz')}"
        if asked.during is not None:
            begin, end = (arguments.add(moment, "timestamptz") for moment in asked.during)
            further += f" and t.updated < {end} and {current_at(type, begin)}"
        for table, superseded in ((table_of(type), False), (history_of(type), True)):
            # An id finds its own rows; of a whole type those few that may be seen are found by whose they are.
            seen = condition(
                rule(type), "t", tenant=asked.tenant, keys=keys, arguments=arguments, indexed=asked.id is None,
                current=False, superseded=superseded,
            )  # fmt: skip
            branches.append((table, type, f"t.tenant = {tenant} and {seen}{further}"))
    return branches


def current_at(type: str, at: str) -> str:
    """SQL: no later version of the row `t` stood at `at` already."""
    key = "s.tenant = t.tenant and s.bucket = t.bucket and s.id = t.id and s.version = t.version + 1"
    later = (
        f"select from {source} s where {key} and s.updated <= {at}"
        for source in (table_of(type), history_of(type))
    )
    return " and ".join(f"not exists ({select})" for select in later)


def _place(asked: Asked, type: str, id: str, arguments: Arguments) -> str:
    tenant, bucket = arguments.add(asked.tenant, "int"), arguments.add(bucket_of(id), "smallint")
    name, wanted = arguments.add(type, "text"), arguments.add(id, "text")
    mapped = (
        f"select m.target from record.idmap m where m.tenant = {tenant} and m.bucket = {bucket} "
        f"and m.type = {name} and m.id = {wanted}"
    )
    return f"t.bucket = coalesce(({mapped}), {bucket}) and t.id = {wanted}"


def _after(place: tuple[datetime, str, str, int], type: str, arguments: Arguments, beyond: str) -> str:
    updated, last_type, id, version = place
    at = arguments.add(updated, "timestamptz")
    if type < last_type:
        return f"t.updated {beyond} {at}"
    if type > last_type:
        return f"t.updated {beyond}= {at}"
    last = arguments.add(id, "text")
    tie = f"t.id > {last} or (t.id = {last} and t.version {beyond} {arguments.add(version, 'int')})"
    return f"(t.updated {beyond} {at} or (t.updated = {at} and ({tie})))"


def encode(row: Row) -> str:
    return cursors.encode((row["updated"].isoformat(), row["type"], row["id"], str(row["version"])))


def _decode(cursor: str) -> tuple[datetime, str, str, int]:
    updated, type, id, version = cursors.decode(cursor, 4)
    try:
        return datetime.fromisoformat(updated), type, id, int(version)
    except ValueError:
        raise cursors.foreign() from None
