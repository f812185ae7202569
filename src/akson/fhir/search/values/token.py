"""Token: a code, an identifier, a flag; compared whole. `system|code`.

Spec: https://hl7.org/fhir/R4/search.html#token
"""

from typing import Any

from akson.fhir.definitions import Property, load
from akson.fhir.index_values import IndexValues
from akson.fhir.search.escapes import split, unescape
from akson.fhir.search.query import TokenValue
from akson.fhir.search.values.protocol import Writer, bad_value

BOOLEAN_SYSTEM = "http://terminology.hl7.org/CodeSystem/special-values"
_PLAIN = {"id", "string", "uri", "url", "canonical", "oid", "uuid", "markdown"}


def parse(param: str, text: str) -> TokenValue:
    """`code`, `system|code`, `|code` (no system), `system|` (any code of it)."""
    parts = [unescape(part) for part in split(text, "|", 1)]
    if len(parts) == 1:
        if not parts[0]:
            raise bad_value(param, "a code, or system|code")
        return TokenValue(None, parts[0])
    system, code = parts
    if not system and not code:
        raise bad_value(param, "a system, a code or both beside the |")
    return TokenValue(system, code or None)


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
        if code is not None or system is not None:
            for param in params:
                out.tokens.append((param, system, code))

    return write


def _concept(params: tuple[str, ...]) -> Writer:
    coding = _coding(params)

    def write(value: Any, out: IndexValues) -> None:
        for one in value.get("coding", ()):
            coding(one, out)

    return write


def _identifier(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        system, number = value.get("system"), value.get("value")
        if number is not None or system is not None:
            for param in params:
                out.tokens.append((param, system, number))

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
