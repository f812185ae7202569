"""The elements of an object by the name a profile uses, each with the path it stands at."""

from dataclasses import dataclass
from typing import Any

from akson.fhir.definitions import Property, load, shape
from akson.fhir.fhirpath.navigation import child


@dataclass(frozen=True, slots=True)
class Found:
    value: Any
    type: str
    path: str
    extra: Any = None


def elements(holder: Any, type_name: str, name: str, path: str) -> list[Found]:
    """`value` finds what stands at `valueQuantity`, as a Quantity."""
    if type(holder) is not dict or not type_name or not load().has(type_name.split(".")[0]):
        return []
    of = shape(type_name)
    properties = of.by_name.get(name) or ((of.properties[name],) if name in of.properties else ())
    return [found for at in properties for found in _at(holder, at, path)]


def _at(holder: dict[str, Any], at: Property, path: str) -> list[Found]:
    value, extra = holder.get(at.key), holder.get("_" + at.key)
    here = f"{path}.{at.name}"
    if type(value) is list or type(extra) is list:
        values = value if type(value) is list else []
        extras = extra if type(extra) is list else []
        found = []
        for index in range(max(len(values), len(extras))):
            one = values[index] if index < len(values) else None
            more = extras[index] if index < len(extras) else None
            found.append(Found(one, child(one, at, more).type, f"{here}[{index}]", more))
        return found
    if value is None and extra is None:
        return []
    item = child(value, at, extra)
    return [Found(value, at.type if item.type == "System.String" else item.type, here, extra)]
