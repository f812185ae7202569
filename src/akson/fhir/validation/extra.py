"""Rules that the text of R4 states and no invariant says: of Coding, Identifier, Bundle, CodeSystem, and of extensions.

Spec: https://hl7.org/fhir/R4/datatypes.html#Coding, https://hl7.org/fhir/R4/bundle.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from akson.fhir.definitions import load
from akson.fhir.primitives import oid
from akson.fhir.validation.bundles import document, entries, first, search_results
from akson.fhir.validation.finding import SLIP, UNRESOLVED, Finding, Scope
from akson.fhir.validation.references import one_type

Rule: TypeAlias = Callable[[Any, Scope], list[Finding] | None]

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_VALUE_SET = "http://hl7.org/fhir/ValueSet/"


def _coding(value: Any, _scope: Scope) -> list[Finding] | None:
    """A system is a system; and where it is one of FHIR's own, it knows the code."""
    system = value["system"]
    if system in _GOOD:
        codes = _GOOD[system]
    else:
        if not _ABSOLUTE.match(system):
            return [Finding(".system", UNRESOLVED, "must be an absolute uri")]
        if system.startswith(_VALUE_SET):
            return [Finding(".system", UNRESOLVED, "must be a code system, and is a value set")]
        if system.startswith("urn:oid:") and oid(system) is not None:
            return [Finding(".system", SLIP, "must be an OID such as urn:oid:1.2.3")]
        codes = load().system(system)
        if len(_GOOD) < _REMEMBERED_MAX:
            _GOOD[system] = codes
    if codes is None or value.get("code") is None or value["code"] in codes:
        return None
    return [Finding(".code", UNRESOLVED, f"must be a code of {system}")]


_GOOD: dict[str, frozenset[str] | None] = {}
"""Systems that were looked at, with their codes where these are known."""
_REMEMBERED_MAX = 10_000


_URIS = "urn:ietf:rfc:3986"


def _identifier(value: Any, _scope: Scope) -> list[Finding] | None:
    """A namespace that is no absolute uri means something else to every reader; in that of uris, the value is one."""
    system = value["system"]
    if not _ABSOLUTE.match(system):
        return [Finding(".system", UNRESOLVED, "must be an absolute uri")]
    if system.startswith("urn:oid:") and oid(system) is not None:
        return [Finding(".system", SLIP, "must be an OID such as urn:oid:1.2.3")]
    if system == _URIS and "value" in value and not _ABSOLUTE.match(value["value"]):
        return [Finding(".value", SLIP, f"must be an absolute uri, as the system is {_URIS}")]
    return None


def _extension(value: Any, _scope: Scope) -> list[Finding] | None:
    """A core extension has a value of the type it was defined with."""
    known = load().extension(value["url"])
    if known is None:
        return None
    types = known[1]
    for key in value:
        if key.startswith("value"):
            if not types:
                return [Finding(".value", "structure", "must not be there: the extension holds extensions")]
            if key[len("value") :] not in {type[:1].upper() + type[1:] for type in types}:
                return [Finding(".value", "structure", f"must be of type {' or '.join(types)}")]
    return None


_CONTENT = re.compile(r">[^<]*[^<\s]|<(?:[A-Za-z0-9]+:)?img\b")


def _narrative(value: Any, _scope: Scope) -> list[Finding] | None:
    """txt-2: a div with nothing in it tells a reader that there is nothing to tell."""
    if _CONTENT.search(value["div"]):
        return None
    return [Finding(".div", SLIP, "must have some content that is not white space (txt-2)")]


def _addresses(value: Any, _scope: Scope) -> list[Finding] | None:
    """Only the parts of a complex extension have a mere name for a url."""
    found = [
        Finding(f".{name}[{index}].url", SLIP, "must be an absolute address")
        for name in ("extension", "modifierExtension")
        for index, extension in enumerate(value.get(name, ()))
        if not _ABSOLUTE.match(extension["url"])
    ]
    return found or None


_VALUE_OF = {"code": "valueCode", "Coding": "valueCoding"} | {
    type: "value" + type[:1].upper() + type[1:]
    for type in ("boolean", "dateTime", "decimal", "integer", "string")
}


def _concept_properties(value: Any, _scope: Scope) -> list[Finding] | None:
    """The value of a concept's property is of the type that the code system declares for it."""
    wanted = {one["code"]: _VALUE_OF.get(one["type"]) for one in value["property"]}
    found: list[Finding] = []
    waiting = [(f".concept[{i}]", one) for i, one in enumerate(value.get("concept", ()))]
    while waiting:
        path, concept = waiting.pop()
        waiting += [(f"{path}.concept[{i}]", one) for i, one in enumerate(concept.get("concept", ()))]
        for index, said in enumerate(concept.get("property", ())):
            key = wanted.get(said.get("code", ""))
            if key is not None and key not in said:
                text = f"must be of type {key.removeprefix('value')}, as the code system declares"
                found.append(Finding(f"{path}.property[{index}].value", SLIP, text))
    return found or None


def _extensions_of_resource(value: Any, _scope: Scope) -> list[Finding] | None:
    """A core extension stands where it was defined to stand; told for resources, whose place is never in doubt."""
    line = {*load().lineage(value["resourceType"]), "Element", "*"}
    if "url" in value:
        # HL7 itself puts the extensions of StructureDefinition on its other definitions.
        line.add("StructureDefinition")
    found: list[Finding] = []
    for index, extension in enumerate(value["extension"]):
        known = load().extension(extension["url"])
        if known is not None and known[0] and line.isdisjoint(known[0]):
            text = f"must not stand here; it belongs to {' or '.join(known[0])}"
            found.append(Finding(f".extension[{index}]", "structure", text))
    return found or None


EXTENDED: tuple[tuple[frozenset[str] | None, Rule], ...] = (
    (frozenset({"extension", "modifierExtension"}), _addresses),
)
"""Of everything but an extension."""

RESOURCE: tuple[tuple[frozenset[str] | None, Rule], ...] = (
    (frozenset({"extension"}), _extensions_of_resource),
)
"""Of every resource."""

EXTRA: Mapping[str, tuple[tuple[frozenset[str] | None, Rule], ...]] = {
    "Bundle": (
        (None, first),
        (frozenset({"entry"}), entries),
        (frozenset({"entry"}), document),
        (frozenset({"entry"}), search_results),
    ),
    "CodeSystem": ((frozenset({"property"}), _concept_properties),),
    "Identifier": ((frozenset({"system"}), _identifier),),
    "Extension": ((frozenset({"url"}), _extension),),
    "Coding": ((frozenset({"system"}), _coding),),
    "Narrative": ((frozenset({"div"}), _narrative),),
    "Reference": ((frozenset({"type"}), one_type),),
}
