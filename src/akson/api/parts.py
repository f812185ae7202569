"""`_elements` and `_summary`: a resource cut down to what was asked for, and marked SUBSETTED.

Spec: https://hl7.org/fhir/R4/search.html#summary. What the search may find is not changed by it.
"""

from collections.abc import Callable
from typing import Any

from akson.fhir.codec import json
from akson.fhir.definitions import load
from akson.fhir.definitions.model import ElementDefinition
from akson.fhir.search.query import Query

_ALWAYS = frozenset({"resourceType", "id", "meta", "implicitRules"})
_SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}

Keep = Callable[[ElementDefinition], bool]


def wanted(query: Query) -> Callable[[str, bytes], bytes] | None:
    """(type, body) -> body as the query asks for it; None when it asks for the whole."""
    if query.elements:
        return lambda type, body: _cut(type, body, _named(type, query.elements))
    match query.summary:
        case "true":
            return lambda type, body: _cut(type, body, lambda e: e.summary or e.min > 0, nested=True)
        case "text":
            return lambda type, body: _cut(type, body, lambda e: e.name == "text" or e.min > 0)
        case "data":
            return lambda type, body: _cut(type, body, lambda e: e.name != "text")
        case _:
            return None


def _named(type: str, elements: tuple[str, ...]) -> Keep:
    """`name`, `name.family` and `Patient.name` all mean the element `name`; of another type they mean nothing here."""
    names = set()
    for element in elements:
        head, _, rest = element.partition(".")
        if not head[:1].isupper():
            names.add(head)
        elif head == type:
            names.add(rest.partition(".")[0])
    return lambda e: e.name in names or e.min > 0


def _cut(type: str, body: bytes, keep: Keep, *, nested: bool = False) -> bytes:
    resource: dict[str, Any] = json.parse(body)
    out = _kept(type, type, resource, keep, nested=nested)
    meta = dict(out.get("meta") or {})
    meta["tag"] = [*meta.get("tag", ()), _SUBSETTED]
    out["meta"] = meta
    return json.encode(out)


def _kept(type: str, path: str, node: dict[str, Any], keep: Keep, *, nested: bool) -> dict[str, Any]:
    """The node without what is not kept; `nested` also inside elements that the type itself defines."""
    children = load().type(type).children
    names: dict[str, str] = dict.fromkeys(_ALWAYS, "")
    for element in children[path]:
        if keep(element):
            names |= dict.fromkeys(_spellings(element), element.path)
    out = {}
    for name, value in node.items():
        at = names.get(name.removeprefix("_"))
        if at is None:
            continue
        inside = nested and at in children
        out[name] = _within(type, at, value, keep) if inside else value
    return out


def _within(type: str, path: str, value: Any, keep: Keep) -> Any:
    if isinstance(value, list):
        return [_within(type, path, one, keep) for one in value]
    return _kept(type, path, value, keep, nested=True) if isinstance(value, dict) else value


def _spellings(element: ElementDefinition) -> set[str]:
    if not element.choice:
        return {element.name}
    return {element.name + t.code[0].upper() + t.code[1:] for t in element.types}
