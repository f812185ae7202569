"""The smallest resource of a type that R4's definitions allow: for suites that ask the runner to make one up.

fake("Observation") -> {"resourceType": "Observation", "status": "registered", "code": {"text": "x"}}
"""

from typing import Any

from akson.fhir.definitions import load, shape
from akson.fhir.definitions.shape import Property

_DEPTH_MAX = 8
_PRIMITIVES: dict[str, Any] = {
    "boolean": True, "integer": 1, "positiveInt": 1, "unsignedInt": 1, "decimal": 1, "string": "x", "markdown": "x",
    "id": "x", "code": "x", "uri": "http://example.org/x", "url": "http://example.org/x",
    "canonical": "http://example.org/x", "oid": "urn:oid:1.2.3",
    "uuid": "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "base64Binary": "eA==", "date": "2026-11-26",
    "dateTime": "2026-11-26", "instant": "2026-11-26T08:00:00Z", "time": "08:00:00",
    "xhtml": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>',
}  # fmt: skip
_COMPLEX: dict[str, Any] = {
    "CodeableConcept": {"text": "x"}, "Coding": {"code": "x", "system": "http://example.org/x"},
    "Reference": {"display": "x"}, "Identifier": {"value": "x"}, "Period": {"start": "2026-11-26"},
    "Quantity": {"value": 1}, "Range": {"low": {"value": 1}},
    "Ratio": {"numerator": {"value": 1}, "denominator": {"value": 1}}, "Annotation": {"text": "x"},
    "HumanName": {"text": "x"}, "Attachment": {"title": "x"}, "ContactPoint": {"system": "phone", "value": "1"},
    "Address": {"text": "x"}, "Dosage": {"text": "x"}, "Timing": {"event": ["2026-11-26"]}, "Duration": {"value": 1},
}  # fmt: skip


def fake(type: str) -> dict[str, Any]:
    """Required elements alone, with the first code where a list is closed."""
    return {"resourceType": type, **_required(type, _DEPTH_MAX)}


def _required(type: str, depth: int) -> dict[str, Any]:
    """Of choices the first type is taken."""
    found: dict[str, Any] = {}
    for properties in shape(type).by_name.values():
        first = properties[0]
        if first.element.min > 0 and depth:
            value = _value(first, depth)
            found[first.key] = [value] if first.repeats else value
    return found


def _value(at: Property, depth: int) -> Any:
    binding = at.element.binding
    if binding and binding.strength == "required":
        systems = load().code_systems(binding.value_set) or {}
        for system, codes in systems.items():
            if at.type == "code":
                return codes[0]
            coding = {"system": system, "code": codes[0]}
            return coding if at.type == "Coding" else {"coding": [coding]}
    if at.type in _PRIMITIVES:
        return _PRIMITIVES[at.type]
    return _COMPLEX.get(at.type) or _required(at.type, depth - 1)
