"""References: the type they name must be one the element allows.

Spec: https://hl7.org/fhir/R4/references.html. Whether the target exists is the record's to know.
"""

import re
from typing import Any

from akson.fhir.definitions import Property, load
from akson.fhir.validation.finding import Answer, Check, Finding, Scope

_LOCAL = re.compile(r"([A-Z][A-Za-z]+)/")


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
            return None
        found = _LOCAL.match(reference)
        if found is None or found[1] in allowed or found[1] not in known:
            return None
        return [Finding(".reference", "structure", text)]

    return checked
