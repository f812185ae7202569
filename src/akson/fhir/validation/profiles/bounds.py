"""minValue and maxValue of an element. Spec: https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.minValue_x_"""

from typing import Any

from akson.fhir.fhirpath import Item
from akson.fhir.fhirpath.comparison import order
from akson.fhir.problem import Problem
from akson.fhir.validation.finding import Finding
from akson.fhir.validation.profiles.elements import Found
from akson.fhir.validation.profiles.model import Node


def check(node: Node, found: Found) -> list[Finding]:
    problems = []
    if _compared(found, node.low) == -1:
        problems.append(Finding(found.path, "value", "must not be less than the profile's least value"))
    if _compared(found, node.high) == 1:
        problems.append(Finding(found.path, "value", "must not be more than the profile's greatest value"))
    return problems


def _compared(found: Found, bound: tuple[str, Any] | None) -> int | None:
    """None when there is no bound, or the two cannot be compared (a duration bounds a date from today)."""
    if bound is None or found.value is None:
        return None
    name, value = bound
    type_name = name if isinstance(value, dict) else name[:1].lower() + name[1:]
    if isinstance(value, dict) is not isinstance(found.value, dict):
        return None
    try:
        return order(Item(found.value, found.type), Item(value, type_name))
    except Problem:
        return None
