"""String terms: starts with (folded), `:exact`, `:contains`. Spec: https://hl7.org/fhir/R4/search.html#string.

The hashed prefix finds the candidates, the folded value decides.
"""

from akson.fhir.search.query import StringValue, Term
from akson.fhir.search.values.string import fold
from akson.store import forms
from akson.store.search.scope import Scope, disjunction, unsupported


def condition(term: Term, scope: Scope) -> str:
    # No stored text holds a zero character: such a value finds nothing, rather than what it would find without.
    texts = [value.text for value in term.values if isinstance(value, StringValue) and "\0" not in value.text]
    match term.modifier:
        case None:
            return disjunction([_starts_with(term.param, fold(text), scope) for text in texts])
        case "exact":
            marks = [scope.token(term.param, "str", "x" + text) for text in texts]
            return f"{scope.column('tokens')} && {scope.arguments.add(marks, 'bigint[]')}"
        case "contains":
            return disjunction(
                [_anywhere(term.param, fold(text), "position({0} in s.v) > 0", scope) for text in texts]
            )
        case "ends":
            test = "right(s.v, length({0})) = {0}"
            return disjunction([_anywhere(term.param, fold(text), test, scope) for text in texts])
        case "whole":
            marks = [scope.token(term.param, "str", "w" + fold(text)) for text in texts]
            return f"{scope.column('tokens')} && {scope.arguments.add(marks, 'bigint[]')}"
    raise unsupported(f"The modifier :{term.modifier} of strings is not offered.")


def _starts_with(param: str, folded: str, scope: Scope) -> str:
    form = forms.asked_prefix(folded)
    mark = scope.token(param, "str", form) if form else scope.token(param, "present")
    candidates = f"{scope.column('tokens')} @> {scope.arguments.add([mark], 'bigint[]')}"
    if form is not None and len(form) - 1 == len(folded):
        return candidates
    text = scope.arguments.add(folded, "text")
    return f"({candidates} and {_some_value(param, f'starts_with(s.v, {text})', scope)})"


def _anywhere(param: str, folded: str, test: str, scope: Scope) -> str:
    mark = scope.arguments.add([scope.token(param, "present")], "bigint[]")
    text = scope.arguments.add(folded, "text")
    some = _some_value(param, test.format(text), scope)
    return f"({scope.column('tokens')} @> {mark} and {some})"


def _some_value(param: str, test: str, scope: Scope) -> str:
    key = scope.arguments.add(scope.keys.param(scope.tenant, scope.type, param), "bigint")
    values = f"unnest({scope.column('str_key')}, {scope.column('str_val')}) s(k, v)"
    return f"exists (select from {values} where s.k = {key} and {test})"
