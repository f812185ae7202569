"""Reads r4.json.gz once and hands out its parts, each built when first asked for.

The whole file is unpacked (some ms), but a type becomes objects only when somebody needs it: a process that
handles Observations never pays for ExplanationOfBenefit.
"""

import gzip
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from akson.fhir.definitions.model import (
    Binding,
    Component,
    Constraint,
    ElementDefinition,
    ElementType,
    SearchParameter,
    TypeDefinition,
)
from akson.fhir.problem import Problem, ProblemKind

FLAG_SUMMARY, FLAG_MODIFIER, FLAG_XML_ATTRIBUTE = 1, 2, 4


class _Head(msgspec.Struct):
    name: str
    kind: str
    abstract: bool
    base: str


class _Packed(msgspec.Struct):
    """The file's top level; types stay raw text."""

    version: str
    types: dict[str, msgspec.Raw]
    search: msgspec.Raw
    compartments: dict[str, dict[str, tuple[str, ...]]]
    values: msgspec.Raw
    systems: msgspec.Raw
    extensions: msgspec.Raw


def _element(row: list[Any]) -> ElementDefinition:
    """A row is path, min, max, types and, when they say something, flags, reference, binding, constraints."""
    path, low, high, types = row[:4]
    flags: int = row[4] if len(row) > 4 else 0
    binding = row[6] if len(row) > 6 else None
    return ElementDefinition(
        path=path,
        min=low,
        max=high,
        types=tuple(ElementType(t[0], *(tuple(part) for part in t[1:])) for t in types),
        content_reference=row[5] if len(row) > 5 else "",
        binding=Binding(binding[0], *(url.split("|")[0] for url in binding[1:])) if binding else None,
        constraints=tuple(Constraint(*c) for c in row[7]) if len(row) > 7 else (),
        summary=bool(flags & FLAG_SUMMARY),
        modifier=bool(flags & FLAG_MODIFIER),
        xml_attribute=bool(flags & FLAG_XML_ATTRIBUTE),
    )


class Definitions:
    """Entry point: `load()`. Everything handed out is shared and must not be changed."""

    def __init__(self, packed: bytes) -> None:
        self._packed = msgspec.json.decode(packed, type=_Packed)
        heads = {name: msgspec.json.decode(raw, type=_Head) for name, raw in self._packed.types.items()}
        self.version = self._packed.version
        self.resource_types: tuple[str, ...] = tuple(
            sorted(n for n, h in heads.items() if h.kind == "resource" and not h.abstract)
        )
        """The concrete resource types, by name."""
        self._kinds = {name: head.kind for name, head in heads.items()}
        self._bases = {name: head.base for name, head in heads.items()}
        self._types: dict[str, TypeDefinition] = {}
        self._search: dict[str, dict[str, SearchParameter]] | None = None
        self._search_of: dict[str, Mapping[str, SearchParameter]] = {}
        self._by_url: dict[str, SearchParameter] = {}
        self._values: dict[str, dict[str, tuple[str, ...]]] | None = None
        self._codes: dict[str, frozenset[str] | None] = {}
        self._systems: dict[str, frozenset[str]] | None = None
        self._extensions: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] | None = None
        self._profiles: dict[str, dict[str, Any]] | None = None

    def has(self, name: str) -> bool:
        return name in self._kinds

    def kind(self, name: str) -> str:
        """`resource`, `complex-type`, `primitive-type`, or empty for what does not exist."""
        return self._kinds.get(name, "")

    def type(self, name: str) -> TypeDefinition:
        """Raises Problem NOT_FOUND AKS-FHIR-101 for a name FHIR R4 does not know."""
        found = self._types.get(name)
        if found is None:
            raw = self._packed.types.get(name)
            if raw is None:
                raise Problem(
                    ProblemKind.NOT_FOUND,
                    "AKS-FHIR-101",
                    f"FHIR R4 has no type {name[:80]!r}.",
                    code="not-supported",
                )
            plain = msgspec.json.decode(raw)
            found = TypeDefinition(
                name=plain["name"],
                kind=plain["kind"],
                abstract=plain["abstract"],
                base=plain["base"],
                elements=tuple(_element(row) for row in plain["elements"]),
            )
            self._types[name] = found
        return found

    def lineage(self, name: str) -> tuple[str, ...]:
        """The type and what it derives from: `("Age", "Quantity", "Element")`."""
        line = []
        while name in self._kinds:
            line.append(name)
            name = self._bases[name]
        return tuple(line)

    def search_parameters(self, type: str) -> Mapping[str, SearchParameter]:
        """Code -> parameter, those of Resource and DomainResource included, sorted by code."""
        found = self._search_of.get(type)
        if found is None:
            every = self._every_search_parameter()
            merged: dict[str, SearchParameter] = {}
            for base in reversed(self.lineage(type)):
                merged.update(every.get(base, {}))
            found = self._search_of[type] = dict(sorted(merged.items()))
        return found

    def search_parameter_by_url(self, url: str) -> SearchParameter | None:
        self._every_search_parameter()
        return self._by_url.get(url)

    def _every_search_parameter(self) -> dict[str, dict[str, SearchParameter]]:
        if self._search is None:
            self._search = {}
            for code, bases, kind, expression, targets, components, url in msgspec.json.decode(
                self._packed.search
            ):
                parameter = SearchParameter(
                    code,
                    tuple(bases),
                    kind,
                    expression,
                    tuple(targets),
                    tuple(Component(*c) for c in components),
                    url,
                )
                self._by_url[url] = parameter
                for base in bases:
                    self._search.setdefault(base, {})[code] = parameter
        return self._search

    def compartment(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """Compartment (`Patient`, `Encounter`, …) -> type -> codes of the parameters that place it there."""
        return self._packed.compartments.get(name, {})

    def code_systems(self, value_set: str) -> Mapping[str, tuple[str, ...]] | None:
        """System -> codes of a value set of R4; None when it is not a closed list."""
        if self._values is None:
            self._values = msgspec.json.decode(
                self._packed.values, type=dict[str, dict[str, tuple[str, ...]]]
            )
        return self._values.get(value_set)

    def system(self, url: str) -> frozenset[str] | None:
        """All codes of one of FHIR's own code systems; None for other systems."""
        if self._systems is None:
            self._systems = msgspec.json.decode(self._packed.systems, type=dict[str, frozenset[str]])
        return self._systems.get(url)

    def extension(self, url: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """Where a core extension may stand (`Patient`, `Element`) and the types its value may have."""
        if self._extensions is None:
            self._extensions = msgspec.json.decode(
                self._packed.extensions, type=dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
            )
        return self._extensions.get(url)

    def profile(self, url: str) -> dict[str, Any] | None:
        """A profile or extension that R4 itself publishes (`vitalsigns`, `bp`), with its differential alone."""
        if self._profiles is None:
            self._profiles = msgspec.json.decode(gzip.decompress(_file("profiles.json.gz")))
        return self._profiles.get(url)

    def codes(self, value_set: str) -> frozenset[str] | None:
        """The codes of all its systems; None when it is not a closed list (languages, MIME types, UCUM)."""
        if value_set not in self._codes:
            systems = self.code_systems(value_set)
            self._codes[value_set] = None if systems is None else frozenset().union(*systems.values())
        return self._codes[value_set]


@cache
def load() -> Definitions:
    """The R4 definitions of this installation."""
    return Definitions(gzip.decompress(_file("r4.json.gz")))


def _file(name: str) -> bytes:
    return files("akson.fhir.definitions").joinpath(name).read_bytes()
