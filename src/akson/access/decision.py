"""The answer to "may she?": a Decision with the Restriction that the store must put inside its SQL.

`Restriction` is a small algebra over one stored resource. `access` writes it, `store` compiles it; relations become
EXISTS, never lists of ids. Example, Ida the nurse reading Observations:

    AnyOf((PatientRelation(grantees=('Practitioner/ida', 'Organization/hjemmetjenesten-ost'), at=2026-11-24T08:00Z),))

A resource that belongs to several patients must satisfy a relation for each of them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Everything:
    """No restriction within the tenant."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing may be seen."""


@dataclass(frozen=True, slots=True)
class NoPatient:
    """The resource belongs to no patient at all (open reference data: Organization, Practitioner, ...)."""


@dataclass(frozen=True, slots=True)
class PatientRelation:
    """Every patient of the resource (at least one) has a care relation, valid at `at`, to one of `grantees`."""

    grantees: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class PatientIs:
    """Every patient of the resource (at least one) is among these ids."""

    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """The resource answers this search of its own type (`category=vital-signs`): plain tokens alone (../scopes.py)."""

    type: str
    query: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Restriction", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Restriction", ...]


Restriction: TypeAlias = (
    Everything | Nothing | NoPatient | PatientRelation | PatientIs | Matching | AnyOf | AllOf
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that spoke. `id` is stable (`AKS-RULE-CARE-RELATION`); `words` is bokmål for screens and the citizen."""

    rule: str
    effect: str
    """`permit` or `deny`."""
    words: str
    source: str = ""
    """Legal source, e.g. `pasientjournalloven § 19`."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: an `action` (`read`, `search`, `history`, `create`, `update`, `delete`, `log`) on a type."""

    action: str
    type: str


@dataclass(frozen=True, slots=True)
class Decision:
    permit: bool
    restriction: Restriction
    """What of it may be seen. `Nothing()` when `permit` is false."""
    reasons: tuple[Reason, ...]
    obligations: tuple[str, ...] = ()
    """E.g. `log`, `notify-citizen`."""
    policy_version: str = ""
