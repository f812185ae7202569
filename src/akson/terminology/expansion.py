"""`$expand`: the codes of a value set, listed, nested and described as was wished.

Spec: https://hl7.org/fhir/R4/valueset-operation-expand.html. Which codes they are is composing.py's. `property` stands as
R5 has it, where R4 has nothing (docs/adr/0061-r5-parts-in-expansions.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from akson.terminology import displays, findings, standing
from akson.terminology.composing import CODES_MAX, Composer, Entry, Key, too_costly
from akson.terminology.concepts import CONCEPT_PROPERTIES, Content, Designation, Json
from akson.terminology.library import Library, ValueSet
from akson.terminology.refusal import Refused
from akson.terminology.wishes import Wishes

_HEADING = (
    "url",
    "version",
    "name",
    "title",
    "status",
    "experimental",
    "date",
    "publisher",
    "contained",
    "language",
)
_DEFINITION = ("extension", "identifier", "description", "compose")
"""What is told when the definition is asked for."""
_ECHOED_EXTENSIONS = frozenset(
    f"http://hl7.org/fhir/StructureDefinition/{name}"
    for name in (
        "rendering-style", "rendering-xhtml", "valueset-deprecated", "structuredefinition-standards-status",
        "coding-sctdescid", "valueset-concept-definition",
    )
)  # fmt: skip
# Extensions of the system or the value set that an expansion says as properties: end of url -> code, kind.
_AS_PROPERTY = {
    "codesystem-conceptOrder": ("order", "valueDecimal"),
    "valueset-conceptOrder": ("order", "valueDecimal"),
    "codesystem-label": ("label", "valueString"),
    "valueset-label": ("label", "valueString"),
    "itemWeight": ("weight", "valueDecimal"),
}
_URIS = {"weight": f"{CONCEPT_PROPERTIES}itemWeight"}


@dataclass(frozen=True, slots=True)
class Stamp:
    """Chance and time, from outside: urn:uuid and instant."""

    identifier: str
    timestamp: str


def expand(value_set: ValueSet, library: Library, wishes: Wishes, stamp: Stamp) -> Json:
    """The value set with its expansion. Raises Refused."""
    asked = value_set.parameters().get("displayLanguage", "")
    wishes = wishes.for_set(asked, str(value_set.resource.get("language", "")))
    composer = Composer(library.with_supplements((*wishes.supplements, *value_set.supplements())), wishes)
    require_supplements(composer.library, (*wishes.supplements, *value_set.supplements()))
    members = composer.members(value_set)
    apart = composer.apart(value_set)
    kept = {key: entry for key, entry in members.items() if _wanted(entry, wishes, value_set)}
    total = len(kept)
    paged = _paged(kept, wishes)
    if len(paged) > CODES_MAX:
        raise too_costly(value_set)
    shown = [(key, entry, contains(entry, wishes, apart=apart)) for key, entry in paged.items()]
    nest = not (wishes.exclude_nested or wishes.filter or wishes.offset) and wishes.count is None
    expansion: Json = {"identifier": stamp.identifier, "timestamp": stamp.timestamp, "total": total}
    if wishes.offset is not None:
        expansion["offset"] = wishes.offset
    expansion["parameter"] = _parameters(composer, wishes, value_set)
    if properties := _properties(composer, shown):
        expansion["property"] = properties
    if unclosed := _unclosed(composer):
        expansion["extension"] = unclosed
    if shown:
        expansion["contains"] = _nested(shown) if nest else [item for _, _, item in shown]
    heading = {name: value_set.resource[name] for name in _HEADING if name in value_set.resource}
    if wishes.include_definition:
        heading |= {name: value_set.resource[name] for name in _DEFINITION if name in value_set.resource}
    return {"resourceType": "ValueSet", **heading, "expansion": expansion}


def require_supplements(library: Library, canonicals: Sequence[str]) -> None:
    """Raises Refused AKS-TERMINOLOGY-035 when one of them is not known."""
    lacking = [c for c in canonicals if c and library.supplement(c) is None]
    if lacking:
        found = findings.NO_SUPPLEMENT.found(supplements=", ".join(lacking))
        raise Refused("AKS-TERMINOLOGY-035", found.text, finding=found)


def _wanted(entry: Entry, wishes: Wishes, value_set: ValueSet) -> bool:
    if entry.concept.inactive and (wishes.active_only or value_set.compose.get("inactive") is False):
        return False
    return not wishes.filter or _found(entry, wishes.filter)


def _found(entry: Entry, text: str) -> bool:
    """Every word of the text stands somewhere in the code or the words of the concept."""
    said = " ".join(
        (entry.concept.code, displays.own(entry).value, *(d.value for d in displays.designations(entry)))
    )
    return all(word in said.casefold() for word in text.casefold().split())


def _paged(members: dict[Key, Entry], wishes: Wishes) -> dict[Key, Entry]:
    start = wishes.offset or 0
    if wishes.count is None and not start:
        return members
    keys = list(members)[start : None if wishes.count is None else start + wishes.count]
    return {key: members[key] for key in keys}


def contains(entry: Entry, wishes: Wishes, *, apart: bool = False) -> Json:
    """One line of an expansion."""
    concept, words = entry.concept, displays.words(entry, wishes.languages)
    item: Json = {}
    extensions = [*concept.extension, *((entry.said or {}).get("extension") or ())]
    if kept := [
        e for e in extensions if e.get("url") in _ECHOED_EXTENSIONS and not _own_status(e, concept.extension)
    ]:
        item["extension"] = kept
    item["system"] = entry.system.url
    if apart and entry.system.version:
        item["version"] = entry.system.version
    item["code"] = concept.code
    if words.display:
        item["display"] = words.display
    if concept.abstract:
        item["abstract"] = True
    if concept.inactive:
        item["inactive"] = True
    if wishes.include_designations and (
        listed := [_designation(d) for d in words.others if _asked(d, wishes)]
    ):
        item["designation"] = listed
    if properties := list(_property_values(entry, extensions, wishes)):
        item["property"] = properties
    return item


def _own_status(extension: Json, own: Sequence[Json]) -> bool:
    """The system's word on a concept is said as the property `status`, not as an extension."""
    return extension in own and str(extension.get("url", "")).endswith("standards-status")


def _asked(designation: Designation, wishes: Wishes) -> bool:
    if not wishes.designations:
        return True
    use = designation.use or {}
    return any(
        wanted
        in (f"urn:ietf:bcp:47|{designation.language}", f"{use.get('system', '')}|{use.get('code', '')}")
        for wanted in wishes.designations
    )


def _designation(designation: Designation) -> Json:
    item: Json = {}
    if kept := [e for e in designation.extension if e.get("url") in _ECHOED_EXTENSIONS]:
        item["extension"] = kept
    if designation.language:
        item["language"] = designation.language
    if designation.use:
        item["use"] = designation.use
    item["value"] = designation.value
    return item


def _property_values(entry: Entry, extensions: Iterable[Json], wishes: Wishes) -> Iterable[Json]:
    said: dict[str, Json] = {}
    for extension in extensions:
        if named := _AS_PROPERTY.get(str(extension.get("url", "")).rpartition("/")[2]):
            code, kind = named
            value = next((v for k, v in extension.items() if k.startswith("value")), None)
            said[code] = {"code": code, kind: value}
    yield from said.values()
    concept = entry.concept
    if concept.status not in ("", "active"):
        yield {"code": "status", "valueCode": concept.status}
    if "definition" in wishes.properties and concept.definition:
        yield {"code": "definition", "valueString": concept.definition}
    for p in concept.properties:
        if p.code != "status" and ("*" in wishes.properties or p.code in wishes.properties):
            yield {"code": p.code, p.kind: p.value}


def _properties(composer: Composer, shown: Iterable[tuple[Key, Entry, Json]]) -> list[Json]:
    """What the properties of the lines are called elsewhere, each once."""
    uris: dict[str, str] = {}
    for _, entry, item in shown:
        for p in item.get("property", ()):
            code = p["code"]
            defined = entry.system.properties.get(code)
            uris.setdefault(
                code, defined.uri if defined and defined.uri else _URIS.get(code, CONCEPT_PROPERTIES + code)
            )
    return [{"code": code, "uri": uri} for code, uri in uris.items()]


def _parameters(composer: Composer, wishes: Wishes, value_set: ValueSet) -> list[Json]:
    used = composer.used
    shown = list(wishes.echo)
    shown += [{"name": name, "valueUri": value} for name, value in used.rules]
    shown += [{"name": "used-codesystem", "valueUri": c} for c in used.systems]
    shown += [{"name": "used-valueset", "valueUri": c} for c in used.value_sets]
    shown += [
        {"name": "used-fragment", "valueUri": s.canonical}
        for s in used.systems.values()
        if s.content is Content.FRAGMENT
    ]
    supplements = dict.fromkeys(c for s in used.systems.values() for c in s.used_supplements)
    shown += [{"name": "used-supplement", "valueUri": c} for c in supplements]
    warned = [
        (w, r.canonical)
        for r in (value_set, *used.value_sets.values(), *used.systems.values())
        if (w := standing.doubt(r, value_set))
    ]
    shown += [{"name": f"warning-{w}", "valueUri": c} for w, c in dict.fromkeys(warned)]
    return sorted(shown, key=lambda p: str(p["name"]))


def _unclosed(composer: Composer) -> list[Json]:
    base = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed"
    found: list[Json] = []
    for system in composer.used.systems.values():
        if system.content is Content.FRAGMENT:
            why = f"This extension is based on a fragment of the code system {system.url}"
            found += [{"url": base, "valueBoolean": True}, {"url": f"{base}-reason", "valueString": why}]
    return found[:2]


def _nested(shown: Sequence[tuple[Key, Entry, Any]]) -> list[Json]:
    """Children below their parent, where the include keeps the tree and the parent is shown."""
    items = {key: item for key, _, item in shown}
    top: list[Json] = []
    for key, entry, item in shown:
        above = next(
            (items[p] for parent in entry.concept.parents if (p := (key[0], key[1], parent)) in items), None
        )
        if entry.nested and above is not None and above is not item:
            above.setdefault("contains", []).append(item)
        else:
            top.append(item)
    return top
