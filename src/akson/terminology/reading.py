"""From a CodeSystem resource to a CodeSystem of the engine, and a supplement onto the system it adds to.

Spec: https://hl7.org/fhir/R4/codesystem.html, https://hl7.org/fhir/R4/codesystem-concept-properties.html
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from akson.terminology.concepts import (
    CONCEPT_PROPERTIES,
    CodeSystem,
    Concept,
    Content,
    Designation,
    Json,
    Property,
    PropertyDefinition,
    standards_status,
)

CONCEPTS_MAX = 500_000
DEPTH_MAX = 64
"""Levels of nesting; the deepest published system has 14."""
_OUT_OF_USE = frozenset({"retired", "inactive", "withdrawn"})
_TOLD_BY_URI = frozenset({"status", "inactive", "notSelectable", "abstract", "deprecated"})
_UPWARD = ("parent", "subsumedBy")


def code_system(resource: Json) -> CodeSystem:
    """Raises ValueError for what is no code system that can be read."""
    url = resource.get("url")
    if not isinstance(url, str) or not url:
        raise ValueError("it has no url")
    system = CodeSystem(
        url=url,
        version=str(resource.get("version", "")),
        name=str(resource.get("name", "")),
        title=str(resource.get("title", "")),
        language=str(resource.get("language", "")),
        status=str(resource.get("status", "")),
        experimental=resource.get("experimental") is True,
        standards_status=standards_status(resource.get("extension") or ()),
        content=_content(resource),
        case_sensitive=resource.get("caseSensitive") is not False,
        supplements=str(resource.get("supplements", "")),
        value_set=str(resource.get("valueSet", "")),
        properties={p.code: p for p in _definitions(resource)},
    )
    for concept in _concepts(resource.get("concept") or (), None, system, 0):
        if len(system.concepts) >= CONCEPTS_MAX:
            raise ValueError(f"it has more than {CONCEPTS_MAX} concepts")
        _join(system, concept)
    _link(system)
    return system


def supplemented(system: CodeSystem, additions: Sequence[CodeSystem]) -> CodeSystem:
    """The system with what the supplements say of its concepts; the system itself is left as it is."""
    if not additions:
        return system
    concepts = dict(system.concepts)
    for addition in additions:
        for code, said in addition.concepts.items():
            if own := concepts.get(code):
                concepts[code] = _extended(own, said, addition)
    return replace(
        system,
        concepts=concepts,
        properties={**system.properties, **{k: v for a in additions for k, v in a.properties.items()}},
        used_supplements=(*system.used_supplements, *(a.canonical for a in additions)),
        _folded=None,
    )


def _extended(own: Concept, said: Concept, addition: CodeSystem) -> Concept:
    words = [replace(d, source=addition.canonical) for d in said.designations]
    if said.display:
        words.append(Designation(said.display, addition.language, source=addition.canonical))
    return replace(
        own,
        designations=(*own.designations, *words),
        properties=(*own.properties, *said.properties),
        extension=(*own.extension, *said.extension),
        status=own.status or said.status,
    )


def _content(resource: Json) -> Content:
    try:
        return Content(resource.get("content", "complete"))
    except ValueError as unknown:
        raise ValueError("its content is none that FHIR knows") from unknown


def _definitions(resource: Json) -> Iterator[PropertyDefinition]:
    for p in resource.get("property") or ():
        if isinstance(p, dict) and p.get("code"):
            yield PropertyDefinition(str(p["code"]), str(p.get("uri", "")), str(p.get("type", "")))


def _concepts(
    listed: Sequence[Any], parent: Concept | None, system: CodeSystem, depth: int
) -> Iterator[Concept]:
    if depth > DEPTH_MAX:
        raise ValueError(f"it is nested deeper than {DEPTH_MAX} levels")
    for item in listed:
        if not isinstance(item, dict) or not isinstance(item.get("code"), str):
            continue
        concept = _concept(item, system)
        if parent is not None:
            concept.parents.append(parent.code)
        yield concept
        yield from _concepts(item.get("concept") or (), concept, system, depth + 1)


def _concept(item: Json, system: CodeSystem) -> Concept:
    properties = tuple(_properties(item))
    extension = item.get("extension") or ()
    concept = Concept(
        code=item["code"],
        display=str(item.get("display", "")),
        definition=str(item.get("definition", "")),
        designations=tuple(designation(d) for d in item.get("designation") or () if d.get("value")),
        properties=properties,
        extension=extension,
        status=standards_status(extension),
    )
    for p in properties:
        match _meaning(p.code, system):
            case "status" if isinstance(p.value, str):
                concept.status = p.value
                concept.inactive |= p.value in _OUT_OF_USE
            case "inactive":
                concept.inactive |= p.value is True or p.value == "true"
            case "notSelectable" | "abstract":
                concept.abstract |= p.value is True or p.value == "true"
            case "deprecated" if p.value is True:
                concept.status = concept.status or "deprecated"
    return concept


def _meaning(property: str, system: CodeSystem) -> str:
    """What FHIR calls the property: by its uri, else by its code."""
    defined = system.properties.get(property)
    named = defined.uri.removeprefix(CONCEPT_PROPERTIES) if defined else ""
    return named if named in _TOLD_BY_URI else property


def _properties(item: Json) -> Iterator[Property]:
    for p in item.get("property") or ():
        kind = next((k for k in p if k.startswith("value")), "")
        if kind and p.get("code"):
            yield Property(str(p["code"]), kind, p[kind])


def designation(item: Json) -> Designation:
    return Designation(
        value=str(item["value"]),
        language=str(item.get("language", "")),
        use=item.get("use"),
        extension=item.get("extension") or (),
    )


def _join(system: CodeSystem, concept: Concept) -> None:
    """A code that stands in several places of the tree is one concept with several parents."""
    known = system.concepts.get(concept.code)
    if known is None:
        system.concepts[concept.code] = concept
    else:
        known.parents += [p for p in concept.parents if p not in known.parents]


def _link(system: CodeSystem) -> None:
    """Parents said by properties, then children from parents."""
    for concept in system.concepts.values():
        for p in concept.properties:
            said = str(p.value)
            if p.code in _UPWARD and said in system.concepts and said not in concept.parents:
                concept.parents.append(said)
            below = system.concepts.get(said) if p.code == "child" else None
            if below is not None and concept.code not in below.parents:
                below.parents.append(concept.code)
    for concept in system.concepts.values():
        for parent in concept.parents:
            if above := system.concepts.get(parent):
                above.children.append(concept.code)
