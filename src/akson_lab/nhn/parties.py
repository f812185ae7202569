"""Those who stand in the lab's address register: a tree of organisations with their services and persons.

Party(8140000, "Storvik kommune", "Organization", number="997651000")
Party(8140001, "Sykepleietjeneste", "Service", parent=8140000, service=(8663, "25"))
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

FAR_OFF = datetime(9999, 12, 31, tzinfo=UTC)
LONG_AGO = datetime(2015, 1, 1, tzinfo=UTC)
EDI_2_ADDRESS = "meldingstjener-api@testedi.nhn.no"


@dataclass(frozen=True, slots=True)
class Ability:
    """One process in the party's CPP: a message type and version, sent or received, from when."""

    type: str
    version: str
    sends: bool = False
    receives: bool = False
    begins: datetime = LONG_AGO


@dataclass(frozen=True, slots=True)
class Party:
    her: int
    name: str
    type: str
    """`Organization`, `Service` or `Person`."""
    parent: int | None = None
    number: str = ""
    """The organisation's, nine digits."""
    service: tuple[int, str] | None = None
    """Code list (8663, 8666, 8668) and code."""
    hpr: str = ""
    edi_address: str = EDI_2_ADDRESS
    signing: bytes = b""
    """Certificate, DER."""
    encryption: bytes = b""
    queue_host: str = ""
    """Such as `sb.test.nhn.no/DigitalDialog`; "" for one without AMQP."""
    begins: datetime = LONG_AGO
    ends: datetime = FAR_OFF
    abilities: tuple[Ability, ...] = ()

    def may_talk(self, at: datetime) -> bool:
        """HITS 1172, rules 30 and 54: a service or a person, and in force."""
        return self.type in ("Service", "Person") and self.begins <= at < self.ends


@dataclass(slots=True)
class Parties:
    """Changes are counted, so that others can ask what is new."""

    known: dict[int, Party] = field(default_factory=dict)
    events: list[tuple[int, int, str, datetime]] = field(default_factory=list)
    """(sequence, HER-id, kind, when)."""
    before: int = 0
    """As in `Messages`."""

    @property
    def newest(self) -> int:
        return self.before + len(self.events)

    def put(self, party: Party, at: datetime) -> None:
        kind = "CommunicationPartyUpdated" if party.her in self.known else "CommunicationPartyCreated"
        self.known[party.her] = party
        self.events.append((self.newest + 1, party.her, kind, at))

    def put_all(self, parties: Iterable[Party], at: datetime) -> None:
        for party in parties:
            self.put(party, at)

    def end(self, her: int, at: datetime) -> None:
        self.put(replace(self.known[her], ends=at), at)

    def root(self, party: Party) -> Party:
        while party.parent is not None and party.parent in self.known:
            party = self.known[party.parent]
        return party
