"""The systems of codes that carry none of their own: `status=final` is of the list that its required binding names.

What follows from type, parameter and code is not stored beside it: one form instead of three. From the definitions alone.
Spec: https://hl7.org/fhir/R4/search.html#token
"""

from collections.abc import Mapping
from functools import cache

from akson.fhir.definitions import Property, load
from akson.fhir.extraction.plan import NotPlain, plan
from akson.fhir.search.values.token import BOOLEAN_SYSTEM


@cache
def systems_of(type: str, param: str) -> Mapping[str, str] | None:
    """Code -> system, when every value of the parameter is a code of a closed list or a flag; else None.

    systems_of("Observation", "status")["final"] == "http://hl7.org/fhir/observation-status"
    """
    parameter = load().search_parameters(type).get(param)
    if parameter is None or parameter.type != "token" or not parameter.expression:
        return None
    try:
        ends = [path.at for path in plan(type, parameter.expression)]
    except NotPlain:
        return None
    found: dict[str, str] = {}
    for at in ends:
        systems = _systems(at) if at is not None else None
        # Two lists with a code in common: each value would have to say which of them is meant.
        if systems is None or not found.keys().isdisjoint(systems):
            return None
        found.update(systems)
    return found or None


def _systems(at: Property) -> Mapping[str, str] | None:
    if at.type == "boolean":
        return {"true": BOOLEAN_SYSTEM, "false": BOOLEAN_SYSTEM}
    binding = at.element.binding
    if at.type != "code" or binding is None or binding.strength != "required":
        return None
    systems = load().code_systems(binding.value_set)
    return None if systems is None else {code: system for system, codes in systems.items() for code in codes}
