"""`_filter`: and, or, not over terms of every kind. Spec: https://hl7.org/fhir/R4/search_filter.html.

`not` means that the condition does not hold, so a row without any value fulfils it.
"""

from collections.abc import Callable
from dataclasses import replace

from akson.fhir.search.query import JunctionValue, Term
from akson.store.search.scope import Scope, conjunction, disjunction

OfTerm = Callable[[Term, Scope], str]


def condition(term: Term, scope: Scope, of_term: OfTerm) -> str:
    return disjunction(
        [_one(value, scope, of_term) for value in term.values if isinstance(value, JunctionValue)]
    )


def _one(value: JunctionValue, scope: Scope, of_term: OfTerm) -> str:
    if value.operator == "not":
        # Inside, nothing narrows: a row-by-row test is what NOT needs.
        inner = replace(scope, narrow=True)
        return f"({conjunction([of_term(term, inner) for term in value.terms])}) is not true"
    parts = [f"({of_term(term, scope)})" for term in value.terms]
    return disjunction(parts) if value.operator == "or" else f"({conjunction(parts)})"
