"""Declared values as FHIR extensions, and back: how a message stands in the record with nothing left out.

    {"Hendelsekode": Coded("1", "Pasient innlagt", "2.16.578.1.12.4.1.1.9121"), "Anslag": False}
    [{"url": "Hendelsekode", "valueCoding": {"system": "urn:oid:2.16.578.1.12.4.1.1.9121", "code": "1", ...}},
     {"url": "Anslag", "valueBoolean": false}]

The url of a nested extension is the element's name, so the declaration is the extension's documentation (document.py).
Spec: https://hl7.org/fhir/R4/extensibility.html. Which message type the values are of is not known here.
"""

import base64
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree

from akson.exchange.schema import Coded, Element, Formatted, Quantity, Structure, Values
from akson.fhir import markup

Extension: TypeAlias = dict[str, Any]

BASE = "https://akson.no/fhir/StructureDefinition/"
FURTHER_TEXT = f"{BASE}further-text"
"""On a Coding: OT, the further text of a CV, which a reader must always be shown."""
_EMPTY: Extension = {"url": "empty", "valueBoolean": True}
"""An element that is there and says nothing. FHIR has no empty string."""
_MARKUP = "markup"
_OID = "urn:oid:"
_NORWEGIAN_LISTS = "2.16.578.1.12.4.1.1."
_FHIR_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def to_extension(url: str, structure: Structure, values: Values) -> Extension:
    return {"url": url, "extension": list(_parts(structure, values)) or [_EMPTY]}


def from_extension(extension: Extension, structure: Structure) -> Values:
    """The values that `to_extension` was given."""
    elements = structure.named
    values: dict[str, Any] = {}
    for part in extension.get("extension", ()):
        name = part["url"]
        if part == _EMPTY:
            continue
        if name.startswith("@"):
            values[name] = part.get("valueString", "")
            continue
        element = elements[name]
        if element.type == "any":
            values[name] = tuple(_element(inner) for inner in part["extension"] if inner != _EMPTY)
        elif element.repeats:
            values[name] = (*values.get(name, ()), _value(part, structure, element))
        else:
            values[name] = _value(part, structure, element)
    return values


def _parts(structure: Structure, values: Values) -> Iterator[Extension]:
    elements = structure.named
    for name, value in values.items():
        if name.startswith("@"):
            yield {"url": name, **({"valueString": value} if value else {"extension": [_EMPTY]})}
            continue
        element = elements[name]
        for one in value if element.repeats else (value,):
            yield _part(structure, element, one)


def _part(around: Structure, element: Element, value: Any) -> Extension:
    if nested := around.nested(element):
        return to_extension(element.name, nested, value)
    if element.type == "any":
        return {"url": element.name, "extension": [_bytes("xml", node) for node in value] or [_EMPTY]}
    if element.type == "opaque":
        return _bytes(element.name, value)
    if isinstance(value, Coded):
        told = {"valueCoding": coding} if (coding := to_coding(value, element)) else {"extension": [_EMPTY]}
        return {"url": element.name, **told}
    if isinstance(value, Quantity):
        pairs = (("v", value.v), ("u", value.u))
        return {
            "url": element.name,
            "extension": [{"url": k, "valueString": t} for k, t in pairs if t] or [_EMPTY],
        }
    if isinstance(value, Formatted):
        own = [{"url": f"@{name}", "valueString": text} for name, text in value.attributes if text]
        told = [{"url": _MARKUP, "valueString": value.xml}] if value.xml else []
        return {"url": element.name, "extension": [*told, *own] or [_EMPTY]}
    if isinstance(value, bool):
        return {"url": element.name, "valueBoolean": value}
    if not value:
        return {"url": element.name, "extension": [_EMPTY]}
    kind = "valueDate" if element.type == "date" and _FHIR_DATE.fullmatch(value) else "valueString"
    return {"url": element.name, kind: value}


def to_coding(value: Coded, element: Element) -> dict[str, Any]:
    """A Coding; its system is the one that is written (CV), or the one the standard fixes (CS)."""
    system = f"{_OID}{value.s}" if value.s else ""
    if not system and element.type == "CS" and element.codes and value.v:
        system = f"{_OID}{_NORWEGIAN_LISTS}{element.codes}"
    pairs = {"system": system, "code": value.v, "display": value.dn}
    coding: dict[str, Any] = {name: text for name, text in pairs.items() if text}
    if value.ot:
        coding = {"extension": [{"url": FURTHER_TEXT, "valueString": value.ot}], **coding}
    return coding


def _value(part: Extension, around: Structure, element: Element) -> Any:
    if nested := around.nested(element):
        return from_extension(part, nested)
    if element.type == "opaque":
        return _element(part)
    if element.type in ("CS", "CV"):
        coding = part.get("valueCoding", {})
        further = next(
            (e["valueString"] for e in coding.get("extension", ()) if e["url"] == FURTHER_TEXT), ""
        )
        system = str(coding.get("system", "")).removeprefix(_OID) if element.type == "CV" else ""
        return Coded(coding.get("code", ""), coding.get("display", ""), system, further)
    if element.type in ("MO", "PQ"):
        told = {inner["url"]: inner.get("valueString", "") for inner in part.get("extension", ())}
        return Quantity(told.get("v", ""), told.get("u", ""))
    if element.type == "anyType" and (inside := part.get("extension")) and inside != [_EMPTY]:
        told = {inner["url"]: inner["valueString"] for inner in inside}
        own = tuple((name[1:], text) for name, text in told.items() if name.startswith("@"))
        return Formatted(told.get(_MARKUP, ""), own)
    return next((part[k] for k in ("valueBoolean", "valueDate", "valueString") if k in part), "")


def _bytes(url: str, node: etree._Element) -> Extension:
    return {"url": url, "valueBase64Binary": base64.b64encode(markup.canonical(node)).decode("ascii")}


def _element(part: Extension) -> etree._Element:
    return markup.read(base64.b64decode(part["valueBase64Binary"]))
