"""A whole search as SQL: the page of matches, and the exact count. Pure; the stages are parts of one text.

A search over several types is one statement too: a branch for each, merged in the order asked for.
"""

from collections.abc import Sequence
from dataclasses import replace

from akson.fhir.search.query import ChainValue, JunctionValue, Query, Term, TokenValue
from akson.store.principal import ONE_PATIENT, PATIENT_PARAMS
from akson.store.rows import COLUMNS
from akson.store.search import order, terms
from akson.store.search.hiding import names_column
from akson.store.search.scope import Scope
from akson.store.search.terms.chain import is_chain, names_patient
from akson.store.tables import table_of
from akson.store.values import Sql

_STEADY = frozenset({"token", "reference", "date", "lastUpdated"})
PART = "part"
"""Which of the query's parts a row of a search over several types belongs to."""


def page(query: Query, scope: Scope, *, limit: int, with_refs: bool = False) -> Sql:
    """At most `limit` rows with COLUMNS, then sort values s0, s1, …, then refs when asked for."""
    text = _branch(query, scope, limit=limit, with_refs=with_refs)
    return Sql(text, tuple(scope.arguments.values))


def together(query: Query) -> bool:
    """Whether several of its shape may be one statement (`page_each`): each leaves few rows, whatever its values say."""
    simple = not (
        query.parts or query.cursor or query.sort or query.includes or query.revincludes or query.total
    )
    if not simple or query.summary == "count" or not query.count or any(map(is_chain, query.terms)):
        return False
    if any(names_patient(term, query.type) and len(term.values) == 1 for term in query.terms):
        return all(term.kind in _STEADY for term in query.terms)
    return any(map(terms.leaves_few, query.terms))


def page_each(query: Query, scope: Scope, *, limit: int) -> str:
    """`page` for each row of `k(n, a0, a1, …)`, whose columns hold the values: COLUMNS, the id as s0, and `n`.

    A plan that does not know the values must not walk through the ids until it has a page: what fulfils the condition
    is found first (`offset 0`), and then put in order.
    """
    condition = terms.rows(query, scope)
    chosen = ", ".join(scope.column(name) for name in COLUMNS)
    return (
        f"select few.*, k.n from k cross join lateral (\n"
        f"select {chosen}, {scope.column('id')} as s0\n"
        f"from (select * from {table_of(query.type)} {scope.alias} where {condition} offset 0) {scope.alias}\n"
        f"order by s0 limit {limit:d}) few\norder by k.n, few.s0"
    )


def union(query: Query, scopes: Sequence[Scope | None], *, limit: int, with_refs: bool = False) -> Sql:
    """As `page`, over the parts of the query; a scope of None is a part that has no rows. The last sort value is the part.

    Within the union the order is that of every branch, and then the part, so that equal ids of two types are two places.
    """
    branches, keys = [], ()
    arguments = next(scope for scope in scopes if scope).arguments
    for number, (part, scope) in enumerate(zip(query.parts, scopes, strict=True)):
        if scope is None:
            continue
        asked = replace(part, sort=query.sort, cursor=query.cursor)
        keys = order.keys(query.sort, replace(scope, arguments=type(arguments)()))
        branches.append(f"({_branch(asked, scope, limit=limit, with_refs=with_refs, part=number)})")
    clauses = [
        f"s{number} {'desc' if key.descending else 'asc'}{' nulls last' if key.nullable else ''}"
        for number, key in enumerate(keys)
    ]
    text = (
        "select * from (\n"
        + "\nunion all\n".join(branches)
        + f"\n) every_type order by {', '.join([*clauses, PART])} limit {arguments.add(limit, 'int')}"
    )
    return Sql(text, tuple(arguments.values))


def _branch(query: Query, scope: Scope, *, limit: int, with_refs: bool, part: int | None = None) -> str:
    condition = terms.rows(query, scope)
    keys = order.keys(query.sort, scope)
    if query.cursor:
        condition += f" and {_after(query.cursor, keys, scope, part)}"
    chosen = [scope.column(name) for name in COLUMNS]
    chosen += [f"{key.sql} as s{number}" for number, key in enumerate(keys)]
    if part is not None:
        chosen.append(f"{part} as {PART}")
    if with_refs:
        chosen.append(scope.column("refs"))
        hidden = names_column(
            scope.redactions, scope.type, scope.alias, scope.tenant, scope.keys, scope.arguments
        )
        chosen.append(f"{hidden or 'null::text[]'} as hidden")
    return (
        f"select {', '.join(chosen)}\n"
        f"from {scope.source or table_of(query.type)} {scope.alias}\n"
        f"where {condition}\n"
        f"order by {', '.join(key.clause for key in keys)}\n"
        f"limit {scope.arguments.add(limit, 'int')}"
    )


def _after(cursor: str, keys: tuple[order.Key, ...], scope: Scope, part: int | None) -> str:
    if part is None:
        return order.after(keys, order.decode(cursor, keys), scope)
    *values, last = order.decode(cursor, (*keys, order.Key(PART, "int", False, False)))
    return order.after(keys, values, scope, inclusive=part > int(str(last)))


def count(query: Query, scope: Scope) -> Sql:
    """The exact number of visible matches."""
    condition = terms.rows(replace(query, cursor=None, sort=()), scope)
    text = f"select count(*)\nfrom {scope.source or table_of(query.type)} {scope.alias}\nwhere {condition}"
    return Sql(text, tuple(scope.arguments.values))


def count_union(query: Query, scopes: Sequence[Scope | None]) -> Sql:
    """The exact number of visible matches over all parts."""
    parts = [(part, scope) for part, scope in zip(query.parts, scopes, strict=True) if scope]
    text = " + ".join(f"({count(part, scope).text})" for part, scope in parts)
    return Sql(f"select {text}", tuple(parts[0][1].arguments.values))


def planned_alike(query: Query) -> bool:
    """Whether one plan is best whatever the values.

    A walk through one patient's rows, tested one by one; rows found by id; or names and numbers that few rows share, found
    by the index, also at the patient end of a chain. What half of all rows may say (a status, a code) is planned for its
    very value.
    """
    if query.parts:
        return False
    if any(is_chain(term) for term in query.terms):
        return len(query.terms) == 1 and not query.sort and _identifies_patient(query.terms[0], query.type)
    if len(query.terms) == 1 and query.terms[0].kind == "id":
        return True
    if any(names_patient(term, query.type) and len(term.values) == 1 for term in query.terms):
        return all(term.kind in _STEADY for term in query.terms)
    return bool(query.terms) and not query.sort and all(map(_selective, query.terms))


def _identifies_patient(term: Term, type: str) -> bool:
    """`patient.identifier=system|value`: from the one patient it names to her rows."""
    return (
        term.reverse is None
        and term.param in PATIENT_PARAMS
        and type in ONE_PATIENT
        and len(term.values) == 1
        and all(
            isinstance(value, ChainValue)
            and value.query.type == "Patient"
            and len(value.query.terms) == 1
            and _names_one(value.query.terms[0])
            for value in term.values
        )
    )


def _names_one(term: Term) -> bool:
    """An identifier with its system; `system|` alone may be everybody's."""
    return (
        term.param == "identifier"
        and term.modifier is None
        and len(term.values) == 1
        and all(isinstance(value, TokenValue) and value.system and value.code for value in term.values)
    )


def _selective(term: Term) -> bool:
    named = term.kind == "string" or (term.kind == "token" and term.param == "identifier")
    return named and term.modifier is None and len(term.values) == 1


def types_of(query: Query) -> set[str]:
    """Every type a search touches through its terms."""
    found = set() if query.parts else {query.type}
    for part in query.parts:
        found |= types_of(part)
    for term in query.terms:
        found |= _types_of_term(term)
    return found


def _types_of_term(term: Term) -> set[str]:
    found: set[str] = set()
    for value in term.values:
        if isinstance(value, ChainValue):
            found |= types_of(value.query)
        elif isinstance(value, JunctionValue):
            found = found.union(*(_types_of_term(inner) for inner in value.terms))
    return found
