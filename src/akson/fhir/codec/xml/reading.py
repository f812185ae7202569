"""A tree of FHIR XML to a dict. What the type does not know is refused: it could not be kept.

Spec: https://hl7.org/fhir/R4/xml.html and https://hl7.org/fhir/R4/json.html
"""

import re
from copy import deepcopy
from decimal import Decimal
from typing import Any, NoReturn

from lxml import etree

from akson.fhir import markup
from akson.fhir.codec.json import DEPTH_MAX, NUMBER_DIGITS_MAX
from akson.fhir.definitions import Property, load, shape
from akson.fhir.problem import Problem, ProblemKind

NAMESPACE = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"
_FHIR, _DIV = f"{{{NAMESPACE}}}", f"{{{XHTML}}}div"
_SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"

_WHOLE = {"integer", "positiveInt", "unsignedInt"}
_INTEGER = re.compile(r"-?(?:0|[1-9]\d*)", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)

RESOURCE_ELEMENTS_MAX = 100_000
"""Of one resource that is no Bundle; in JSON that is about as much as `RESOURCE_MARKS_MAX`."""

Json = dict[str, Any]


def parse(data: bytes) -> Json:
    """The resource in `data`.

    Raises Problem MALFORMED: AKS-XML-… from the parser, AKS-FHIR-020 no resource of R4, 021 an element or attribute
    that does not belong there, 022 nested too deep. TOO_LARGE AKS-FHIR-006.
    """
    root = markup.read(data)
    _refuse_giant(root, data)
    return _resource(root, 0)


def _refuse_giant(root: etree._Element, data: bytes) -> None:
    """Before it is turned into twice as many values of JSON, which would then be too many."""
    if _local(root) != "Bundle" and data.count(b"<") - data.count(b"</") > RESOURCE_ELEMENTS_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-FHIR-006",
            "The content holds too many values.",
            why=f"At most {RESOURCE_ELEMENTS_MAX} elements are read in one resource.",
            now="Send it in several resources.",
        )


def _refuse(id: str, what: str, element: etree._Element) -> NoReturn:
    raise Problem(
        ProblemKind.MALFORMED,
        id,
        what,
        why=f"Line {element.sourceline or 0} of the XML.",
        now="Send FHIR R4 XML, or JSON.",
        code="structure",
    )


def _local(element: etree._Element) -> str:
    tag = element.tag
    if not isinstance(tag, str) or not tag.startswith(_FHIR):
        _refuse("AKS-FHIR-021", "The content holds an element that is not FHIR's.", element)
    return tag[len(_FHIR) :]


def _resource(element: etree._Element, depth: int) -> Json:
    name = _local(element)
    if name not in load().resource_types:
        _refuse("AKS-FHIR-020", "The content is not a resource of FHIR R4.", element)
    return {"resourceType": name, **_object(element, name, depth)}


def _object(element: etree._Element, type_name: str, depth: int) -> Json:
    if depth > DEPTH_MAX:
        _refuse("AKS-FHIR-022", "The content is nested too deep.", element)
    properties = shape(type_name).properties
    found: Json = {}
    for name, value in element.attrib.items():
        at = properties.get(str(name))
        if at is not None and at.element.xml_attribute:
            found[at.key] = str(value)
        elif not str(name).startswith(_SCHEMA_INSTANCE):
            _refuse("AKS-FHIR-021", "The content holds an attribute that does not belong there.", element)
    if element.text and element.text.strip():
        _refuse("AKS-FHIR-021", "The content holds text between elements.", element)
    for inner in element:
        if inner.tag == _DIV:
            found["div"] = _narrative(inner)
            continue
        at = properties.get(_local(inner))
        if at is None or at.element.xml_attribute:
            _refuse("AKS-FHIR-021", f"The content holds an element that {type_name} does not have.", inner)
        _put(found, at, inner, depth)
    return found


def _put(found: Json, at: Property, inner: etree._Element, depth: int) -> None:
    if at.primitive:
        value, extra = _primitive(inner, at.type, depth)
        _put_primitive(found, at, value, extra)
        return
    if load().kind(at.type) == "resource":
        if len(inner) != 1 or inner.attrib:
            _refuse("AKS-FHIR-020", "One resource must stand there.", inner)
        one = _resource(inner[0], depth + 1)
    else:
        one = _object(inner, at.type, depth + 1)
    if at.repeats:
        found.setdefault(at.key, []).append(one)
    elif at.key in found:
        _refuse("AKS-FHIR-021", "An element stands twice that may stand once.", inner)
    else:
        found[at.key] = one


def _put_primitive(found: Json, at: Property, value: Any, extra: Json | None) -> None:
    companion = "_" + at.key
    if not at.repeats:
        if at.key in found or companion in found:
            raise Problem(
                ProblemKind.MALFORMED, "AKS-FHIR-021", "An element stands twice that may stand once."
            )
        if value is not None:
            found[at.key] = value
        if extra is not None:
            found[companion] = extra
        return
    count = len(found.get(at.key) or found.get(companion) or ())
    for key, held in ((at.key, value), (companion, extra)):
        # The list begins with the first that says something; those before it said nothing there.
        if held is not None or key in found:
            found.setdefault(key, [None] * count).append(held)


def _primitive(element: etree._Element, type_name: str, depth: int) -> tuple[Any, Json | None]:
    extra: Json = {}
    for name in element.attrib:
        if name == "id":
            extra["id"] = str(element.attrib["id"])
        elif name != "value":
            _refuse("AKS-FHIR-021", "The content holds an attribute that does not belong there.", element)
    for inner in element:
        if _local(inner) != "extension":
            _refuse("AKS-FHIR-021", "A primitive holds extensions only.", inner)
        extra.setdefault("extension", []).append(_object(inner, "Extension", depth + 1))
    text = element.get("value")
    return None if text is None else value_of(str(text), type_name), extra or None


def value_of(text: str, type_name: str) -> Any:
    """As JSON has it. Text that is no such value stays text, for validation to name."""
    if type_name == "boolean" and text in ("true", "false"):
        return text == "true"
    if type_name in _WHOLE and len(text) < NUMBER_DIGITS_MAX and _INTEGER.fullmatch(text):
        return int(text)
    if type_name == "decimal" and len(text) < NUMBER_DIGITS_MAX and _DECIMAL.fullmatch(text):
        number = Decimal(text)
        return number if abs(number.adjusted()) <= NUMBER_DIGITS_MAX else text
    return text


def _narrative(element: etree._Element) -> str:
    alone = deepcopy(element)
    alone.tail = None
    etree.cleanup_namespaces(alone)
    return etree.tostring(alone, encoding="unicode")
