"""One entry of the address register as a frozen value, and the rule who may send and receive. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class PartyType(Enum):
    ORGANIZATION = "Organization"
    SERVICE = "Service"
    PERSON = "Person"
    """Somebody in an organisation: a GP with her patients (`OrganizationPerson` in older material)."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """`der` is b"" when the register names it and does not give it."""

    thumbprint: str
    """SHA-1 of it as the register writes it, upper case: a name, and no security."""
    begins: datetime
    ends: datetime
    der: bytes = b""

    def holds(self, at: datetime) -> bool:
        return self.begins <= at < self.ends


@dataclass(frozen=True, slots=True)
class Queues:
    """AMQP 1.0 queues at the message bus, each as `host/name`; "" when there is none."""

    asynchronous: str = ""
    synchronous: str = ""
    synchronous_reply: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Entry('8140001', SERVICE, 'Sykepleietjeneste', parent='8140000', service=('8663', '25'), edi_address='…', …)"""

    her: str
    type: PartyType
    name: str
    parent: str = ""
    parent_name: str = ""
    organisation_number: str = ""
    """Of the organisation it belongs to."""
    service: tuple[str, str] | None = None
    """Code list and code: 8663 municipal, 8666 other, 8668 PLO at hospitals, …"""
    edi_address: str = ""
    queues: Queues = Queues()
    signing: Certificate | None = None
    encryption: Certificate | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    active: bool = True

    def in_force(self, at: datetime) -> bool:
        return (
            self.active
            and (self.begins is None or self.begins <= at)
            and (self.ends is None or at < self.ends)
        )

    def why_silent(self, at: datetime) -> str:
        """Why it can neither send nor receive, in words for the sender; "" when it can. HITS 1172, rules 30 and 54."""
        if self.type is PartyType.ORGANIZATION:
            return "HER-id-en er en virksomhet. Meldinger går til en tjeneste eller en person i den."
        if not self.active or (self.ends is not None and self.ends <= at):
            return "HER-id-en er ikke lenger i bruk i Adresseregisteret."
        if self.begins is not None and at < self.begins:
            return "HER-id-en er ikke tatt i bruk ennå i Adresseregisteret."
        return ""

    def may_exchange(self, at: datetime) -> bool:
        return not self.why_silent(at)
