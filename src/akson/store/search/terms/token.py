"""Token terms: `code=http://loinc.org|8867-4`, `gender=female`, `:not`. Spec: https://hl7.org/fhir/R4/search.html#token."""

from collections.abc import Mapping

from akson.fhir.search.query import OfTypeValue, StringValue, Term, TokenValue, Value
from akson.fhir.search.values.string import fold
from akson.store import forms
from akson.store.implied import systems_of
from akson.store.search.bodies import said, texts
from akson.store.search.scope import Scope, disjunction, unsupported

_MODIFIERS = (None, "not", "of-type")
"""`:in`, `:below` and their like are plain codes by now."""


def condition(term: Term, scope: Scope) -> str:
    """One array overlap. `:not` also finds resources without any value, as the specification asks."""
    if term.modifier == "text":
        return disjunction(
            [_says(term.param, v.text, scope) for v in term.values if isinstance(v, StringValue)]
        )
    if term.modifier not in _MODIFIERS:
        raise unsupported(f"The modifier :{term.modifier} of tokens is not offered.")
    implied = systems_of(scope.type, term.param)
    wanted = [scope.token(term.param, "is", form) for value in term.values for form in _forms(value, implied)]
    test = f"{scope.column('tokens')} && {scope.arguments.add(wanted, 'bigint[]')}"
    if term.modifier == "not":
        return f"({test}) is not true"
    # In a patient's few rows the walk by date is faster than the index of all tokens; `is true` hides the latter.
    return f"({test}) is true" if scope.narrow else test


def _forms(value: Value, implied: Mapping[str, str] | None) -> list[str]:
    match value:
        case TokenValue(system, code):
            return forms.asked_tokens(system, code, implied)
        case OfTypeValue(system, code, number):
            return [forms.asked_token(f"{system}|{code}", number)]
    return []


def _says(param: str, text: str, scope: Scope) -> str:
    """The words begin with the text, folded like any string. They are in the body alone: ../bodies.py."""
    paths = said(scope.type, param)
    if not paths:
        return "false"
    mark = scope.arguments.add([scope.token(param, "present")], "bigint[]")
    start = scope.arguments.add(fold(text), "text")
    some = f"exists (select from {texts(paths, scope)} s where starts_with(record.folded(s.v), {start}))"
    present = f"{scope.column('tokens')} @> {mark}"
    return f"(({present}) is true and {some})" if scope.narrow else f"({present} and {some})"
