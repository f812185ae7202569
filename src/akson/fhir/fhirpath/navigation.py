"""From an item to its children, as the model names them: `value` finds `valueQuantity`.

Spec: https://hl7.org/fhir/R4/fhirpath.html
"""

from typing import Any

from akson.fhir.definitions import Property, load, shape
from akson.fhir.fhirpath.item import Collection, Item

_SYSTEM_BASES = {"Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity"}


def model_type(item: Item) -> str:
    """The type whose shape the item has; an inline resource says itself what it is."""
    if type(item.value) is dict:
        named = item.value.get("resourceType")
        if named is not None and load().kind(item.type) == "resource":
            return named
    return item.type


def is_type(item: Item, name: str) -> bool:
    """Whether the item is of the type or one that derives from it. `name` may be qualified."""
    space, dot, local = name.rpartition(".")
    own = model_type(item)
    if own.startswith("System."):
        return own == "System." + local and space in ("", "System")
    if space == "System":
        return False
    if dot and space != "FHIR":
        return False
    head = "BackboneElement" if "." in own else own
    return local in load().lineage(head)


def _items(at: Property, value: Any, extra: Any, found: Collection) -> None:
    if type(value) is list or type(extra) is list:
        values = value if type(value) is list else []
        extras = extra if type(extra) is list else []
        for index in range(max(len(values), len(extras))):
            one = values[index] if index < len(values) else None
            more = extras[index] if index < len(extras) else None
            if one is not None or more is not None:
                found.append(Item(one, at.type, more))
    elif value is not None or extra is not None:
        found.append(Item(value, at.type, extra))


def children_named(item: Item, name: str, found: Collection) -> None:
    """Adds the children of that name; a primitive's are those of its `_name` companion (id, extension)."""
    value = item.value
    if type(value) is not dict:
        if type(item.extra) is dict:
            children_named(Item(item.extra, "Element"), name, found)
        return
    properties = shape(model_type(item)).by_name.get(name)
    if properties is None:
        return
    if len(properties) == 1:
        at = properties[0]
        _items(at, value.get(at.key), value.get("_" + at.key), found)
        return
    for key in value:
        for at in properties:
            if at.key == key.removeprefix("_"):
                if key[0] == "_" and at.key in value:
                    continue
                _items(at, value.get(at.key), value.get("_" + at.key), found)


def children(item: Item, found: Collection) -> None:
    """Adds every child, in the order of the JSON."""
    value = item.value if type(item.value) is dict else item.extra
    if type(value) is not dict:
        return
    properties = shape(model_type(item) if value is item.value else "Element").properties
    done: set[str] = set()
    for key in value:
        at = properties.get(key.removeprefix("_"))
        if at is not None and at.key not in done:
            done.add(at.key)
            _items(at, value.get(at.key), value.get("_" + at.key), found)
