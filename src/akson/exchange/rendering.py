"""A message in words for people, from its declaration: every field it carries, under its Norwegian label.

Nothing is left out, so that what is shown is what was received. People, houses and telephones are one line each; order is
the message's own.

    Ansvarlig: Gunn Omsorg, Sykepleier, Primærkontakt, HPR-nummer 9876543
    Enhet: Ortopedisk avdeling, Hovedtelefon, 73555555
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from akson.exchange import times
from akson.exchange.code_texts import words_of
from akson.exchange.envelope import attachments
from akson.exchange.message_type import CareMessage
from akson.exchange.schema import Coded, Element, Formatted, Quantity, Structure, Values
from akson.exchange.schema.enclosed import enclosed, file_of

_INDENT = "  "
_KIND = Element("TypeId", "CV")
_BOOLEANS = {True: "Ja", False: "Nei"}
_NAMES = ("GivenName", "MiddleName", "FamilyName", "OrganisationName")
_ONE_LINE = frozenset({"Person", "HealthcareProfessional", "Organisation", "Address", "TeleCom", "Ident"})
"""Structures of felleskomponent1 that are read as one thing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field, or the heading of a part (`said` is "")."""

    depth: int
    label: str
    said: str = ""

    def __str__(self) -> str:
        text = self.said.replace("\n", f"\n{_INDENT * (self.depth + 1)}")
        return f"{_INDENT * self.depth}{self.label}:{f' {text}' if text else ''}"


def text(message: CareMessage) -> str:
    """The summary, then the whole content and what is attached."""
    return "\n".join((message.type.summary(message.facts), "", *map(str, lines(message))))


def lines(message: CareMessage) -> Iterator[Line]:
    """Every field of the content, then every file."""
    yield from fields(message.version.structure, message.content)
    yield from files_of(message)


def files_of(message: CareMessage) -> Iterator[Line]:
    """Name, type and size of each file beside the content."""
    yield from (Line(0, "Vedlegg", attachments.words(a)) for a in message.envelope.attachments)


def lines_of(structure: Structure, values: Values) -> Iterator[str]:
    """`Label: value` lines, nested parts indented below their label."""
    yield from map(str, fields(structure, values))


def fields(structure: Structure, values: Values, depth: int = 0) -> Iterator[Line]:
    for attribute in structure.attributes:
        if attribute.words and (said := values.get(f"@{attribute.name}", "").strip()):
            yield Line(depth, attribute.words, said)
    for element, value in _said(structure, values):
        yield from _lines(structure, element, value, element.words or element.name, depth)


def _said(structure: Structure, values: Values) -> Iterator[tuple[Element, Any]]:
    """Each element that is there, once for each time."""
    elements = structure.named
    for name, value in values.items():
        if not name.startswith("@"):
            element = elements[name]
            yield from ((element, one) for one in (value if element.repeats else (value,)))


def _lines(around: Structure, element: Element, value: Any, label: str, depth: int) -> Iterator[Line]:
    nested = around.nested(element)
    if nested is not None and nested.name not in _ONE_LINE:
        inner = list(_said(nested, value))
        if len(inner) == 1 and not any(name.startswith("@") for name in value):
            # A part that only wraps another is not worth a line of its own; what a single value is must still be said.
            only, one = inner[0]
            named = only.words or only.name
            told = label if nested.nested(only) or named == label else f"{label}, {named.lower()}"
            yield from _lines(nested, only, one, told, depth)
            return
        yield Line(depth, label)
        yield from fields(nested, value, depth + 1)
    elif (found := enclosed(value, element.holds) if element.holds else None) is not None:
        yield Line(depth, label)
        yield from fields(*found, depth + 1)
    elif said := _phrase(around, element, value):
        yield Line(depth, label, said)


def _phrase(around: Structure, element: Element, value: Any) -> str:
    nested = around.nested(element)
    return _words(element, value) if nested is None else _one_line(nested, value)


def _one_line(structure: Structure, values: Values) -> str:
    """A person, a house or a telephone: the name, then all the rest."""
    if structure.name == "Ident":
        kind = values.get("TypeId")
        return " ".join(
            part
            for part in (
                words_of(kind, _KIND) if isinstance(kind, Coded) else "",
                values.get("Id", "").strip(),
            )
            if part
        )
    name = " ".join(str(values[n]).strip() for n in _NAMES if str(values.get(n, "")).strip())
    rest = (_phrase(structure, e, v) for e, v in _said(structure, values) if e.name not in _NAMES)
    return ", ".join(part for part in (name, *rest) if part)


def _words(element: Element, value: Any) -> str:
    if isinstance(value, Coded):
        return words_of(value, element)
    if isinstance(value, Formatted):
        return value.words
    if isinstance(value, Quantity):
        return f"{value.v} {value.u}".strip()
    if isinstance(value, bool):
        return _BOOLEANS[value]
    if element.type in ("TS", "date", "dateTime"):
        return times.words(str(value))
    if element.type == "base64Binary":
        return f"Innebygd fil, {len(file_of(value))} byte"
    if element.type == "BL":
        return {"true": "Ja", "false": "Nei"}.get(str(value), str(value))
    return str(value).strip().removeprefix("tel:")
