"""A message in words for people, from its declaration: every field it carries, under its Norwegian label.

Nothing is left out, so that what is shown is what was received. Order is the message's own.
"""

from collections.abc import Iterator
from typing import Any

from akson.exchange import times
from akson.exchange.message_type import CareMessage
from akson.exchange.schema import Coded, Element, Quantity, Structure, Values

_INDENT = "  "
_LABEL_ONLY = {"Ident": "Id"}
_BOOLEANS = {True: "Ja", False: "Nei"}


def text(message: CareMessage) -> str:
    """The summary, then the whole content."""
    lines = [message.type.summary(message.facts), "", *lines_of(message.type.structure, message.content)]
    return "\n".join(lines)


def lines_of(structure: Structure, values: Values, depth: int = 0) -> Iterator[str]:
    """`Label: value` lines, nested parts indented below their label."""
    elements = {element.name: element for element in structure.elements()}
    for name, value in values.items():
        if name.startswith("@"):
            continue
        element = elements[name]
        for one in value if element.repeats else (value,):
            yield from _lines(structure, element, one, depth)


def _lines(around: Structure, element: Element, value: Any, depth: int) -> Iterator[str]:
    label = f"{_INDENT * depth}{element.words or element.name}"
    nested = around.nested(element)
    if nested is not None and nested.name in _LABEL_ONLY:
        yield f"{label}: {_identifier(value)}"
    elif nested is not None:
        yield f"{label}:"
        yield from lines_of(nested, value, depth + 1)
    elif said := _words(element, value):
        yield f"{label}: {said}"


def _identifier(value: Values) -> str:
    kind = value.get("TypeId")
    return " ".join(
        part
        for part in (str(value.get("Id", "")).strip(), f"({kind.words})" if isinstance(kind, Coded) else "")
        if part
    )


def _words(element: Element, value: Any) -> str:
    if isinstance(value, Coded):
        return value.words
    if isinstance(value, Quantity):
        return f"{value.v} {value.u}".strip()
    if isinstance(value, bool):
        return _BOOLEANS[value]
    if element.type in ("TS", "date", "dateTime"):
        return times.words(str(value))
    return str(value).strip().removeprefix("tel:")
