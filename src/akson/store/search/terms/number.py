"""Number terms with prefixes. Spec: https://hl7.org/fhir/R4/search.html#number."""

from akson.fhir.search.query import NumberValue, Term
from akson.store.search.ranges import some_number
from akson.store.search.scope import Scope, disjunction, unsupported


def condition(term: Term, scope: Scope) -> str:
    if term.modifier is not None:
        raise unsupported(f"The modifier :{term.modifier} of numbers is not offered.")
    values = [value for value in term.values if isinstance(value, NumberValue)]
    key = scope.keys.param(scope.tenant, scope.type, term.param)
    return disjunction([some_number([key], value, "", scope) for value in values])
