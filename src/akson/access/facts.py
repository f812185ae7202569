"""What a decision rests on: rows that the record derives from its own resources, each with its own life in time.

    Relation('astrid', 'Organization/hjemmetjenesten-ost', 'service-decision', 2026-01-03, None, 'EpisodeOfCare/astrid-hj')
    Barrier('astrid', 'block', persons=('Practitioner/omar',), valid_from=2026-02-01, source='Consent/astrid-blokk')
    Representation('astrid', 'RelatedPerson/marit', 'power-of-attorney', (), 2026-01-01, None, 'Consent/astrid-fullmakt')
    Traits('astrid', birth_date=1942-03-05, protected=False)

`Facts` is all of them for the patients of one resource. Ids and codes only: no names, no clinical content. Pure values:
the same facts, question and policy give the same decision, today and in a replay.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Relation:
    """`grantee` stands in a care relation to `patient` from `valid_from` until `valid_to` (exclusive; None: open)."""

    patient: str
    grantee: str
    """`Practitioner/ida`, `Organization/hjemmetjenesten-ost`."""
    kind: str
    """A name of `RelationKind`."""
    valid_from: datetime
    valid_to: datetime | None = None
    source: str = ""
    """`Type/id` of the resource that gives it."""


@dataclass(frozen=True, slots=True)
class Barrier:
    """What the citizen has closed (Volven 7608 BL blokkere, SP sperre), to whom and of what.

    Each dimension that is stated (not empty) must reach: persons, roles, enterprises; `…_except` turns it into "all but the
    listed". No dimension stated: it reaches everyone. `categories` are data classes or labels of a resource; none: all.
    """

    patient: str
    kind: str
    """`block`: never, also not in an emergency. `restrict`: not without a stated ground that lifts it."""
    persons: tuple[str, ...] = ()
    persons_except: bool = False
    roles: tuple[str, ...] = ()
    roles_except: bool = False
    enterprises: tuple[str, ...] = ()
    enterprises_except: bool = False
    categories: tuple[str, ...] = ()
    categories_except: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Representation:
    """`representative` may act for `patient`."""

    patient: str
    representative: str
    """`RelatedPerson/marit`."""
    basis: str
    """`parental`, `power-of-attorney`, `guardian` (Volven 7611 FO, FU, VE)."""
    categories: tuple[str, ...] = ()
    """Data classes or labels it is limited to; none: whole."""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    shares_address: bool = False
    """One of those with parental responsibility is registered at the patient's own address, by the facts of now (7611 FO:
    it need not be this one)."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Traits:
    """What of the patient herself a rule may ask."""

    patient: str
    birth_date: date | None = None
    protected: bool = False
    """Her address is graded (strengt fortrolig, fortrolig, klientadresse; codes 6 and 7 of old)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known about the patients of one resource, and of the resource what a rule may ask.

    Of a merged person, rows of every linked Patient stand here under the id that the resource names.
    """

    patients: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    barriers: tuple[Barrier, ...] = ()
    representations: tuple[Representation, ...] = ()
    traits: tuple[Traits, ...] = ()
    labels: tuple[str, ...] = ()
    """Security labels of the resource: codes of `meta.security`, in its order; and of a draft whose it is (`DRAFT_OF`)."""
    released: datetime | None = None
    """Until then the citizen and those who represent her do not see the resource (9603 NORU). Labelled so without a time:
    the latest time there is."""
    matches: tuple[str, ...] = ()
    """Which of the searches that the scopes of an app name (`Matching.query`) the resource answers, in their order."""


NO_FACTS = Facts()

DRAFT_OF = "draft-of:"
"""Label of a version that is a draft, with its author's reference: `draft-of:Practitioner/ida`. The record derives it; of
`meta.security` no such code is believed. Without a reference: a draft that nobody may take for hers."""


class RelationKind:
    """What gives a care relation. The policy names which of them count for whom; words for people stand with the rules."""

    SERVICE_DECISION = "service-decision"
    CARE_TEAM = "care-team"
    WORKLIST = "worklist"
    VISIT = "visit"
    WARD = "ward"
    REFERRAL = "referral"
    MESSAGE = "message"
    GP_LIST = "gp-list"
    SELF_DECLARED = "self-declared"
    ATTESTED = "attested"
    """Vouched for by another enterprise; no row of the record, it comes with the actor."""
    EMERGENCY = "emergency"
    """Opened for some hours with a ground; counts only for the purpose of emergency."""
    LIFTED = "lifted"
    """A restriction lifted with a ground; opens nothing by itself."""


ORDINARY: frozenset[str] = frozenset(
    {
        RelationKind.SERVICE_DECISION,
        RelationKind.CARE_TEAM,
        RelationKind.WORKLIST,
        RelationKind.VISIT,
        RelationKind.WARD,
        RelationKind.REFERRAL,
        RelationKind.MESSAGE,
        RelationKind.GP_LIST,
        RelationKind.SELF_DECLARED,
    }
)
"""Those that may count for ordinary care; which do for whom, the policy says."""
