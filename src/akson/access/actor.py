"""Who asks and why. Frozen values made at the door's edge: login, token, message envelope, command line."""

from dataclasses import dataclass
from enum import StrEnum

from akson.access.scopes import AppScope

ORGANISATION_NUMBERS = "urn:oid:2.16.578.1.12.4.1.4.101"
HPR_NUMBERS = "urn:oid:2.16.578.1.12.4.1.4.4"
ELSEWHERE = "elsewhere"
"""Every enterprise but the municipality itself, where a closing names enterprises."""


class ActorKind(StrEnum):
    PRACTITIONER = "practitioner"
    CITIZEN = "citizen"
    PROXY = "proxy"
    ORGANISATION = "organisation"
    """Another enterprise, known by its HER-id: the sender of a care message."""
    SYSTEM = "system"
    """A service client of the municipality itself, with full rights."""


class PurposeOfUse(StrEnum):
    TREATMENT = "treatment"
    EMERGENCY = "emergency"
    CARE_COORDINATION = "care-coordination"
    ADMINISTRATION = "administration"
    PATIENT_REQUEST = "patient-request"
    RESEARCH = "research"
    OPERATIONS = "operations"


@dataclass(frozen=True, slots=True)
class Attested:
    """What another enterprise vouches for in the national trust framework; it has been validated (identity.attestation)."""

    patients: tuple[str, ...]
    """Ids here of the patients it names; empty when it names none."""
    purpose: PurposeOfUse
    decision: str
    """The enterprise's own reference to its decision on access (`decision_ref.id`), for the log of both."""
    digest: str
    """SHA-256 of the attestation as received, in hex."""
    legal_entity: str = ""
    """Organisation number."""
    point_of_care: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    kind: ActorKind
    id: str
    """Stable subject: login name (`ida`), HER-id (`59`), client id (`system`)."""
    name: str
    """Shown to the citizen: `Ida Nilsen`."""
    tenant: int
    """The data controller: number of the municipality's tenant. From login or token, never from the URL."""
    role: str = ""
    """`nurse`, `doctor`, `gp`, `caseworker`, `message-officer`, `privacy-officer`, `administrator`; `` for others."""
    hpr: str = ""
    reference: str = ""
    """FHIR reference of the person: `Practitioner/ida`, or `Patient/astrid` for a citizen."""
    organisations: tuple[str, ...] = ()
    """FHIR references of the units worked for, nearest first: `Organization/hjemmetjenesten-ost`, ..."""
    unit_name: str = ""
    """Shown to the citizen: `Hjemmetjenesten Øst`."""
    level: int = 4
    """Level of assurance of the login, 1 to 4."""
    on_behalf_of: tuple[str, ...] = ()
    """For a proxy: references of the Patients represented in this session. It narrows; the right itself is a fact."""
    attested: Attested | None = None
    """For one who works in another enterprise: what that enterprise vouches for."""
    service: str = ""
    """Kind of service worked in: a code of 8663 (`KP02`), where the login tells."""
    own_patient: str = ""
    """`Patient/siri` when the member of staff is a patient here too."""
    scopes: tuple[AppScope, ...] | None = None
    """What the app through which she asks may at most; None: no app stands between."""
    patient_context: str = ""
    """Id of the patient that the app was opened for, which `patient/` scopes speak of."""
    client: str = ""
    """Id of that app or system."""

    @property
    def grantees(self) -> tuple[str, ...]:
        """Every reference a care relation may be given to and reach this actor."""
        return tuple(dict.fromkeys(r for r in (self.reference, *self.organisations) if r))

    @property
    def persons(self) -> tuple[str, ...]:
        """The references of the person herself: what is opened to her alone."""
        return (self.reference,) if self.reference else ()

    @property
    def known_as(self) -> tuple[str, ...]:
        """Every name by which a citizen may have closed her record to the person: her reference here, and a professional's
        HPR number (`urn:oid:2.16.578.1.12.4.1.4.4|9900004`), the only one that somebody elsewhere has."""
        hpr = f"{HPR_NUMBERS}|{self.hpr}" if self.hpr else ""
        return tuple(name for name in (*self.persons, hpr) if name)

    @property
    def enterprises(self) -> tuple[str, ...]:
        """Every unit and enterprise a citizen may have closed her record to, or an agreement may name, that is the actor's.

        Units by reference; an enterprise elsewhere by its number, as `urn:oid:2.16.578.1.12.4.1.4.101|974633574`, and
        each of them as `ELSEWHERE`.
        """
        here = tuple(o for o in self.organisations if o)
        if self.attested is None:
            return tuple(dict.fromkeys(here))
        numbers = (self.attested.legal_entity, self.attested.point_of_care)
        elsewhere = (f"{ORGANISATION_NUMBERS}|{number}" for number in numbers if number)
        return tuple(dict.fromkeys((*here, *elsewhere, ELSEWHERE)))
