"""`$lookup`: all that a code system says of one code. https://hl7.org/fhir/R4/codesystem-operation-lookup.html"""

from collections.abc import Iterator, Sequence

from akson.fhir.problem import ProblemKind
from akson.terminology import displays, findings
from akson.terminology.composing import Entry
from akson.terminology.concepts import CodeSystem, Concept, Designation, Json
from akson.terminology.expansion import require_supplements
from akson.terminology.library import Library
from akson.terminology.refusal import Refused
from akson.terminology.wishes import Wishes

_ALWAYS = ("inactive",)


def describe(url: str, version: str, code: str, library: Library, wishes: Wishes) -> Json:
    """The Parameters of the answer. Raises Refused AKS-TERMINOLOGY-035, -040, -041."""
    wishes = wishes.for_set("", "")
    library = library.with_supplements(wishes.supplements)
    require_supplements(library, wishes.supplements)
    system = known_system(library, url, version)
    concept = known_concept(system, code)
    words = displays.words(Entry(system, concept), wishes.languages)
    parts: list[Json] = [
        {"name": "name", "valueString": system.name or system.title or system.url},
        {"name": "code", "valueCode": concept.code},
        {"name": "system", "valueUri": system.url},
        {"name": "display", "valueString": words.display or concept.display or concept.code},
        {"name": "abstract", "valueBoolean": concept.abstract},
    ]
    if system.version:
        parts.insert(1, {"name": "version", "valueString": system.version})
    if concept.definition:
        parts.append({"name": "definition", "valueString": concept.definition})
    parts += [{"name": "designation", "part": _designation(d)} for d in _designations(system, concept)]
    parts += _properties(system, concept, wishes.properties)
    parts += [{"name": "used-supplement", "valueCanonical": c} for c in system.used_supplements]
    return {"resourceType": "Parameters", "parameter": parts}


def known_system(library: Library, url: str, version: str) -> CodeSystem:
    system = library.system(url, version)
    if system is not None:
        return system
    if held := library.versions(url):
        found = findings.UNKNOWN_VERSION.found(system=url, version=version, valid=findings.alternatives(held))
    else:
        found = findings.UNKNOWN_SYSTEM.found(system=url)
    raise Refused("AKS-TERMINOLOGY-040", found.text, finding=found, kind=ProblemKind.NOT_FOUND)


def known_concept(system: CodeSystem, code: str) -> Concept:
    concept = system.find(code)
    if concept is not None:
        return concept
    found = findings.UNKNOWN_CODE.found(code=code, system=system.url, version=system.version)
    raise Refused("AKS-TERMINOLOGY-041", found.text, finding=found, kind=ProblemKind.NOT_FOUND)


def _designations(system: CodeSystem, concept: Concept) -> Iterator[Designation]:
    if concept.display:
        yield Designation(concept.display, system.language, displays.PREFERRED)
    yield from concept.designations


def _designation(designation: Designation) -> list[Json]:
    parts: list[Json] = []
    if designation.language:
        parts.append({"name": "language", "valueCode": designation.language})
    if designation.use:
        use = {"display": designation.use.get("code"), **designation.use}
        parts.append({"name": "use", "valueCoding": use})
    if designation.source:
        parts.append({"name": "source", "valueCanonical": designation.source})
    return [*parts, {"name": "value", "valueString": designation.value}]


def _properties(system: CodeSystem, concept: Concept, wanted: Sequence[str]) -> Iterator[Json]:
    def asked(name: str) -> bool:
        return "*" in wanted or name in wanted

    yield _property("inactive", "valueBoolean", concept.inactive)
    for name, codes in (("parent", concept.parents), ("child", concept.children)):
        for code in codes if asked(name) else ():
            if other := system.concepts.get(code):
                yield _property(name, "valueCode", code, other.display)
    for p in concept.properties:
        if asked(p.code) and p.code not in _ALWAYS:
            yield _property(p.code, p.kind, p.value)


def _property(code: str, kind: str, value: object, description: str = "") -> Json:
    parts: list[Json] = [{"name": "code", "valueCode": code}, {"name": "value", kind: value}]
    if description:
        parts.append({"name": "description", "valueString": description})
    return {"name": "property", "part": parts}
