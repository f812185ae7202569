"""Extensible bindings, and codes of systems that the terminology holds whole: told to who asks for warnings.

Spec: https://hl7.org/fhir/R4/terminologies.html#extensible. A code outside an extensible set is allowed where the set has
none that fits, which no program can tell: so it is advice. A code that its own system does not have is an error.
"""

from collections.abc import Iterator
from typing import Any

from akson.fhir.definitions import Property, load, shape
from akson.fhir.validation.finding import UNRESOLVED, Codes, Finding, outside
from akson.fhir.validation.profiles import Profiles


def findings(value: Any, path: str, known: Profiles, codes: Codes | None) -> Iterator[Finding]:
    """Of a resource that is well formed, and what is in it."""
    yield from _object(value, value["resourceType"], path, known, codes)


def _object(value: Any, type: str, path: str, known: Profiles, codes: Codes | None) -> Iterator[Finding]:
    if type == "Coding" and codes is not None:
        yield from _of_its_system(value, path, codes)
    properties = shape(type).properties
    for key, inner in value.items():
        at = properties.get(key)
        if at is None:
            continue
        for here, one in _each(inner, f"{path}.{at.name}"):
            if one is None:
                continue
            yield from _bound(at, one, here, known)
            if isinstance(one, dict):
                named = one.get("resourceType") if load().kind(at.type) == "resource" else at.type
                yield from _object(one, str(named), here, known, codes)


def _each(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield from ((f"{path}[{index}]", one) for index, one in enumerate(value))
    else:
        yield path, value


def _bound(at: Property, value: Any, path: str, known: Profiles) -> Iterator[Finding]:
    binding = at.element.binding
    if binding is None or binding.strength != "extensible" or at.type == "uri":
        return
    if at.type == "CodeableConcept" and "coding" not in value:
        # Text alone is what the specification offers where no code fits.
        return
    if known.member_of(value, at.type, binding.value_set) is False:
        yield outside(path, binding.value_set)


def _of_its_system(coding: Any, path: str, codes: Codes) -> Iterator[Finding]:
    system, code = coding.get("system"), coding.get("code")
    # Of FHIR's own systems the coding itself has told.
    if system and code and load().system(system) is None and codes.exists(system, code) is False:
        yield Finding(f"{path}.code", UNRESOLVED, f"must be a code of {system}")
