"""Chains `patient.name=X` and reverse chains `_has:Observation:patient:code=x`. Spec: https://hl7.org/fhir/R4/search.html#chaining.

The row at the other end is under its own type's restriction: nobody learns through a chain what he may not read.
`rows(query, scope)` gives the condition on that row; it is passed in because it, in turn, knows chains.
"""

from collections.abc import Callable

from akson.fhir.search.query import ChainValue, Query, ReferenceValue, Term
from akson.store.principal import ONE_PATIENT, PATIENT_PARAMS
from akson.store.search.hiding import visible_only
from akson.store.search.scope import Scope, disjunction
from akson.store.tables import table_of

Rows = Callable[[Query, Scope], str]


def is_chain(term: Term) -> bool:
    return any(isinstance(value, ChainValue) for value in term.values)


def names_patient(term: Term, type: str) -> bool:
    """Whether the term pins the one patient the rows are about."""
    return (
        type in ONE_PATIENT
        and term.kind == "reference"
        and term.param in PATIENT_PARAMS
        and bool(term.values)
        and all(isinstance(value, ReferenceValue) and value.type == "Patient" for value in term.values)
    )


def chain_condition(term: Term, scope: Scope, rows: Rows) -> str:
    """Some row at the other end of the reference fulfils the query. One query per type the reference may lead to."""
    queries = [value.query for value in term.values if isinstance(value, ChainValue)]
    return disjunction(
        [_forward(term.param, query, scope, rows) for query in queries if scope.exists(query.type)]
    )


def _forward(param: str, query: Query, scope: Scope, rows: Rows) -> str:
    inner = scope.inner(query.type)
    mark = scope.arguments.add(scope.keys.reference_mark(scope.type, param), "bigint")
    source = f"{table_of(query.type)} {inner.alias}"
    refs = scope.column("refs")
    if scope.type in ONE_PATIENT and param in PATIENT_PARAMS and query.type == "Patient":
        patient = scope.column("patient")
        condition = rows(query, inner)
        linked = f"({refs} @> array[{patient} # {mark}]) is true"
        return f"({linked} and {patient} in (select {inner.column('self')} from {source} where {condition}))"
    if scope.narrow:
        linked = f"{inner.column('self')} = any(array(select r # {mark} from unnest({refs}) r))"
        return f"exists (select from {source} where {linked} and {rows(query, inner)})"
    return f"{refs} && array(select {inner.column('self')} # {mark} from {source} where {rows(query, inner)})"


def has_condition(term: Term, scope: Scope, rows: Rows) -> str:
    """Some row of another type refers to this one and fulfils the query."""
    queries = [value.query for value in term.values if isinstance(value, ChainValue)]
    return disjunction(
        [_backward(term.reverse or "", query, scope, rows) for query in queries if scope.exists(query.type)]
    )


def _backward(param: str, query: Query, scope: Scope, rows: Rows) -> str:
    inner = scope.inner(query.type)
    mark = scope.arguments.add(scope.keys.reference_mark(query.type, param), "bigint")
    source = f"{table_of(query.type)} {inner.alias}"
    own, refs = scope.column("self"), inner.column("refs")
    if query.type in ONE_PATIENT and param in PATIENT_PARAMS and scope.type == "Patient":
        patient = inner.column("patient")
        linked = visible_only(f"({refs} @> array[{patient} # {mark}]) is true", param, inner)
        return f"{own} in (select {patient} from {source} where {linked} and {rows(query, inner)})"
    if scope.narrow:
        linked = visible_only(f"{refs} @> array[{own} # {mark}]", param, inner)
        return f"exists (select from {source} where {linked} and {rows(query, inner)})"
    # Every reference of the rows found, under this parameter's mark: what stands under another meets nobody's hash.
    found = visible_only(rows(query, inner), param, inner)
    return f"{own} = any(array(select distinct r # {mark} from {source}, unnest({refs}) r where {found}))"
