"""From an item to its children, as the model names them: `value` finds `valueQuantity`.

What the model does not know is taken as the JSON says it. Spec: https://hl7.org/fhir/R4/fhirpath.html
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from akson.fhir.definitions import Property, load, shape
from akson.fhir.fhirpath.item import Collection, Item, plain_item

Reach: TypeAlias = Callable[[dict[str, Any], Collection], None]
"""Adds the children of one name to a collection."""

_PRIMITIVE_PREFIX = "System."


@cache
def lineage(type: str) -> tuple[str, ...]:
    """The type and its ancestors; a nested element is a BackboneElement."""
    if "." in type:
        return (type, "BackboneElement", "Element")
    return load().lineage(type)


@cache
def of_type(type: str, name: str) -> bool:
    """Whether a value of that type is one. `name` may be qualified."""
    space, _, local = name.rpartition(".")
    if type.startswith(_PRIMITIVE_PREFIX):
        return type == _PRIMITIVE_PREFIX + local and space in ("", "System")
    if space not in ("", "FHIR"):
        return False
    return local in lineage(type) or (type == local and not space)


def is_type(item: Item, name: str) -> bool:
    """`is`: of the type or one that derives from it."""
    return of_type(item.type, name)


@cache
def cast_to(type: str, name: str) -> bool:
    """`as` and `ofType`: primitives of FHIR only to the very type, so that `as uri` leaves a canonical alone."""
    if load().kind(type) == "primitive-type":
        space, _, local = name.rpartition(".")
        return type == local and space in ("", "FHIR")
    return of_type(type, name)


def known(type: str) -> bool:
    return bool(type) and (load().has(type.split(".")[0]))


def child(value: Any, at: Property, extra: Any) -> Item:
    if type(value) is dict:
        named = value.get("resourceType")
        if type(named) is str and load().kind(at.type) == "resource":
            return Item(value, named if load().has(named) else "", extra)
    return Item(value, "System.String" if at.element.xml_attribute else at.type, extra)


def _items(at: Property, value: Any, extra: Any, found: Collection) -> None:
    if type(value) is list or type(extra) is list:
        values = value if type(value) is list else []
        extras = extra if type(extra) is list else []
        for index in range(max(len(values), len(extras))):
            one = values[index] if index < len(values) else None
            more = extras[index] if index < len(extras) else None
            if one is not None or more is not None:
                found.append(child(one, at, more))
    elif value is not None or extra is not None:
        found.append(child(value, at, extra))


def _plain(value: Any, extra: Any, found: Collection) -> None:
    if type(value) is list or type(extra) is list:
        values = value if type(value) is list else []
        extras = extra if type(extra) is list else []
        for index in range(max(len(values), len(extras))):
            one = values[index] if index < len(values) else None
            more = extras[index] if index < len(extras) else None
            if one is not None or more is not None:
                found.append(plain_item(one, more))
    elif value is not None or extra is not None:
        found.append(plain_item(value, extra))


def _reach_plainly(name: str) -> Reach:
    companion = "_" + name

    def reach(value: dict[str, Any], found: Collection) -> None:
        _plain(value.get(name), value.get(companion), found)

    return reach


def _reach_one(at: Property) -> Reach:
    key, companion = at.key, "_" + at.key
    resource = load().kind(at.type) == "resource"
    if at.primitive or resource:

        def reach(value: dict[str, Any], found: Collection) -> None:
            _items(at, value.get(key), value.get(companion), found)

        return reach
    type_name = at.type

    def reach_element(value: dict[str, Any], found: Collection) -> None:
        inner = value.get(key)
        if type(inner) is list:
            found.extend([Item(one, type_name) for one in inner if one is not None])
        elif inner is not None:
            found.append(Item(inner, type_name))

    return reach_element


def _reach_choice(properties: tuple[Property, ...]) -> Reach:
    by_key = {at.key: at for at in properties}

    def reach(value: dict[str, Any], found: Collection) -> None:
        for key in value:
            at = by_key.get(key[1:] if key[0] == "_" else key)
            if at is not None and not (key[0] == "_" and at.key in value):
                _items(at, value.get(at.key), value.get("_" + at.key), found)

    return reach


@cache
def reach(type: str, name: str) -> Reach:
    """How children of that name are found in an object of the type."""
    if not known(type):
        return _reach_plainly(name)
    of = shape(type)
    properties = of.by_name.get(name)
    if properties is None:
        at = of.properties.get(name)
        return _reach_plainly(name) if at is None else _reach_one(at)
    return _reach_one(properties[0]) if len(properties) == 1 else _reach_choice(properties)


def children_named(item: Item, name: str, found: Collection) -> None:
    """Adds the children of that name; a primitive's are those of its `_name` companion (id, extension)."""
    value = item.value
    if type(value) is dict:
        reach(item.type, name)(value, found)
    elif type(item.extra) is dict:
        reach("Element" if known(item.type) else "", name)(item.extra, found)


def children(item: Item, found: Collection) -> None:
    """Adds every child, in the order of the JSON."""
    value, type_name = item.value, item.type
    if type(value) is not dict:
        value, type_name = item.extra, "Element" if known(item.type) else ""
    if type(value) is not dict:
        return
    properties = shape(type_name).properties if known(type_name) else {}
    done: set[str] = set()
    for key in value:
        name = key[1:] if key[:1] == "_" else key
        if name in done or name == "resourceType":
            continue
        done.add(name)
        at = properties.get(name)
        if at is None:
            _plain(value.get(name), value.get("_" + name), found)
        else:
            _items(at, value.get(name), value.get("_" + name), found)
