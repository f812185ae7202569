"""Required bindings: the code must be in the value set the definition names.

Spec: https://hl7.org/fhir/R4/terminologies.html#required. Sets that are a grammar (languages, MIME types) have no
list: their form is checked as a code, and the caller's terminology is asked when there is one. A weaker binding may have a
set that no code is to be outside of (`elementdefinition-maxValueSet`); what extensible bindings wish is `extensible`'s.
"""

from collections.abc import Mapping
from typing import Any

from akson.fhir.definitions import Property, load
from akson.fhir.validation.finding import UNRESOLVED, Answer, Check, Finding, Scope

_CODES_SHOWN_MAX = 20
_CODED = {"code", "string", "uri"}
_SHORT_FORMATS = frozenset({"json", "none", "ttl", "xml"})
"""Stand for media types in a capability statement and in test scripts, says R4 there."""
_NAMES_FORMATS = ("CapabilityStatement.", "TestScript.")


def bound(at: Property, check: Check) -> Check:
    """`check` with the binding of the element added, where there is a required one with a list."""
    binding = at.element.binding
    if binding is None:
        return check
    if binding.strength != "required":
        return _asked(at, binding.maximum, UNRESOLVED, check) if binding.maximum else check
    systems = load().code_systems(binding.value_set)
    if systems is None:
        return _asked(at, binding.value_set, "code-invalid", check)
    text = _sentence(binding.value_set, systems)
    if at.type in _CODED:
        return _code(load().codes(binding.value_set) or frozenset(), text, check)
    pairs = frozenset((system, code) for system, codes in systems.items() for code in codes)
    if at.type == "Coding":
        return _coding(pairs, text, check)
    return _concept(pairs, text, check) if at.type == "CodeableConcept" else check


def _asked(at: Property, value_set: str, code: str, check: Check) -> Check:
    """A set that R4 does not list is for the caller's terminology to know, when there is one."""
    finding = [Finding("", code, f"must be a code from the value set {value_set}")]
    type, short = at.type, _SHORT_FORMATS if at.element.path.startswith(_NAMES_FORMATS) else frozenset[str]()

    def checked(value: Any, scope: Scope) -> Answer:
        wrong = check(value, scope)
        if wrong is not None or scope.terminology is None or (short and value in short):
            return wrong
        return finding if scope.terminology.member_of(value, type, value_set) is False else None

    return checked


def _sentence(value_set: str, systems: Mapping[str, tuple[str, ...]]) -> str:
    codes = [code for found in systems.values() for code in found]
    shown = f" ({', '.join(codes)})" if len(codes) <= _CODES_SHOWN_MAX else ""
    return f"must be a code from the value set {value_set}{shown}"


def _code(codes: frozenset[str], text: str, check: Check) -> Check:
    finding = [Finding("", "code-invalid", text)]

    def checked(value: Any, scope: Scope) -> Answer:
        if type(value) is str and value in codes:
            return None
        return check(value, scope) or finding

    return checked


def _coding(pairs: frozenset[tuple[str, str]], text: str, check: Check) -> Check:
    finding = [Finding("", "code-invalid", text)]

    def checked(value: Any, scope: Scope) -> Answer:
        wrong = check(value, scope)
        if wrong is not None:
            return wrong
        return None if (value.get("system"), value.get("code")) in pairs else finding

    return checked


def _concept(pairs: frozenset[tuple[str, str]], text: str, check: Check) -> Check:
    finding = [Finding("", "code-invalid", text)]

    def checked(value: Any, scope: Scope) -> Answer:
        wrong = check(value, scope)
        if wrong is not None:
            return wrong
        codings = value.get("coding", ())
        found = any((coding.get("system"), coding.get("code")) in pairs for coding in codings)
        return None if found or "extension" in value else finding

    return checked
