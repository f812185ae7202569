"""References: the type they name must be one the element allows.

Spec: https://hl7.org/fhir/R4/references.html. Whether the target exists is the record's to know.
"""

import re
from typing import Any

from akson.fhir.definitions import Property, load
from akson.fhir.validation.finding import SLIP, Answer, Check, Finding, Scope

_LOCAL = re.compile(r"([A-Z][A-Za-z]+)/")
_REST = re.compile(r"https?://.*/([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?")


def pointed(at: Property, check: Check) -> Check:
    """`check` with the allowed targets added; a Reference to anything keeps the plain check."""
    targets = at.declared.targets if at.declared else ()
    if not targets or "Resource" in targets:
        return check
    allowed = frozenset(targets)
    text = f"must point to {' or '.join(sorted(allowed))}"
    known = frozenset(load().resource_types)

    def checked(value: Any, scope: Scope) -> Answer:
        wrong = check(value, scope)
        if wrong is not None:
            return wrong
        reference = value.get("reference")
        if reference is None:
            named = value.get("type")
            return [Finding(".type", SLIP, text)] if named in known - allowed else None
        found = _LOCAL.match(reference)
        named = found[1] if found is not None else _elsewhere(reference, scope)
        if named is None or named in allowed or named not in known:
            return None
        # What an address of elsewhere means is told by the one who answers there.
        return [Finding(".reference", "structure" if found is not None else SLIP, text)]

    return checked


def _elsewhere(reference: str, scope: Scope) -> str | None:
    """The type that an absolute address or a contained resource tells; None when it tells none."""
    if reference[:1] == "#":
        return scope.contained_types().get(reference[1:])
    found = _REST.fullmatch(reference)
    return found[1] if found is not None else None


def one_type(value: Any, scope: Scope) -> list[Finding] | None:
    """Of a Reference with a type: the address must not tell another."""
    named, reference = value["type"], value.get("reference", "")
    found = _LOCAL.match(reference)
    told = found[1] if found is not None else _elsewhere(reference, scope)
    types = load().resource_types
    if told is None or named == told or named not in types or told not in types:
        return None
    return [Finding(".type", SLIP, f"must be {told}, as the reference tells")]
