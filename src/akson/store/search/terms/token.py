"""Token terms: `code=http://loinc.org|8867-4`, `gender=female`, `:not`. Spec: https://hl7.org/fhir/R4/search.html#token."""

from akson.fhir.search.query import Term, TokenValue
from akson.store import forms
from akson.store.search.scope import Scope, unsupported


def condition(term: Term, scope: Scope) -> str:
    """One array overlap. `:not` also finds resources without any value, as the specification asks."""
    if term.modifier not in (None, "not", "identifier"):
        raise unsupported(f"The modifier :{term.modifier} of tokens is not offered.")
    param = f"{term.param}:identifier" if term.modifier == "identifier" else term.param
    wanted = [
        scope.token(param, "is", forms.asked_token(value.system, value.code))
        for value in term.values
        if isinstance(value, TokenValue)
    ]
    test = f"{scope.column('tokens')} && {scope.arguments.add(wanted, 'bigint[]')}"
    if term.modifier == "not":
        return f"({test}) is not true"
    # In a patient's few rows the walk by date is faster than the index of all tokens; `is true` hides the latter.
    return f"({test}) is true" if scope.narrow else test
