"""Where a value goes: a path of element names becomes the nested values that a declaration has there."""

from collections.abc import Mapping
from typing import Any

from akson.exchange.schema import Element, Structure, Values
from akson.exchange.schema.characters import writable


def placed(structure: Structure, content: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The content with `value` at `path`.

    At a step that repeats, what is nested goes into the first of them, and what is last is added to those that stand; two
    texts at one place stand below each other.
    """
    name, _, rest = path.partition("/")
    element = element_of(structure, name)
    standing = content.get(name)
    if rest:
        nested = structure.nested(element)
        assert nested is not None, path
        first = standing[0] if element.repeats and standing else standing or {}
        inner = placed(nested, first, rest, value)
        put: Any = (inner, *(standing or ())[1:]) if element.repeats else inner
    elif element.repeats:
        put = (*(standing or ()), *(value if isinstance(value, tuple) else (value,)))
    elif isinstance(standing, str) and isinstance(value, str):
        put = f"{standing}\n{value}"
    else:
        put = value
    return {**content, name: put}


def element_of(structure: Structure, name: str) -> Element:
    return next(element for element in structure.elements() if element.name == name)


def bare(value: Any) -> Any:
    """Without attributes of components, which no reader needs beside the words."""
    if isinstance(value, tuple):
        return tuple(map(bare, value))
    if isinstance(value, Mapping):
        return {name: bare(inner) for name, inner in value.items() if not name.startswith("@")}
    return value


def fitting(structure: Structure, values: Values, names: tuple[str, ...]) -> dict[str, Any]:
    """Those of `names` that the structure declares too: what is quoted of an older or newer version."""
    known = {element.name for element in structure.elements()}
    return {name: values[name] for name in names if name in known and name in values}


def has_place(structure: Structure, path: str) -> bool:
    """Whether this version has the element at all: an older one may not."""
    name, _, rest = path.partition("/")
    element = next((e for e in structure.elements() if e.name == name), None)
    if element is None or not rest:
        return element is not None
    nested = structure.nested(element)
    return nested is not None and has_place(nested, rest)


def completed(structure: Structure, values: Any, untold: Mapping[tuple[str, str], Any]) -> Any:
    """The values as they can be written: also with what this version demands and a newer leaves open.

    `untold` by (structure, element).
    """
    if isinstance(values, tuple):
        return tuple(completed(structure, one, untold) for one in values)
    told = {name: writable(value) for name, value in values.items()}
    for element in structure.elements():
        key = (structure.name, element.name)
        if element.name in told and (nested := structure.nested(element)) is not None:
            told[element.name] = completed(nested, told[element.name], untold)
        elif element.required and key in untold:
            told.setdefault(element.name, untold[key])
    return told
