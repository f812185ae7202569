"""A compartment: some parameter that places the type in it refers to the one asked for.

Spec: https://hl7.org/fhir/R4/compartmentdefinition.html. Who may see the rows is the restriction's, as everywhere.
"""

from akson.fhir.search.query import ReferenceValue, Term
from akson.fhir.search.several import compartment_codes
from akson.store.search.scope import Scope, disjunction


def condition(term: Term, scope: Scope) -> str:
    values = [value for value in term.values if isinstance(value, ReferenceValue)]
    return disjunction([_one(f"{value.type}/{value.id}", term.param, scope) for value in values])


def _one(target: str, compartment: str, scope: Scope) -> str:
    codes = compartment_codes(compartment).get(scope.type, ())
    hashes = [scope.keys.reference(scope.tenant, scope.type, code, target) for code in codes]
    return f"{scope.column('refs')} && {scope.arguments.add(hashes, 'bigint[]')}"
