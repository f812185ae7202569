"""`_lastUpdated`: the commit's instant against a period. Spec: https://hl7.org/fhir/R4/search.html#lastUpdated."""

from akson.fhir.search.query import DateValue, Term
from akson.store.search.ranges import period_test
from akson.store.search.scope import Scope, disjunction, unsupported


def condition(term: Term, scope: Scope) -> str:
    if term.modifier is not None:
        raise unsupported(f"The modifier :{term.modifier} of _lastUpdated is not offered.")
    values = [value for value in term.values if isinstance(value, DateValue)]
    return disjunction([_one(value, scope) for value in values])


def _one(value: DateValue, scope: Scope) -> str:
    updated = scope.column("updated")
    # An instant is the shortest period there is; the plain comparison lets the index on it be used.
    match value.prefix:
        case "eq":
            add = scope.arguments.add
            return f"({updated} >= {add(value.lo, 'timestamptz')} and {updated} < {add(value.hi, 'timestamptz')})"
        case "gt" | "sa":
            return f"{updated} >= {scope.arguments.add(value.hi, 'timestamptz')}"
        case "ge":
            return f"{updated} >= {scope.arguments.add(value.lo, 'timestamptz')}"
        case "le":
            return f"{updated} < {scope.arguments.add(value.hi, 'timestamptz')}"
        case "lt" | "eb":
            return f"{updated} < {scope.arguments.add(value.lo, 'timestamptz')}"
    return f"({period_test(value, updated, updated, scope)})"
