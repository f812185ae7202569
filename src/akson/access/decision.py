"""The answer to "may she?": a Decision about one resource, and before it the Scope that the store puts inside its SQL.

`Restriction` is a small algebra over one stored resource. `access` writes it and `holds` judges it by facts; the store
compiles it, relations becoming EXISTS, never lists of ids. Example, Ida the nurse reading Observations:

    AllOf((PatientRelation(('Practitioner/ida', 'Organization/hjemmetjenesten-ost'), at, ('service-decision', …)),
           Not(Barred('block', ('Practitioner/ida',), 'nurse', ('Organization/…',), 'clinical', at))))

Leaves that permit ask EVERY patient of a resource; leaves that deny ask whether SOME patient is concerned and stand under
Not. A resource of several patients is therefore seen only by whom each of them lets.
"""

from dataclasses import dataclass
from datetime import date, datetime
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
class PatientIs:
    """Every patient of the resource (at least one) is among these ids."""

    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConcernsPatient:
    """SOME patient of the resource is among these ids. Stands under Not."""

    patients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PatientRelation:
    """Every patient of the resource (at least one) has a relation of one of `kinds`, valid at `at`, to one of `grantees`."""

    grantees: tuple[str, ...]
    at: datetime
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Represented:
    """Every patient of the resource (at least one) is represented, at `at`, by one of `representatives` on one of `bases`,
    for the category (the class of the type asked for) or one of the resource's labels."""

    representatives: tuple[str, ...]
    bases: tuple[str, ...]
    category: str
    at: datetime
    shares_address: bool = False
    """Asks in addition that the row says so (`Representation.shares_address`)."""


@dataclass(frozen=True, slots=True)
class AgeBetween:
    """Every patient of the resource (at least one) was born, and is of an age from `low` up to, not including, `high` years
    on the day `on` (Norwegian civil date). An unknown date of birth is no age."""

    low: int
    high: int
    on: date


@dataclass(frozen=True, slots=True)
class Barred:
    """SOME patient of the resource has a barrier of this kind, valid at `at`, that reaches the actor and the category.

    Stands under Not. A barrier that names categories reaches when it names `category` or a label of the resource.
    """

    kind: str
    persons: tuple[str, ...]
    role: str
    enterprises: tuple[str, ...]
    category: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AddressProtected:
    """SOME patient of the resource has a protected address. Stands under Not."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """The resource bears one of these labels."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Released:
    """The resource is not held back from the citizen at `at`: it has no time of release, or that has come."""

    at: datetime


@dataclass(frozen=True, slots=True)
class DraftOfAnother:
    """The version is a draft whose author, or one of whose authors, is not among these references. Stands under Not."""

    persons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """The resource answers this search of its own type (`category=vital-signs`): plain tokens (scopes.py), and references
    as `Type/id` (the owner of an item). Never of a superseded version."""

    type: str
    query: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Restriction", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Restriction", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Restriction"


Restriction: TypeAlias = (
    Everything
    | Nothing
    | NoPatient
    | PatientIs
    | ConcernsPatient
    | PatientRelation
    | Represented
    | AgeBetween
    | Barred
    | AddressProtected
    | Labelled
    | Released
    | DraftOfAnother
    | Matching
    | AnyOf
    | AllOf
    | Not
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
    words_en: str = ""
    """The same in English."""
    concealed: bool = False
    """Told to the citizen and in the log, never to the one who asked: it would tell what she has closed."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: an `action` on a type, at an instant.

    `read`, `search`, `history`, `create`, `update`, `delete`; `log` (who has opened the record); `identify` (find a person
    by exact identifier, or name and date of birth, before a record is opened with a ground); `erase`; what a change does to
    who may see: `give-worklist` and the like, `represent`, `close` (giving.py); `hold-bed` (a bed's holds, nothing else).
    """

    action: str
    type: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """How much of a kind of resource an actor may see for a purpose, before any facts: what goes into SQL.

    `decide(facts, …).permit` is exactly `holds(scope.restriction, facts)`; both come from the same rulings.
    """

    restriction: Restriction
    """Permits widened, denials taken away: AllOf((AnyOf(permits), Not(denial), …))."""
    redactions: tuple[str, ...]
    """Names of `access.redactions` whose elements are hidden in resources that satisfy the redaction's own restriction."""
    policy_version: str


@dataclass(frozen=True, slots=True)
class Decision:
    permit: bool
    reasons: tuple[Reason, ...]
    """Every rule that spoke, those that decided first."""
    obligations: tuple[str, ...] = ()
    """`log`, `notify-citizen`, `review`."""
    redactions: tuple[str, ...] = ()
    """What is to be taken out of this resource before it leaves: names of `access.redactions`."""
    policy_version: str = ""
