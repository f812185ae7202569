"""What the patterns are given and what they give. No names, no addresses, no national ids: ids and keyed hashes alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Opening(StrEnum):
    """What opened the record."""

    ORDINARY = "ordinary"
    """A relation that somebody else made: a service decision, a list, a visit."""
    DECLARED = "declared"
    """A relation that the actor declared herself, with a reason."""
    EMERGENCY = "emergency"
    REFUSED = "refused"
    """Nothing did: she was turned away."""


class Kind(StrEnum):
    NEIGHBOUR = "neighbour"
    COLLEAGUE = "colleague"
    CELEBRITY = "celebrity"
    FAMILY = "family"
    """A former spouse, other family, someone of the same household."""
    BROWSING = "browsing"


@dataclass(frozen=True, slots=True)
class Look:
    """One response about one patient to one member of staff."""

    at: datetime
    actor: str
    patient: str
    role: str
    unit: str
    """Where she worked at the moment: a substitute's unit is the one she stands in for."""
    opening: Opening
    act: bool = False
    """Whether something was written."""


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff as the record knows her outside work. What is not known is empty, and matches nothing."""

    unit: str
    patient: str = ""
    """Her own record's id."""
    home: bytes = b""
    """Keyed hash of street, number and postal code."""
    near: frozenset[bytes] = frozenset()
    """The same of the numbers up to two away in her street, her own left out."""
    family: bytes = b""
    """Keyed hash of her family name."""
    relatives: frozenset[str] = frozenset()
    """Patients whose RelatedPerson she is."""
    former: frozenset[str] = frozenset()
    """Those whose RelatedPerson she was: the relation has ended, or is a divorce."""


@dataclass(frozen=True, slots=True)
class Resident:
    """A patient, as far as patterns ask."""

    home: bytes = b""
    family: bytes = b""
    celebrity: bool = False
    """Labelled so in the record."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    staff: Mapping[str, Staff] = field(default_factory=dict)
    """By actor id."""
    residents: Mapping[str, Resident] = field(default_factory=dict)
    """By patient id."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that speaks for a case, or against it when the weight is negative."""

    weight: float
    words: str
    """In bokmål, as the privacy officer reads it."""


@dataclass(frozen=True, slots=True)
class Case:
    """Worth asking about."""

    kind: Kind
    actor: str
    patients: tuple[str, ...]
    score: float
    reasons: tuple[str, ...]
    """Heaviest first."""
    first: datetime
    last: datetime
