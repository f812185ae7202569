"""The profiles and value sets that a caller brings (of a folder, a package, an implementation guide), and R4's own."""

from collections.abc import Iterable, Mapping
from typing import Any

from akson.fhir.definitions import load
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.validation.finding import Codes
from akson.fhir.validation.profiles.building import short, tree_of
from akson.fhir.validation.profiles.model import Node
from akson.fhir.validation.profiles.value_sets import ValueSets

_CORE = "http://hl7.org/fhir/StructureDefinition/"
_DERIVED_MAX = 50
"""Profiles on profiles on profiles."""


class Profiles:
    """StructureDefinitions, ValueSets and CodeSystems as plain dicts; anything else among them is passed over."""

    def __init__(self, resources: Iterable[Mapping[str, Any]] = (), terminology: Codes | None = None) -> None:
        every = list(resources)
        self._structures = {
            one["url"]: one
            for one in every
            if one.get("resourceType") == "StructureDefinition" and "url" in one
        }
        self._value_sets = ValueSets(
            one for one in every if one.get("resourceType") in ("ValueSet", "CodeSystem")
        )
        self._terminology = terminology
        self._trees: dict[str, Node] = {}

    def along(self, resources: Iterable[Mapping[str, Any]]) -> "Profiles":
        """These and others; where both have a url, these count. What was built of these serves there too."""
        added = Profiles(resources, self._terminology)
        added._structures |= self._structures
        added._value_sets = self._value_sets.along(added._value_sets)
        added._trees |= self._trees
        return added

    def __contains__(self, url: str) -> bool:
        return self._structure(url.partition("|")[0]) is not None

    def _structure(self, url: str) -> Mapping[str, Any] | None:
        """The caller's, else one that R4 publishes; a type of R4 is none."""
        given = self._structures.get(url)
        if given is not None or not url.startswith(_CORE) or load().has(url.removeprefix(_CORE)):
            return given
        return load().profile(url)

    def urls(self) -> tuple[str, ...]:
        return tuple(self._structures)

    def version_of(self, url: str) -> str:
        """The version it has here; "" for one that has none."""
        return str((self._structure(url.partition("|")[0]) or {}).get("version", ""))

    def pinned(self, url: str) -> bool:
        """Whether `url`, with the version that may stand after `|`, is one that is here in that version."""
        name, _, version = url.partition("|")
        return name in self and version in ("", self.version_of(name))

    def of_resources(self) -> dict[str, list[str]]:
        """Resource type -> `url|version` of the profiles given for it, sorted: what a capability statement declares."""
        found: dict[str, list[str]] = {}
        for url, one in sorted(self._structures.items()):
            if one.get("kind") == "resource" and one.get("derivation") == "constraint" and "type" in one:
                version = self.version_of(url)
                found.setdefault(self.type_of(url), []).append(f"{url}|{version}" if version else url)
        return found

    def type_of(self, url: str) -> str:
        """The type a known profile constrains."""
        return short((self._structure(url.partition("|")[0]) or {})["type"])

    def tree(self, url: str) -> Node:
        """Raises Problem NOT_FOUND AKS-FHIR-102 for a profile that was not given."""
        return self._tree(url.partition("|")[0], 0)

    def _tree(self, url: str, depth: int) -> Node:
        found = self._trees.get(url)
        if found is None:
            structure = self._structure(url)
            if structure is None or depth > _DERIVED_MAX:
                raise Problem(
                    ProblemKind.NOT_FOUND,
                    "AKS-FHIR-102",
                    f"The profile {url[:200]!r} is not known here.",
                    now="Load the package it comes with.",
                    code="not-supported",
                )
            base = short(structure.get("baseDefinition", ""))
            over = self._tree(base, depth + 1) if base in self else None
            found = self._trees[url] = tree_of(structure, over)
        return found

    def member_of(self, value: Any, type: str, value_set: str) -> bool | None:
        """Of a code, Coding, CodeableConcept (any coding) or Quantity; None when nobody can tell."""
        codings = _codings(value, type)
        if codings is None:
            return None
        answers = [self._value_sets.contains(value_set, system, code) for system, code in codings]
        if True in answers:
            return True
        if None in answers and self._terminology is not None:
            return self._terminology.member_of(value, type, value_set)
        return None if None in answers else False


def _codings(value: Any, type: str) -> list[tuple[str | None, str]] | None:
    if isinstance(value, str):
        return [(None, value)]
    if not isinstance(value, dict):
        return None
    if type == "CodeableConcept":
        return [(c.get("system", ""), c["code"]) for c in value.get("coding", ()) if "code" in c]
    if "Quantity" in load().lineage(type) or type == "Coding":
        return [(value.get("system", ""), value["code"])] if "code" in value else []
    return None
