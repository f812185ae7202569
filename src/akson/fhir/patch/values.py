"""The value of a FHIRPath Patch operation: `value[x]`, a resource, or parts that make up a nested element.

Spec: https://hl7.org/fhir/R4/fhirpatch.html
"""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias

from akson.fhir.definitions import Property, shape
from akson.fhir.patch.problems import refused

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """`extra` is the companion of a primitive; `type` is empty where the parts do not say it."""

    value: Any
    extra: Any
    type: str


def part(operation: Json, name: str) -> Json | None:
    for one in operation.get("part", ()):
        if one.get("name") == name:
            return one
    return None


def plain(operation: Json, name: str, place: int) -> Any:
    """Of a part that holds one primitive; refused when it is not there."""
    found = part(operation, name)
    held = [value for key, value in (found or {}).items() if key.startswith("value")]
    if len(held) != 1:
        raise refused(place, f"Its part {name!r} is missing.", malformed=True)
    return held[0]


def value_of(given: Json, type_name: str, place: int) -> Value:
    """`type_name` is what is expected, for parts that say only names."""
    if "resource" in given:
        return Value(deepcopy(given["resource"]), None, given["resource"].get("resourceType", ""))
    if "part" in given:
        return Value(_element(given["part"], type_name, place), None, type_name)
    keys = {key.removeprefix("_") for key in given if key.startswith(("value", "_value"))}
    if len(keys) != 1:
        raise refused(place, "Its value must be one.", malformed=True)
    key = keys.pop()
    return Value(deepcopy(given.get(key)), deepcopy(given.get("_" + key)), key[len("value") :])


def _element(parts: list[Json], type_name: str, place: int) -> Json:
    made: Json = {}
    for one in parts:
        at = property_for(type_name, str(one.get("name")), one, place)
        put(made, at, value_of(one, at.type, place))
    return made


def property_for(type_name: str, name: str, given: Json, place: int) -> Property:
    """The element of that name; of a choice, the one of the value's type."""
    of = shape(type_name)
    properties = of.by_name.get(name.removesuffix("[x]"), ())
    if len(properties) == 1:
        return properties[0]
    said = next((k.removeprefix("_")[len("value") :] for k in given if k.startswith(("value", "_value"))), "")
    for at in properties:
        if at.key == at.name + said:
            return at
    if name in of.properties:
        return of.properties[name]
    raise refused(place, f"{type_name} has no element {name[:64]!r} of that type.")


def put(holder: Json, at: Property, value: Value, index: int | None = None) -> None:
    """Sets the element, or adds to it where it repeats: at the end, or before `index`."""
    companion = "_" + at.key
    if not at.repeats:
        for key, held in ((at.key, value.value), (companion, value.extra)):
            if held is not None:
                holder[key] = held
            else:
                holder.pop(key, None)
        return
    values, extras = lists(holder, at)
    place = len(values) if index is None else index
    values.insert(place, value.value)
    extras.insert(place, value.extra)
    keep(holder, at, values, extras)


def lists(holder: Json, at: Property) -> tuple[list[Any], list[Any]]:
    """Values and companions, equally long."""
    values, extras = list(holder.get(at.key) or ()), list(holder.get("_" + at.key) or ())
    length = max(len(values), len(extras))
    return values + [None] * (length - len(values)), extras + [None] * (length - len(extras))


def keep(holder: Json, at: Property, values: list[Any], extras: list[Any]) -> None:
    """Writes them back; a list of nothing but nulls is left out."""
    for key, held in ((at.key, values), ("_" + at.key, extras)):
        if any(one is not None for one in held):
            holder[key] = held
        else:
            holder.pop(key, None)
