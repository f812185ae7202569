"""What every message type of the post is: one shape, one folder each in `messages/`, one list.

A type declares its content once for each version, parses it to facts with names of its own, words it for people, and, when
it speaks of a stay in hospital, says what becomes of it. It knows no record, no clock and no sibling. How to add one:
README.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

from akson.exchange.envelope.values import Envelope, Person
from akson.exchange.schema import Structure, Values

Resource: TypeAlias = dict[str, Any]

NEW, CHANGED, CANCELLED = "N", "M", "C"
"""Status of a shipment (7309). Others are read as new: an unknown code is no reason to refuse."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a type's content, told from the others by its root element.

    Version("1.6", STRUCTURE, PREFIXES, apprec="1.1")
    """

    number: str
    structure: Structure
    """The content, from its root element."""
    prefixes: Mapping[Any, str]
    """Namespace prefixes when it is written."""
    apprec: str
    """Version of AppRec that answers it: 1.1 for PLO 1.6 and dialogue 1.1, 1.0 for what is older (HITS 1168, 8.3)."""

    several: bool = False
    """The content stands in several documents: then `structure` is a frame of one repeated choice (content.py)."""

    @property
    def options(self) -> Mapping[str, Structure]:
        """Root elements that its documents may have, as lxml spells them."""
        if not self.several:
            return {_tag(self.structure): self.structure}
        frame = next(self.structure.elements())
        nested = self.structure.nested(frame)
        assert nested is not None
        return {_tag(e.type): e.type for e in nested.elements() if isinstance(e.type, Structure)}

    @property
    def part(self) -> str:
        """Name of the frame's one element."""
        return next(self.structure.elements()).name


def _tag(structure: Structure) -> str:
    return f"{{{structure.namespace}}}{structure.name}"


@dataclass(frozen=True, slots=True)
class StayFacts:
    """What a message's Encounter is made of beside the message's own facts. References are FHIR References."""

    identifier: Resource
    patient: Resource
    hospital: Resource
    received: str
    """FHIR instant."""


class StayEffect(Protocol):
    """What a type does to the patient's stay in hospital. `facts` is whatever the type's `parse` gives."""

    def begins(self, facts: Any, stay: StayFacts) -> Resource | None:
        """The Encounter this message makes when it changes none that stands; None when it cannot tell of one."""
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
class ResultFacts:
    """What a report's resources are made of beside the message's own facts."""

    identifiers: tuple[Resource, ...]
    patient: Resource
    sender: Resource
    received: str
    """FHIR instant."""
    id: Callable[[str], str]
    """Part of the report -> id of the resource it becomes: the same each time for the same message."""


@runtime_checkable
class TellsResults(Protocol):
    """A type that reports findings: they stand in the record as resources of their own beside the message."""

    def results(self, facts: Any, about: ResultFacts) -> tuple[tuple[str, Resource], ...]:
        """(id, resource), what others refer to first."""
        ...


@runtime_checkable
class NamesPatient(Protocol):
    """A type whose header names nobody, since its content does (the prescription messages)."""

    def patient(self, content: Values) -> Person | None:
        """Total: of whatever could be read."""
        ...


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
    def versions(self) -> tuple[Version, ...]:
        """Newest first."""
        ...

    @property
    def stay(self) -> StayEffect | None:
        """What it does to a stay; None for a type that speaks of none."""
        ...

    def parse(self, content: Values) -> Any:
        """Typed facts. Total: whatever has no faults is parsed, of every version."""
        ...

    def status(self, facts: Any) -> str:
        """`N`, `M` or `C`."""
        ...

    def summary(self, facts: Any) -> str:
        """One sentence for the item and the top of the message."""
        ...


def version_of(type: MessageType, tag: str) -> Version | None:
    """The version whose content, or the first document of it, has a root element with that tag."""
    return next((version for version in type.versions if tag in version.options), None)


def is_emergency(facts: Any) -> bool:
    """Whether facts tell of an emergency: then only what cannot be read is refused (HIS 80415:2012, 3.3.4)."""
    return bool(getattr(facts, "emergency", False))


@dataclass(frozen=True, slots=True)
class CareMessage:
    """A whole message, read: envelope, type, content by the declaration of its version, and the type's own facts."""

    envelope: Envelope
    type: MessageType
    version: Version
    content: Values
    facts: Any

    @property
    def status(self) -> str:
        return self.type.status(self.facts)

    def __repr__(self) -> str:
        sender = self.envelope.sender.key
        return f"CareMessage({self.type.code} {self.version.number} {self.status} {self.envelope.msg_id} from {sender})"
