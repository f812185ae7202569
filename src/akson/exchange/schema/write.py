"""From typed values to XML, in the declared order and namespaces. Writing is strict: what is not declared is refused."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from akson.exchange.schema.declare import Choice, Coded, Element, Quantity, Structure, Values, lacking
from akson.exchange.schema.formats import ATTRIBUTE_TYPES, to_text
from akson.exchange.schema.formatted import Formatted
from akson.fhir.problem import Problem, ProblemKind


def write_structure(structure: Structure, values: Values, prefixes: Mapping[Any, str]) -> etree._Element:
    """The element for `values`. Raises INVALID AKS-EXCHANGE-020 for what is missing or not declared."""
    root = etree.Element(f"{{{structure.namespace}}}{structure.name}", nsmap=dict(prefixes))
    _fill(root, structure, values, structure.name)
    return root


def _fill(node: etree._Element, structure: Structure, values: Values, path: str) -> None:
    names = {element.name for element in structure.elements()} | {f"@{a.name}" for a in structure.attributes}
    if strange := values.keys() - names:
        raise _refused(f"{path}/{min(strange)}", "is not declared")
    for attribute in structure.attributes:
        if f"@{attribute.name}" in values:
            node.set(attribute.tag, values[f"@{attribute.name}"])
    if not values and structure.may_be_empty:
        return
    if absent := next(lacking(structure, values), ""):
        raise _refused(f"{path}/{absent}", "is missing")
    for part in structure.parts:
        options = (part,) if isinstance(part, Element) else part.options
        chosen = [element for element in options if _present(values, element)]
        if part.required and not chosen:
            raise _refused(f"{path}/{options[0].name}", "is missing")
        if isinstance(part, Choice) and part.mixed:
            order = list(values)
            chosen.sort(key=lambda element: order.index(element.name))
        elif len(chosen) > 1:
            raise _refused(f"{path}/{chosen[1].name}", "excludes another element that is given")
        for element in chosen:
            for value in values[element.name] if element.repeats else (values[element.name],):
                _append(node, structure, element, value, path)


def _present(values: Values, element: Element) -> bool:
    value = values.get(element.name)
    return value is not None and not (element.repeats and not value)


def _append(node: etree._Element, structure: Structure, element: Element, value: Any, path: str) -> None:
    if element.type == "opaque":
        node.append(value)
        return
    child = etree.SubElement(node, f"{{{structure.namespace_of(element)}}}{element.name}")
    if nested := structure.nested(element):
        _fill(child, nested, value, f"{path}/{element.name}")
    elif element.type == "any":
        child.extend(value)
    elif isinstance(value, Formatted):
        _set_formatted(child, value)
    elif element.type in ATTRIBUTE_TYPES:
        _set_attributes(child, str(element.type), value)
    else:
        child.text = to_text(value)


def _set_formatted(child: etree._Element, value: Formatted) -> None:
    inside = value.inside()
    child.text = inside.text
    child.extend(list(inside))
    for name, text in value.attributes:
        child.set(name, text)


def _set_attributes(child: etree._Element, type: str, value: Any) -> None:
    if isinstance(value, Coded):
        pairs = {"V": value.v, "DN": value.dn, "S": value.s if type == "CV" else "", "OT": value.ot}
    elif isinstance(value, Quantity):
        pairs = {"V": value.v, "U": value.u}
    else:
        pairs = {"V": to_text(value)}
    for name, text in pairs.items():
        if text:
            child.set(name, text)


def _refused(path: str, what: str) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-EXCHANGE-020",
        f"The message cannot be written: {path} {what}.",
        now="Fill in what the message type demands.",
    )
