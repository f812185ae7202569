"""What a message is built of: the resources its writer may see, who writes, to whom, and what it answers. Frozen, no I/O.

Facts(patient={…}, resources={"Condition": ({…}, …), "EpisodeOfCare": (…)}, author={…}, house=(unit, …, municipality), …)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from akson.exchange.building.files import Enclosed
from akson.exchange.message_type import CareMessage, Resource
from akson.exchange.schema import Values
from akson.terminology.systems import HER_ID

_HER = (HER_ID, "http://hl7.no/fhir/NamingSystem/HERid")


@dataclass(frozen=True, slots=True)
class Address:
    """A communication party: the organisation, and the service in it when it is one (HIS 1153-2, AD2.2-AD2.7)."""

    name: str
    her: str
    service: str = ""
    service_her: str = ""
    written: Values = field(default_factory=dict)
    """MsgHead's Organisation as it came, when it is the party of a message that is answered: a GP's stays hers."""
    reference: str = ""
    """`Organization/…` of the party, where the record has it."""

    @property
    def party(self) -> str:
        """HER-id of the party itself."""
        return self.service_her or self.her

    @property
    def words(self) -> str:
        return ", ".join(part for part in (self.name, self.service) if part)


@dataclass(frozen=True, slots=True)
class Facts:
    patient: Resource
    sender: Address
    receiver: Address
    copies: tuple[Address, ...]
    at: datetime
    """Aware: when the message is made."""
    author: Resource
    """Practitioner who sends; {} when the record does not know her."""
    house: tuple[Resource, ...]
    """Organizations: the author's unit, then those above it."""
    resources: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)
    """By type, what her role sees of the patient; a type that is not asked for is absent."""
    staff: Mapping[str, Resource] = field(default_factory=dict)
    """Practitioners and Organizations that those name, by reference."""
    hidden: tuple[str, ...] = ()
    """Types that the author's role never sees: what is not shown is not said to be none."""
    about: CareMessage | None = None
    """The message it answers, complains of, changes or cancels."""
    about_reference: str = ""
    """`Communication/…` of that message."""
    files: tuple[Enclosed, ...] = ()
    replaces: str = ""
    """MsgId of the list at the hub that this one is to stand in place of; "" for none."""

    def of(self, type: str) -> tuple[Resource, ...]:
        return self.resources.get(type, ())


def her_of(organisation: Resource) -> str:
    identifiers = organisation.get("identifier", ())
    return next((str(i["value"]) for i in identifiers if i.get("system") in _HER and "value" in i), "")


def place(resource: Resource) -> str:
    """`Condition/astrid-problem-1`."""
    return f"{resource['resourceType']}/{resource['id']}"


def codings(concept: Resource | None) -> tuple[Resource, ...]:
    return tuple((concept or {}).get("coding", ()))


def says(concept: Resource | None) -> str:
    """What a CodeableConcept is called: its text, else the first display."""
    told = concept or {}
    displays = (str(c["display"]) for c in codings(told) if c.get("display"))
    return str(told.get("text") or next(displays, "")).strip()


def has_code(concept: Resource | None, *codes: str) -> bool:
    return any(c.get("code") in codes for c in codings(concept))


def day(text: object) -> str:
    """The date of a FHIR date or dateTime; "" when it has no day."""
    return str(text or "")[:10] if len(str(text or "")) >= len("2026-11-27") else ""
