"""Quantity terms: `value-quantity=gt5.4|http://unitsofmeasure.org|mg`. Spec: https://hl7.org/fhir/R4/search.html#quantity.

Between units of UCUM it is converted (../ranges.py); other units are compared as written.
"""

from akson.fhir.search.query import QuantityValue, Term
from akson.store.search.ranges import some_quantity
from akson.store.search.scope import Scope, disjunction, unsupported


def condition(term: Term, scope: Scope) -> str:
    if term.modifier is not None:
        raise unsupported(f"The modifier :{term.modifier} of quantities is not offered.")
    values = [value for value in term.values if isinstance(value, QuantityValue)]
    return disjunction([some_quantity(term.param, "", value, scope) for value in values])
