"""The shapes definitions come in. Frozen values; reading the file is loading.py's.

Spec: https://hl7.org/fhir/R4/elementdefinition.html, https://hl7.org/fhir/R4/searchparameter.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class ElementType:
    """`Reference` with the types it may point to; `Quantity` with the profile `SimpleQuantity`."""

    code: str
    targets: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    strength: str
    """`required`, `extensible`, `preferred` or `example`."""
    value_set: str
    """Canonical url, without version."""
    maximum: str = ""
    """The value set that no code may be outside of, where the binding itself is weaker than required."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """An invariant, e.g. `obs-7`; `expression` is FHIRPath, true when all is well."""

    key: str
    severity: str
    human: str
    expression: str


@dataclass(frozen=True, slots=True)
class ElementDefinition:
    """`Observation.value[x]`, 0..1, of eleven types."""

    path: str
    min: int
    max: int | None
    """None is `*`."""
    types: tuple[ElementType, ...]
    content_reference: str = ""
    """`Observation.referenceRange` for Observation.component.referenceRange; else empty."""
    binding: Binding | None = None
    constraints: tuple[Constraint, ...] = ()
    summary: bool = False
    modifier: bool = False
    xml_attribute: bool = False

    @property
    def name(self) -> str:
        """`value` for `Observation.value[x]`: the name FHIRPath uses."""
        return self.path.rpartition(".")[2].removesuffix("[x]")

    @property
    def choice(self) -> bool:
        return self.path.endswith("[x]")

    @property
    def repeats(self) -> bool:
        return self.max is None or self.max > 1


@dataclass(frozen=True)
class TypeDefinition:
    name: str
    kind: str
    """`resource`, `complex-type` or `primitive-type`."""
    abstract: bool
    base: str
    elements: tuple[ElementDefinition, ...]
    """In the order of the snapshot; the first is the type itself."""

    @cached_property
    def children(self) -> Mapping[str, tuple[ElementDefinition, ...]]:
        """Path of a node -> its elements in order: `Observation.component` -> (id, extension, …)."""
        grouped: dict[str, list[ElementDefinition]] = {}
        for element in self.elements[1:]:
            grouped.setdefault(element.path.rpartition(".")[0], []).append(element)
        return {path: tuple(found) for path, found in grouped.items()}


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a composite: the url of the parameter it is typed by, and where to look."""

    definition: str
    expression: str


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """`code` on Observation, a token, found at `Observation.code`."""

    code: str
    bases: tuple[str, ...]
    type: str
    """token reference string date number quantity uri composite special."""
    expression: str
    targets: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    url: str = ""
