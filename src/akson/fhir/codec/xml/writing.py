"""A dict to FHIR XML, in the order of the definition. Spec: https://hl7.org/fhir/R4/xml.html"""

from decimal import Decimal
from typing import Any

from lxml import etree

from akson.fhir import markup
from akson.fhir.codec.xml.reading import NAMESPACE
from akson.fhir.definitions import Property, load, shape
from akson.fhir.problem import Problem, ProblemKind

_PLAIN_MAX = 40
"""Powers of ten up to which a decimal is written without exponent."""
_FHIR = f"{{{NAMESPACE}}}"

Json = dict[str, Any]


def encode(resource: Json) -> bytes:
    """UTF-8 with declaration. The resource must be one that `validate` accepts.

    Raises Problem INVALID AKS-FHIR-023 for what XML cannot say: names the type does not have, a narrative that is not
    XHTML, signs that XML forbids.
    """
    root = etree.Element(_FHIR + _type_of(resource), nsmap={None: NAMESPACE})
    try:
        _fill(root, resource, root.tag[len(_FHIR) :])
    except ValueError:
        raise _unsayable("A text holds a sign that XML has no way to write.") from None
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _unsayable(what: str) -> Problem:
    return Problem(ProblemKind.INVALID, "AKS-FHIR-023", "The resource cannot be written as XML.", why=what)


def _type_of(resource: Json) -> str:
    name = resource.get("resourceType") if type(resource) is dict else None
    if name not in load().resource_types:
        raise _unsayable("It does not say which resource of R4 it is.")
    return name


def _fill(element: etree._Element, value: Any, type_name: str) -> None:
    if type(value) is not dict:
        raise _unsayable("An object was expected, and something else stands there.")
    of = shape(type_name)
    if not _names(value) <= of.properties.keys():
        raise _unsayable(f"It holds an element that {type_name} does not have.")
    for key, at in of.properties.items():
        held, extra = value.get(key), value.get("_" + key)
        if held is None and extra is None:
            continue
        if at.element.xml_attribute:
            element.set(key, str(held))
        elif at.primitive:
            _primitives(element, at, held, extra)
        else:
            for one in held if type(held) is list else [held]:
                _element(element, at, one)


def _names(value: Json) -> set[str]:
    return {key[1:] if key[:1] == "_" else key for key in value if key != "resourceType"}


def _element(parent: etree._Element, at: Property, value: Any) -> None:
    element = etree.SubElement(parent, _FHIR + at.key)
    if load().kind(at.type) == "resource":
        name = _type_of(value)
        _fill(etree.SubElement(element, _FHIR + name), value, name)
    else:
        _fill(element, value, at.type)


def _primitives(parent: etree._Element, at: Property, held: Any, extra: Any) -> None:
    values = held if type(held) is list else [] if held is None else [held]
    extras = extra if type(extra) is list else [] if extra is None else [extra]
    for index in range(max(len(values), len(extras))):
        value = values[index] if index < len(values) else None
        more = extras[index] if index < len(extras) else None
        if at.type == "xhtml" and value is not None:
            parent.append(_narrative(value))
            continue
        element = etree.SubElement(parent, _FHIR + at.key)
        if more is not None:
            _fill(element, more, "Element")
        if value is not None:
            element.set("value", text_of(value))


def text_of(value: Any) -> str:
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is Decimal and abs(value.adjusted()) <= _PLAIN_MAX and _exponent(value) <= 0:
        return format(value, "f")
    return value if type(value) is str else str(value)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int), "JSON has no infinity"
    return exponent


def _narrative(text: Any) -> etree._Element:
    try:
        return markup.read(str(text).encode())
    except Problem:
        raise _unsayable("Its narrative is not XHTML.") from None
