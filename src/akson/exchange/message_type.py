"""What every message type of the post is: one shape, one folder each in `messages/`, one list.

A type declares its content once, parses it to facts with names of its own, says what becomes of the patient's stay, and
words it for people. It knows no record, no clock and no sibling. How to add one: README.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from akson.exchange.envelope.values import Envelope
from akson.exchange.schema import Structure, Values

Resource: TypeAlias = dict[str, Any]

NEW, CHANGED, CANCELLED = "N", "M", "C"
"""Status of a shipment (7309). Others are read as new: an unknown code is no reason to refuse."""


@dataclass(frozen=True, slots=True)
class StayFacts:
    """What a message's Encounter is made of beside the message's own facts. References are FHIR References."""

    identifier: Resource
    patient: Resource
    hospital: Resource
    received: str
    """FHIR instant."""


class MessageType(Protocol):
    """One message type. `facts` is whatever `parse` gives."""

    @property
    def code(self) -> str:
        """Code in 8279: `LOG_INNLAGT`."""
        ...

    @property
    def words(self) -> str:
        """Name of the type in 8279."""
        ...

    @property
    def title(self) -> str:
        """What a reader's item is called: `Innlagt på sykehus`."""
        ...

    @property
    def task(self) -> str:
        """Code of the item it makes, in https://akson.no/fhir/CodeSystem/task."""
        ...

    @property
    def answer_within_h(self) -> int | None:
        """Hours until the one who owns the item must have answered; None when no rule says so."""
        ...

    @property
    def structure(self) -> Structure:
        """The content, from its root element."""
        ...

    @property
    def prefixes(self) -> Mapping[Any, str]:
        """Namespace prefixes when it is written."""
        ...

    def parse(self, content: Values) -> Any:
        """Typed facts. Total: whatever has no faults is parsed."""
        ...

    def status(self, facts: Any) -> str:
        """`N`, `M` or `C`."""
        ...

    def summary(self, facts: Any) -> str:
        """One sentence for the item and the top of the message."""
        ...

    def begins(self, facts: Any, stay: StayFacts) -> Resource:
        """The Encounter this message makes when it changes none that stands."""
        ...

    def speaks_of(self, facts: Any) -> tuple[str, ...]:
        """Statuses of the stays that the record may have already, and that it may speak of."""
        ...

    def may_be(self, facts: Any, encounter: Resource) -> bool:
        """Whether that stay can be the one it speaks of: a discharge that comes late must not end a newer stay."""
        ...

    def changed(self, facts: Any, encounter: Resource) -> Resource:
        """The standing Encounter after this message."""
        ...

    def undone(self, facts: Any, encounter: Resource) -> Resource:
        """The Encounter after this message was cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class CareMessage:
    """A whole message, read: envelope, type, content by its declaration, and the type's own facts."""

    envelope: Envelope
    type: MessageType
    content: Values
    facts: Any

    @property
    def status(self) -> str:
        return self.type.status(self.facts)

    def __repr__(self) -> str:
        return f"CareMessage({self.type.code} {self.status} {self.envelope.msg_id} from {self.envelope.sender.key})"
