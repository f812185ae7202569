"""Plain facts that the hospital writes of. Whoever has facts of the same shape may give those instead."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


class Address(Protocol):
    """A communication party: the organisation and the service in it, each with its HER-id."""

    @property
    def organisation(self) -> str: ...
    @property
    def organisation_her(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def service_her(self) -> str: ...


class StayFacts(Protocol):
    """What must be known to tell a municipality of a stay. Times are aware, and written as Norwegian local time."""

    @property
    def sender(self) -> Address: ...
    @property
    def receiver(self) -> Address: ...
    @property
    def national_id(self) -> str: ...
    @property
    def given(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def born(self) -> date: ...
    @property
    def female(self) -> bool: ...
    @property
    def street(self) -> str: ...
    @property
    def postal_code(self) -> str: ...
    @property
    def city(self) -> str: ...
    @property
    def admitted_at(self) -> datetime: ...
    @property
    def sent_at(self) -> datetime: ...
    @property
    def ward(self) -> str: ...
    @property
    def ward_phone(self) -> str: ...
    @property
    def responsible_given(self) -> str: ...
    @property
    def responsible_family(self) -> str: ...
    @property
    def responsible_hpr(self) -> str: ...
    @property
    def description(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Party:
    organisation: str
    organisation_her: str
    service: str
    service_her: str


@dataclass(frozen=True, slots=True)
class Stay:
    """`StayFacts` as a value of the lab's own."""

    sender: Party
    receiver: Party
    national_id: str
    given: str
    family: str
    born: date
    female: bool
    street: str
    postal_code: str
    city: str
    admitted_at: datetime
    sent_at: datetime
    ward: str
    ward_phone: str
    responsible_given: str
    responsible_family: str
    responsible_hpr: str
    description: str


@dataclass(frozen=True, slots=True)
class Shipment:
    """How a message stands to those before it: new by itself, or cancelling (7309 `C`) the one that began it."""

    msg_id: str
    status: str = "N"
    parent: str = ""
    conversation: str = ""
