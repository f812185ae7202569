"""Token: a code, an identifier, a flag; compared whole. `system|code`.

Spec: https://hl7.org/fhir/R4/search.html#token
"""

from collections.abc import Mapping
from typing import Any

from akson.fhir.definitions import Property, load
from akson.fhir.index_values import IndexValues
from akson.fhir.search.escapes import split, unescape
from akson.fhir.search.query import OfTypeValue, StringValue, TokenValue
from akson.fhir.search.values import string
from akson.fhir.search.values.protocol import Writer, bad_value

BOOLEAN_SYSTEM = "http://terminology.hl7.org/CodeSystem/special-values"
_PLAIN = {"id", "string", "uri", "url", "canonical", "oid", "uuid", "markdown"}


MODIFIERS = ("not", "text", "in", "not-in", "above", "below", "of-type")
OF_TYPE = ":of-type"
"""`identifier:of-type` is kept as a token parameter of that name: `system|code` of the type, and the value."""
TEXTS: Mapping[str, tuple[str, ...]] = {
    "CodeableConcept": ("text", "coding.display"),
    "Coding": ("display",),
    "Identifier": ("type.text", "type.coding.display"),
}
"""Element type -> where in it the words for `:text` stand."""
SORTED_BY: Mapping[str, str] = {
    "CodeableConcept": "coding.code",
    "Coding": "code",
    "Identifier": "value",
    "ContactPoint": "value",
}
"""Element type -> what stands for it in an order; the rest stand for themselves."""


def parse(param: str, text: str, modifier: str = "") -> TokenValue | OfTypeValue | StringValue:
    """`code`, `system|code`, `|code` (no system), `system|` (any code of it)."""
    if modifier == "of-type":
        return _parse_of_type(param, text)
    if modifier == "text":
        return string.parse(param, text)
    parts = [unescape(part) for part in split(text, "|", 1)]
    if len(parts) == 1:
        if not parts[0]:
            raise bad_value(param, "a code, or system|code")
        return TokenValue(None, parts[0])
    system, code = parts
    if not system and not code:
        raise bad_value(param, "a system, a code or both beside the |")
    return TokenValue(system, code or None)


def _parse_of_type(param: str, text: str) -> OfTypeValue:
    parts = [unescape(part) for part in split(text, "|")]
    if len(parts) != 3 or not all(parts):
        raise bad_value(param + OF_TYPE, "system|code of the type and the value, joined by |")
    return OfTypeValue(*parts)


def writer(params: tuple[str, ...], at: Property) -> Writer | None:
    match at.type:
        case "CodeableConcept":
            return _concept(params)
        case "Coding":
            return _coding(params)
        case "Identifier":
            return _identifier(params)
        case "code":
            return _code(params, at)
        case "boolean":
            return _boolean(params)
        case "ContactPoint":
            return _contact(params)
        case kind if kind in _PLAIN:
            return _plain(params)
    return None


def _coding(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        system, code = value.get("system"), value.get("code")
        # Also what has only words: it is there, and `:missing` says so.
        if code is not None or system is not None or "display" in value:
            for param in params:
                out.tokens.append((param, system, code))

    return write


def _concept(params: tuple[str, ...]) -> Writer:
    coding = _coding(params)

    def write(value: Any, out: IndexValues) -> None:
        codings = value.get("coding", ())
        for one in codings:
            coding(one, out)
        if not codings and "text" in value:
            for param in params:
                out.tokens.append((param, None, None))

    return write


def _identifier(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        system, number = value.get("system"), value.get("value")
        if number is not None or system is not None:
            for param in params:
                out.tokens.append((param, system, number))
        if number is not None and "type" in value:
            for coding in value["type"].get("coding", ()):
                kind = f"{coding.get('system')}|{coding.get('code')}"
                for param in params:
                    out.tokens.append((param + OF_TYPE, kind, number))

    return write


def _code(params: tuple[str, ...], at: Property) -> Writer:
    """A code carries no system of its own; its required binding says which it is, where that is one list."""
    binding = at.element.binding
    systems = load().code_systems(binding.value_set) if binding and binding.strength == "required" else None
    system_of = {code: system for system, codes in (systems or {}).items() for code in codes}

    def write(value: Any, out: IndexValues) -> None:
        system = system_of.get(value)
        for param in params:
            out.tokens.append((param, system, value))

    return write


def _boolean(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        for param in params:
            out.tokens.append((param, BOOLEAN_SYSTEM, "true" if value else "false"))

    return write


def _contact(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        number = value.get("value")
        if number is not None:
            for param in params:
                out.tokens.append((param, None, number))

    return write


def _plain(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        for param in params:
            out.tokens.append((param, None, value))

    return write
