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


def wanted(query: Query) -> Callable[[str, bytes], bytes]:
    """(type, body) -> body as the query asks for it; untouched when it asks for the whole."""
    if query.elements:
        names = frozenset(name.rpartition(".")[2] if "." in name else name for name in query.elements)
        return lambda type, body: _cut(type, body, lambda e: e.name in names or e.min > 0)
    match query.summary:
        case "true":
            return lambda type, body: _cut(type, body, lambda e: e.summary or e.min > 0)
        case "text":
            return lambda type, body: _cut(type, body, lambda e: e.name == "text" or e.min > 0)
        case "data":
            return lambda type, body: _cut(type, body, lambda e: e.name != "text")
        case _:
            return lambda _type, body: body


def _cut(type: str, body: bytes, keep: Callable[[ElementDefinition], bool]) -> bytes:
    resource: dict[str, Any] = json.parse(body)
    kept = set(_ALWAYS)
    for element in load().type(type).children[type]:
        if keep(element):
            kept |= {element.name} if not element.choice else _spellings(element)
    out = {name: value for name, value in resource.items() if name.removeprefix("_") in kept}
    meta = dict(out.get("meta") or {})
    meta["tag"] = [*meta.get("tag", ()), _SUBSETTED]
    out["meta"] = meta
    return json.encode(out)


def _spellings(element: ElementDefinition) -> set[str]:
    return {element.name + t.code[0].upper() + t.code[1:] for t in element.types}
