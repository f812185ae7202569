"""Paths that are names and nothing else, read straight off the JSON: no items, no types, a quarter of a microsecond.

    plain(parse("Patient.name.given"), "Patient") -> function(patient) -> ["Astrid"]

Half of what views and search parameters ask is of this kind. Anything else is the compiler's.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from akson.fhir.definitions import load, shape
from akson.fhir.fhirpath.syntax import Expression, Member

Read: TypeAlias = Callable[..., list[Any]]


def plain(expression: Expression, type: str) -> Read | None:
    """None when the expression is more than names, or a name stands for several JSON names or for a resource."""
    names = _names(expression)
    if not names or not load().has(type.split(".")[0]):
        return None
    if names[0] == type:
        names = names[1:]
    keys: list[str] = []
    for name in names:
        properties = shape(type).by_name.get(name, ()) if "." in type or load().has(type) else ()
        if len(properties) != 1 or load().kind(properties[0].type) == "resource":
            return None
        keys.append(properties[0].key)
        type = properties[0].type
    if not keys:
        return None
    return _one(keys[0]) if len(keys) == 1 else _chain(tuple(keys))


def _names(expression: Expression) -> list[str]:
    names: list[str] = []
    part: Expression | None = expression
    while isinstance(part, Member):
        names.append(part.name)
        part = part.target
    return names[::-1] if part is None else []


def _one(key: str) -> Read:
    def read(value: Any, _environment: Any = None) -> list[Any]:
        found = value.get(key)
        if found is None:
            return []
        return [one for one in found if one is not None] if type(found) is list else [found]

    return read


def _chain(keys: tuple[str, ...]) -> Read:
    def read(value: Any, _environment: Any = None) -> list[Any]:
        level = [value]
        for key in keys:
            below: list[Any] = []
            for one in level:
                found = one.get(key) if type(one) is dict else None
                if found is None:
                    continue
                if type(found) is list:
                    below += [inner for inner in found if inner is not None]
                else:
                    below.append(found)
            level = below
        return level

    return read
