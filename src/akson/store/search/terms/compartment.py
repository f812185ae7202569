"""A compartment: some parameter that places the type in it refers to the one asked for.

Spec: https://hl7.org/fhir/R4/compartmentdefinition.html. Who may see the rows is the restriction's, as everywhere.
"""

from collections.abc import Sequence

from akson.fhir.search.query import ReferenceValue, Term
from akson.fhir.search.several import compartment_codes
from akson.store.search.hiding import hidden_parameters, visible_only
from akson.store.search.scope import Scope, disjunction


def condition(term: Term, scope: Scope) -> str:
    values = [value for value in term.values if isinstance(value, ReferenceValue)]
    return disjunction([_one(f"{value.type}/{value.id}", term.param, scope) for value in values])


def _one(target: str, compartment: str, scope: Scope) -> str:
    codes = compartment_codes(compartment).get(scope.type, ())
    sometimes = hidden_parameters(scope.redactions, scope.type)
    tests = [_refers([code for code in codes if code not in sometimes], target, scope)]
    # A reference that is hidden in a row places it nowhere.
    tests += [
        visible_only(_refers([code], target, scope), code, scope) for code in codes if code in sometimes
    ]
    return disjunction(tests)


def _refers(codes: Sequence[str], target: str, scope: Scope) -> str:
    hashes = [scope.keys.reference(scope.tenant, scope.type, code, target) for code in codes]
    return f"{scope.column('refs')} && {scope.arguments.add(hashes, 'bigint[]')}"
