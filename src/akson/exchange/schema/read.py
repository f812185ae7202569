"""From an XML element to typed values, by its declaration, telling every fault with its path and never stopping at one.

Reading is tolerant (what can be read is read), judging is strict (`faults` is empty only for what the standard allows).
Codes outside their code system are not faults: an invalid code is no reason to refuse (HIS 80415:2012, 3.3.2).
"""

from dataclasses import dataclass
from typing import Any

from lxml import etree

from akson.exchange.schema.declare import (
    Attribute,
    Choice,
    Coded,
    Element,
    Quantity,
    Structure,
    Values,
    lacking,
)
from akson.exchange.schema.formats import (
    AS_WRITTEN,
    ATTRIBUTE_TYPES,
    CHECKS,
    attribute_text,
    collapse,
    from_text,
)
from akson.exchange.schema.formatted import Formatted, formatted

XSI = "http://www.w3.org/2001/XMLSchema-instance"
FAULTS_MAX = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """Where and what. Never what the message says: the text is shown in logs and receipts."""

    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


@dataclass(frozen=True, slots=True)
class Reading:
    values: Values
    faults: tuple[Fault, ...]


def read_structure(root: etree._Element, structure: Structure) -> Reading:
    """`root` read as `structure`; its own name is part of what is checked."""
    faults: list[Fault] = []
    if root.tag != f"{{{structure.namespace}}}{structure.name}":
        faults.append(Fault(structure.name, "is expected here, with its own namespace"))
    values = _structure(root, structure, structure.name, faults)
    return Reading(values, tuple(faults[:FAULTS_MAX]))


def _structure(node: etree._Element, structure: Structure, path: str, faults: list[Fault]) -> dict[str, Any]:
    values = _attributes(node, structure.attributes, path, faults)
    children = list(node.iterchildren(tag=etree.Element))
    if _loose_text(node):
        faults.append(Fault(path, "has text where only elements may stand"))
    if not children and structure.may_be_empty:
        return values
    known = structure.tags
    _sequence(children, structure, path, faults)
    for child in children:
        element = known.get(str(child.tag))
        if element is None:
            continue
        value = _value(child, structure, element, _place(path, element, values), faults)
        if element.repeats:
            values[element.name] = (*values.get(element.name, ()), value)
        else:
            values.setdefault(element.name, value)
    faults += [Fault(f"{path}/{name}", "is missing") for name in lacking(structure, values)]
    return values


def _place(path: str, element: Element, values: dict[str, Any]) -> str:
    index = f"[{len(values.get(element.name, ()))}]" if element.repeats else ""
    return f"{path}/{element.name}{index}"


def _sequence(
    children: list[etree._Element],
    structure: Structure,
    path: str,
    faults: list[Fault],
) -> None:
    """Order and cardinality. The cursor only goes forward; what stands before it is out of order."""
    cursor, seen, first = 0, 0, ""
    known = structure.tags
    for child in children:
        at = _part_of(structure, str(child.tag), cursor)
        if at is None:
            name = etree.QName(child).localname
            wrong = "stands too late" if str(child.tag) in known else "is not known here"
            faults.append(Fault(f"{path}/{name}", wrong))
            continue
        for part in structure.parts[cursor:at]:
            _missing(part, seen if part is structure.parts[cursor] else 0, path, faults)
        seen = seen + 1 if at == cursor else 1
        first = str(child.tag) if seen == 1 else first
        cursor = at
        if seen > 1 and not _may_repeat(structure.parts[at], known[str(child.tag)], str(child.tag) == first):
            faults.append(Fault(f"{path}/{etree.QName(child).localname}", "stands here more than once"))
    for index in range(cursor, len(structure.parts)):
        _missing(structure.parts[index], seen if index == cursor else 0, path, faults)


def _may_repeat(part: Element | Choice, element: Element, same: bool) -> bool:
    return element.repeats and (same or (isinstance(part, Choice) and part.mixed))


def _part_of(structure: Structure, tag: str, cursor: int) -> int | None:
    return next((index for index in structure.places.get(tag, ()) if index >= cursor), None)


def _missing(part: Element | Choice, seen: int, path: str, faults: list[Fault]) -> None:
    if seen or not part.required:
        return
    names = part.name if isinstance(part, Element) else " or ".join(e.name for e in part.options)
    faults.append(Fault(f"{path}/{names}", "is missing"))


def _value(node: etree._Element, around: Structure, element: Element, path: str, faults: list[Fault]) -> Any:
    if nested := around.nested(element):
        return _structure(node, nested, path, faults)
    assert isinstance(element.type, str)
    if element.type == "opaque":
        return node
    if element.type == "any":
        _attributes(node, (), path, faults)
        if _loose_text(node):
            faults.append(Fault(path, "has text where only elements may stand"))
        return tuple(node.iterchildren(tag=etree.Element))
    if element.type == "anyType":
        return _free(node)
    if next(node.iterchildren(tag=etree.Element), None) is not None:
        faults.append(Fault(path, "has elements where only a value may stand"))
    if element.type in ATTRIBUTE_TYPES:
        return _attribute_value(node, element.type, path, faults)
    _attributes(node, (), path, faults)
    text = "".join(node.itertext())
    text = text if element.type in AS_WRITTEN else collapse(text)
    if not CHECKS[element.type](text):
        faults.append(Fault(path, f"is not a valid {element.type}"))
    return from_text(element.type, text)


def _free(node: etree._Element) -> str | Formatted:
    """Plain words are a string; what has markup in it is kept with it."""
    own = tuple((str(n), str(v)) for n, v in node.attrib.items() if not str(n).startswith(f"{{{XSI}}}"))
    if own or next(node.iterchildren(tag=etree.Element), None) is not None:
        return formatted(node, own)
    return "".join(node.itertext())


def _attribute_value(node: etree._Element, type: str, path: str, faults: list[Fault]) -> Any:
    if (node.text or "").strip() or (type == "TS" and node.text):
        faults.append(Fault(path, "has text where only attributes may stand"))
    found: dict[str, str] = {}
    for name, raw in node.attrib.items():
        if str(name).startswith(f"{{{XSI}}}"):
            continue
        check = ATTRIBUTE_TYPES[type].get(str(name))
        if check is None:
            faults.append(Fault(f"{path}/@{etree.QName(name).localname}", "is not known here"))
            continue
        found[str(name)] = text = attribute_text(type, str(name), str(raw))
        if not check(text):
            faults.append(Fault(f"{path}/@{name}", "is not a valid value"))
    if type in ("CS", "CV"):
        return Coded(*(found.get(name, "") for name in ("V", "DN", "S", "OT")))
    if type in ("MO", "PQ"):
        return Quantity(found.get("V", ""), found.get("U", ""))
    return found.get("V", "")


def _attributes(
    node: etree._Element, declared: tuple[Attribute, ...], path: str, faults: list[Fault]
) -> dict[str, Any]:
    tags = {attribute.tag: attribute for attribute in declared}
    values: dict[str, Any] = {}
    for name, raw in node.attrib.items():
        if str(name).startswith(f"{{{XSI}}}"):
            continue
        attribute = tags.get(str(name))
        if attribute is None:
            faults.append(Fault(f"{path}/@{etree.QName(name).localname}", "is not known here"))
        else:
            values[f"@{attribute.name}"] = str(raw)
            if attribute.values and str(raw) not in attribute.values:
                faults.append(Fault(f"{path}/@{attribute.name}", "is not a valid value"))
    for attribute in declared:
        if attribute.required and f"@{attribute.name}" not in values:
            faults.append(Fault(f"{path}/@{attribute.name}", "is missing"))
    return values


def _loose_text(node: etree._Element) -> bool:
    return bool((node.text or "").strip()) or any((child.tail or "").strip() for child in node)
