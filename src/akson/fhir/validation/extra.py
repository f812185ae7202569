"""Rules that the text of R4 states and no invariant says: of Coding, Bundle, and where core extensions may stand.

Spec: https://hl7.org/fhir/R4/datatypes.html#Coding, https://hl7.org/fhir/R4/bundle.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from akson.fhir.definitions import load
from akson.fhir.validation.bundles import document, entries, search_results
from akson.fhir.validation.finding import UNRESOLVED, Finding, Scope

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
        codes = load().system(system)
        if len(_GOOD) < _REMEMBERED_MAX:
            _GOOD[system] = codes
    if codes is None or value.get("code") is None or value["code"] in codes:
        return None
    return [Finding(".code", UNRESOLVED, f"must be a code of {system}")]


_GOOD: dict[str, frozenset[str] | None] = {}
"""Systems that were looked at, with their codes where these are known."""
_REMEMBERED_MAX = 10_000


def _identifier(value: Any, _scope: Scope) -> list[Finding] | None:
    """A namespace that is no absolute uri means something else to every reader."""
    if _ABSOLUTE.match(value["system"]):
        return None
    return [Finding(".system", UNRESOLVED, "must be an absolute uri")]


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


RESOURCE: tuple[tuple[frozenset[str] | None, Rule], ...] = (
    (frozenset({"extension"}), _extensions_of_resource),
)
"""Of every resource."""

EXTRA: Mapping[str, tuple[tuple[frozenset[str] | None, Rule], ...]] = {
    "Bundle": (
        (frozenset({"entry"}), entries),
        (frozenset({"entry"}), document),
        (frozenset({"entry"}), search_results),
    ),
    "Identifier": ((frozenset({"system"}), _identifier),),
    "Extension": ((frozenset({"url"}), _extension),),
    "Coding": ((frozenset({"system"}), _coding),),
}
