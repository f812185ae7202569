"""A profile as a tree: what it says about each element, with the slices of a list as branches.

    Observation ── code (pattern LOINC 85354-9)
                └─ component (slicing by pattern of code) ── slice systolic: min 1, code (pattern 8480-6), value …

Spec: https://hl7.org/fhir/R4/elementdefinition.html
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TypeRule:
    code: str
    profiles: tuple[str, ...] = ()
    """Profiles the value itself must follow, one of them."""
    targets: tuple[str, ...] = ()
    """Profiles or types a reference may point to."""
    aggregation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Discriminator:
    type: str
    """value, pattern, type, exists, profile."""
    path: str


@dataclass(frozen=True, slots=True)
class Slicing:
    discriminators: tuple[Discriminator, ...]
    rules: str
    """open, closed, openAtEnd."""
    ordered: bool


@dataclass(frozen=True, slots=True)
class BindingRule:
    strength: str
    """As in the definition; `maximum` for the set that no code may be outside of."""
    value_set: str
    coded_only: bool = False
    """Said of a choice of types that is left open: then of codes, and not of the units of quantities."""


@dataclass(frozen=True, slots=True)
class ConstraintRule:
    key: str
    severity: str
    human: str
    expression: str


@dataclass(slots=True)
class Node:
    """None and empty mean that the profile says nothing here."""

    name: str
    min: int | None = None
    max: int | None = None
    """A number; None also for `*`, which asks nothing."""
    types: tuple[TypeRule, ...] = ()
    fixed: tuple[str, Any] | None = None
    """Type (`Uri`) and value."""
    pattern: tuple[str, Any] | None = None
    low: tuple[str, Any] | None = None
    high: tuple[str, Any] | None = None
    length_max: int | None = None
    bindings: tuple[BindingRule, ...] = ()
    constraints: tuple[ConstraintRule, ...] = ()
    slicing: Slicing | None = None
    children: dict[str, "Node"] = field(default_factory=dict)
    slices: dict[str, "Node"] = field(default_factory=dict)

    def copy(self) -> "Node":
        """The tree again, to lay another profile over; what the leaves say is shared."""
        return Node(
            self.name,
            self.min,
            self.max,
            self.types,
            self.fixed,
            self.pattern,
            self.low,
            self.high,
            self.length_max,
            self.bindings,
            self.constraints,
            self.slicing,
            {name: child.copy() for name, child in self.children.items()},
            {name: piece.copy() for name, piece in self.slices.items()},
        )
