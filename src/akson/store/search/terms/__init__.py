"""One file per kind of search parameter: a term and its scope to a condition in SQL. Files do not know each other.

To add one: write `<kind>.py` with `condition(term, scope) -> str`, add its line here, its forms to ../../index_row.py,
a test beside the others, and raise INDEX_VERSION when rows are indexed differently.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from akson.fhir.search.query import ChainValue, MissingValue, Query, Term, TokenValue
from akson.store.principal import UNIONS, WHOLE_COMPOSITES
from akson.store.search import restriction
from akson.store.search.hiding import or_hidden, visible_only
from akson.store.search.scope import Scope, conjunction, disjunction, unsupported
from akson.store.search.terms import (
    compartment,
    composite,
    date,
    filter,
    fulltext,
    id,
    last_updated,
    number,
    quantity,
    reference,
    special,
    string,
    token,
    uri,
)
from akson.store.search.terms.chain import chain_condition, has_condition, is_chain, names_patient

_FULFILLED_BY_NOTHING = frozenset({"not", "not-in"})
"""Modifiers that find resources without any value."""
_KINDS: Mapping[str, Callable[[Term, Scope], str]] = {
    "compartment": compartment.condition,
    "date": date.condition,
    "fulltext": fulltext.condition,
    "id": id.condition,
    "lastUpdated": last_updated.condition,
    "number": number.condition,
    "quantity": quantity.condition,
    "reference": reference.condition,
    "special": special.condition,
    "string": string.condition,
    "token": token.condition,
    "uri": uri.condition,
}


def rows(query: Query, scope: Scope) -> str:
    """Everything a row of the scope's table must fulfil: tenant, alive, restriction, terms."""
    parts = [
        f"{scope.column('tenant')} = {scope.arguments.add(scope.tenant, 'int')}",
        f"{scope.column('body')} is not null",
    ]
    scope = _narrowed(query, scope)
    parts += [of_term(term, scope) for term in query.terms]
    parts.append(
        restriction.condition(
            scope.restriction(scope.type),
            scope.alias,
            tenant=scope.tenant,
            keys=scope.keys,
            arguments=scope.arguments,
            # Where few rows are left the relations need not find them; they are asked row by row.
            indexed=not (scope.narrow or any(map(leaves_few, query.terms))),
        )
    )
    return conjunction([part for part in parts if part != "true"])


def leaves_few(term: Term) -> bool:
    """Whether an identifier, here or at the other end of a chain, leaves few rows; unlike `narrow` by way of an index."""
    if is_chain(term) and term.kind == "reference":
        return all(
            any(map(leaves_few, value.query.terms)) for value in term.values if isinstance(value, ChainValue)
        )
    return (
        term.param == "identifier"
        and term.modifier is None
        and all(isinstance(value, TokenValue) and value.system and value.code for value in term.values)
    )


def of_term(term: Term, scope: Scope) -> str:
    """The term as a condition. In rows where what it reads is hidden from the reader, it reads nothing."""
    union = UNIONS.get(scope.type, {}).get(term.param)
    if union is not None and term.kind not in ("filter", "has"):
        return _union(term, union, scope)
    missing = [value for value in term.values if isinstance(value, MissingValue)]
    if missing:
        return disjunction([_missing(term, value, scope) for value in missing])
    if term.modifier in _FULFILLED_BY_NOTHING:
        return or_hidden(_plain(term, scope), term.param, scope)
    return visible_only(_plain(term, scope), term.param, scope)


def _plain(term: Term, scope: Scope) -> str:
    if term.kind == "composite":
        return composite.condition(term, scope, of_term)
    if term.kind == "filter":
        return filter.condition(term, scope, of_term)
    if term.kind == "has":
        return has_condition(term, scope, rows)
    if is_chain(term):
        return chain_condition(term, scope, rows)
    kind = _KINDS.get(term.kind)
    if kind is None:
        raise unsupported(f"Search parameters of kind {term.kind} are not offered.")
    return kind(term, scope)


def _missing(term: Term, value: MissingValue, scope: Scope) -> str:
    if term.kind in ("id", "lastUpdated"):
        return "false" if value.missing else "true"
    # A composite of what stands in the resource itself is there when all its parts are.
    params = WHOLE_COMPOSITES.get(scope.type, {}).get(term.param, (term.param,))
    mark = scope.arguments.add([scope.token(param, "present") for param in params], "bigint[]")
    present = f"({scope.column('tokens')} @> {mark})"
    test = f"{present} is {'not true' if value.missing else 'true'}"
    for param in dict.fromkeys((term.param, *params)):
        test = or_hidden(test, param, scope) if value.missing else visible_only(test, param, scope)
    return test


def _union(term: Term, params: tuple[str, ...], scope: Scope) -> str:
    """What holds of one of the parameters; what is denied, of all of them. Each hides what is hidden of it."""
    each = [of_term(replace(term, param=param), scope) for param in params]
    if term.modifier in _FULFILLED_BY_NOTHING or MissingValue(True) in term.values:
        return or_hidden(f"({conjunction(each)})", term.param, scope)
    return visible_only(disjunction(each), term.param, scope)


def _narrowed(query: Query, scope: Scope) -> Scope:
    """Marks the scope narrow when an id or the patient leaves few rows whatever else is asked."""
    narrow = scope.narrow or any(
        term.kind in ("id", "compartment") or names_patient(term, scope.type) for term in query.terms
    )
    return replace(scope, narrow=narrow)
