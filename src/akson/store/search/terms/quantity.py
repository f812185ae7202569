"""Quantity terms: `value-quantity=gt5.4|http://unitsofmeasure.org|mg`. Spec: https://hl7.org/fhir/R4/search.html#quantity.

Units are compared as written; converting between them is not done here.
"""

from akson.fhir.search.query import QuantityValue, Term
from akson.store.search.ranges import some_quantity
from akson.store.search.scope import Scope, disjunction, unsupported


def condition(term: Term, scope: Scope) -> str:
    if term.modifier is not None:
        raise unsupported(f"The modifier :{term.modifier} of quantities is not offered.")
    values = [value for value in term.values if isinstance(value, QuantityValue)]
    key = scope.keys.param(scope.tenant, scope.type, term.param)
    return disjunction([some_quantity(key, value, scope) for value in values])
