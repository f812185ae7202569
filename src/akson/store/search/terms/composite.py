"""Composite terms: `code-value-quantity=http://loinc.org|8867-4$gt100`. Spec: https://hl7.org/fhir/R4/search.html#composite.

The fixed parts are hashed together; one part with a range is compared under that hash. Composites of what stands once in
the resource are the plain parameters joined by and; `of_term` says what these are in SQL.
"""

from collections.abc import Callable

from akson.fhir.search.query import (
    CompositeValue,
    DateValue,
    NumberValue,
    QuantityValue,
    ReferenceValue,
    StringValue,
    Term,
    TokenValue,
    UriValue,
    Value,
)
from akson.fhir.search.values.string import fold
from akson.store import forms
from akson.store.principal import WHOLE_COMPOSITES
from akson.store.search.ranges import some_date, some_number, some_quantity
from akson.store.search.scope import Scope, conjunction, disjunction, unsupported

OfTerm = Callable[[Term, Scope], str]


def condition(term: Term, scope: Scope, of_term: OfTerm) -> str:
    values = [value for value in term.values if isinstance(value, CompositeValue)]
    return disjunction([_by_parts(term.param, value, scope, of_term) for value in values])


def _by_parts(param: str, value: CompositeValue, scope: Scope, of_term: OfTerm) -> str:
    whole = WHOLE_COMPOSITES.get(scope.type, {}).get(param)
    if whole is None:
        return _one(param, value, scope)
    parameters = scope.definitions.search_parameters(scope.type)
    plain = [
        Term(code, parameters[code].type, None, (part,))
        for code, part in zip(whole, value.parts, strict=True)
    ]
    return f"({conjunction([of_term(term, scope) for term in plain])})"


def _one(param: str, value: CompositeValue, scope: Scope) -> str:
    fixed = [form for form in map(_form, value.parts) if form is not None]
    ranged = [part for part in value.parts if _form(part) is None]
    if len(ranged) > 1:
        raise unsupported("A composite parameter with two ranges is not offered.")
    discrete = "\0".join(fixed)
    if not ranged:
        mark = scope.token(param, "all", discrete)
        return f"{scope.column('tokens')} @> {scope.arguments.add([mark], 'bigint[]')}"
    return f"({_candidates(param, value, scope)}{_range(param, discrete, ranged[0], scope)})"


def _candidates(param: str, value: CompositeValue, scope: Scope) -> str:
    """What a component finds is found by the plain parameter it is defined by, and that one has an index."""
    composite = scope.definitions.search_parameters(scope.type).get(param)
    first = value.parts[0]
    if scope.narrow or composite is None or not isinstance(first, TokenValue):
        return ""
    plain = scope.definitions.search_parameter_by_url(composite.components[0].definition)
    if plain is None or plain.code not in scope.definitions.search_parameters(scope.type):
        return ""
    mark = scope.token(plain.code, "is", forms.asked_token(first.system, first.code))
    return f"{scope.column('tokens')} @> {scope.arguments.add([mark], 'bigint[]')} and "


def _form(part: Value) -> str | None:
    match part:
        case TokenValue(system, code):
            return forms.asked_token(system, code)
        case ReferenceValue(type, id, url):
            return f"r{url or f'{type}/{id}'}"
        case UriValue(uri):
            return "u" + uri
    return None


def _range(param: str, discrete: str, part: Value, scope: Scope) -> str:
    key = scope.keys.param(scope.tenant, scope.type, param, discrete)
    match part:
        case QuantityValue():
            return some_quantity(param, discrete, part, scope)
        case NumberValue():
            return some_number([key], part, "", scope)
        case DateValue():
            return some_date(key, part, scope)
        case StringValue(text):
            named = scope.arguments.add(key, "bigint")
            values = f"unnest({scope.column('str_key')}, {scope.column('str_val')}) s(k, v)"
            start = scope.arguments.add(fold(text), "text")
            return f"exists (select from {values} where s.k = {named} and starts_with(s.v, {start}))"
    raise unsupported("This composite parameter is not offered.")
