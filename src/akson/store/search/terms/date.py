"""Date terms with the nine prefixes over periods. Spec: https://hl7.org/fhir/R4/search.html#date.

The principal date of the type stands in columns, the others in parallel arrays.
"""

from akson.fhir.search.query import DateValue, Term
from akson.store import forms
from akson.store.principal import PRINCIPAL_DATE
from akson.store.search.ranges import period_test, some_date
from akson.store.search.scope import Scope, disjunction, unsupported


def condition(term: Term, scope: Scope) -> str:
    if term.modifier is not None:
        raise unsupported(f"The modifier :{term.modifier} of dates is not offered.")
    values = [value for value in term.values if isinstance(value, DateValue)]
    return disjunction([_one(term.param, value, scope) for value in values])


def _one(param: str, value: DateValue, scope: Scope) -> str:
    if PRINCIPAL_DATE.get(scope.type) == param:
        test = period_test(value, scope.column("date_lo"), scope.column("date_hi"), scope)
    else:
        test = some_date(scope.keys.param(scope.tenant, scope.type, param), value, scope)
    return f"({_accelerated(param, value, scope)}{test})"


def _accelerated(param: str, value: DateValue, scope: Scope) -> str:
    """What equal dates have in common is in the token index; among a patient's few rows it is not worth asking."""
    form = forms.asked_date(value.lo, value.hi) if value.prefix == "eq" and not scope.narrow else None
    if form is None:
        return ""
    mark = scope.arguments.add([scope.token(param, "date", form)], "bigint[]")
    return f"{scope.column('tokens')} @> {mark} and "
