"""What one node asks another, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from akson.sharing.classes import SharedClass


class Outcome(StrEnum):
    ANSWERED = "answered"
    SILENT = "silent"
    """No answer in the time there was; it may hold more."""
    REFUSED = "refused"
    """It answered, and may not give this to who asks."""
    SPARED = "spared"
    """Not asked, since it has failed of late; it may hold more."""


@dataclass(frozen=True, slots=True)
class Source:
    """One that may hold data: `base` is the address of its FHIR API, `org` its organisation number."""

    id: str
    name: str
    org: str
    base: str
    central: bool = False
    """It holds what others have placed there, and each resource says whose it is."""


@dataclass(frozen=True, slots=True)
class Question:
    """`person` is a national id (11 digits); it leaves in a body or a token, never in an address.

    `search` is a FHIR search without the patient: "MedicationStatement?status=active".
    """

    person: str
    search: str
    kind: SharedClass
    purpose: str = "TREAT"


@dataclass(frozen=True, slots=True)
class Part:
    """What one source said: its resources as it sent them, and from when they are (a copy's age)."""

    source: Source
    outcome: Outcome
    resources: tuple[bytes, ...] = ()
    as_of: datetime | None = None
    why: str = ""
    """In words for the clinician; empty when it answered."""
    ms: float = 0.0
    more: bool = False
    """It holds more than it was asked for at once."""


@dataclass(frozen=True, slots=True)
class Answer:
    question: Question
    decision: str
    """The id of the decision that let the question out; it stands in every log that was touched."""
    parts: tuple[Part, ...] = field(default=())

    @property
    def missing(self) -> tuple[Part, ...]:
        """Whoever may hold more than was said."""
        return tuple(part for part in self.parts if part.outcome in (Outcome.SILENT, Outcome.SPARED))

    @property
    def whole(self) -> bool:
        return not self.missing
