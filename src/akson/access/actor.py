"""Who asks and why. Frozen values made at the door's edge: login, token, message envelope, command line."""

from dataclasses import dataclass
from enum import StrEnum


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
    """For a proxy: references of the Patients represented."""

    @property
    def grantees(self) -> tuple[str, ...]:
        """Every reference a care relation may be given to and reach this actor."""
        return tuple(dict.fromkeys(r for r in (self.reference, *self.organisations) if r))
