"""A whole search as SQL: the page of matches, and the exact count. Pure; the stages are parts of one text."""

from dataclasses import replace

from akson.fhir.search.query import ChainValue, Query
from akson.store.search import order, terms
from akson.store.search.scope import Scope
from akson.store.tables import table_of
from akson.store.values import Sql

COLUMNS = ("id", "version", "updated", "method", "patient_ids", "body_codec", "body")


def page(query: Query, scope: Scope, *, limit: int, with_refs: bool = False) -> Sql:
    """At most `limit` rows with COLUMNS, then sort values s0, s1, …, then refs when asked for."""
    condition = terms.rows(query, scope)
    keys = order.keys(query.sort, scope)
    if query.cursor:
        condition += f" and {order.after(keys, query.cursor, scope)}"
    chosen = [scope.column(name) for name in COLUMNS]
    chosen += [f"{key.sql} as s{number}" for number, key in enumerate(keys)]
    if with_refs:
        chosen.append(scope.column("refs"))
    text = (
        f"select {', '.join(chosen)}\n"
        f"from {table_of(query.type)} {scope.alias}\n"
        f"where {condition}\n"
        f"order by {', '.join(key.clause for key in keys)}\n"
        f"limit {scope.arguments.add(limit, 'int')}"
    )
    return Sql(text, tuple(scope.arguments.values))


def count(query: Query, scope: Scope) -> Sql:
    """The exact number of visible matches."""
    condition = terms.rows(replace(query, cursor=None, sort=()), scope)
    text = f"select count(*)\nfrom {table_of(query.type)} {scope.alias}\nwhere {condition}"
    return Sql(text, tuple(scope.arguments.values))


def types_of(query: Query) -> set[str]:
    """Every type a search touches through its terms."""
    found = {query.type}
    for term in query.terms:
        for value in term.values:
            if isinstance(value, ChainValue):
                found |= types_of(value.query)
    return found
