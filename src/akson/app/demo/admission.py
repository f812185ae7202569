"""What Havnes sykehus says when Astrid is admitted: the facts of one LOG_INNLAGT. The message itself is the lab's to write.

Standard: Pasientlogistikk 1.6 (HIS 1149:2014), event 1 in code list 9121.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from akson.app.cast import ORGANISATIONS
from akson.app.demo.astrid import ASTRID, FELL_BEFORE
from akson.app.demo.names import CITY, POSTAL_CODE

ADMITTED_BEFORE = timedelta(minutes=50)
SENT_BEFORE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Address:
    """A communication party: the organisation and the service in it, each with its HER-id."""

    organisation: str
    organisation_her: str
    service: str
    service_her: str


@dataclass(frozen=True, slots=True)
class AdmissionArguments:
    sender: Address
    receiver: Address
    national_id: str
    given: str
    family: str
    born: date
    female: bool
    street: str
    postal_code: str
    city: str
    found_at: datetime
    """When she was found on the floor."""
    admitted_at: datetime
    sent_at: datetime
    ward: str
    ward_phone: str
    responsible_given: str
    responsible_family: str
    responsible_hpr: str
    description: str
    """Words for people. No health content beyond what the message type allows: that she is admitted, and where."""


def _address(organisation: str, service: str) -> Address:
    outer, inner = ORGANISATIONS[organisation], ORGANISATIONS[service]
    return Address(outer[0], outer[1], inner[0], inner[1])


def astrid_admission_arguments(now: datetime) -> AdmissionArguments:
    """The admission as it is told at `now` (aware): found three hours ago, admitted fifty minutes ago, sent just now."""
    return AdmissionArguments(
        sender=_address("havnes", "havnes-medisin"),
        receiver=_address("storvik", "storvik-sykepleietjeneste"),
        national_id=ASTRID.national_id,
        given=ASTRID.given,
        family=ASTRID.family,
        born=ASTRID.born,
        female=ASTRID.female,
        street=ASTRID.street,
        postal_code=POSTAL_CODE,
        city=CITY,
        found_at=now - FELL_BEFORE,
        admitted_at=now - ADMITTED_BEFORE,
        sent_at=now - SENT_BEFORE,
        ward="Medisinsk avdeling, sengepost 2",
        ward_phone="05500202",
        responsible_given="Eva",
        responsible_family="Lunde",
        responsible_hpr="9900201",
        description="Innlagt etter fall i hjemmet.",
    )
