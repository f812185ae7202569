"""What was said about a stay in hospital: the facts that every rule of a pathway reads. Shapes alone, no rules.

Said("ready", "Communication/ab", HOSPITAL, told=…, at=datetime(2026, 11, 20, 10), doctor="Eva Lunde")
StayEvents("Encounter/1", "Patient/astrid", "St. Olavs hospital", said=(…,), undone=(…,))
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")
"""A day of a stay is a local date: 23 hours long in March, 25 in October."""

HOSPITAL, US, GP, OTHER = "hospital", "us", "gp", "other"

ADMITTED, READY, WITHDRAWN, DISCHARGED, DIED = "admitted", "ready", "withdrawn", "discharged", "died"
ADMISSION_REPORT, EARLY_NOTICE, UPDATE = "admission-report", "early-notice", "update"
ANSWER, DISCHARGE_REPORT, LETTER = "answer", "discharge-report", "letter"
REQUEST, REPLY, STATUS_REQUEST = "request", "reply", "status-request"
DEVIATION, NOTE, INFORMATION, SERVICES = "deviation", "note", "information", "services"
MEDICAL, MEDICINES, TO_DOCTOR = "medical", "medicines", "to-doctor"

CONFIRMED, REFUSED, WAITING, UNDELIVERED, OVERDUE, SETTLED = (
    "confirmed", "refused", "waiting", "undelivered", "overdue", "settled",
)  # fmt: skip
NOT_HEARD = (REFUSED, UNDELIVERED)
"""The receiver has not got it: what was to be said is still to be said."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the receiver's record system said to a message: the trace of who knows what (HISD 80806, figure 1)."""

    state: str
    """`confirmed`, `refused`, `waiting`; of what we sent also `undelivered`, `overdue` (no receipt within its deadline), and
    `settled`: not confirmed, and a person has told in another way."""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the municipality told the hospital about a patient who is ready (FOR-2011-11-18-1115, §11)."""

    can: bool | None
    """True from `day` on; False: not yet; None: written in words that no rule can read."""
    day: date | None = None
    """The first day she can be received; of a "not yet", the day of the next answer."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message, once."""

    kind: str
    message: str
    """`Communication/ab`."""
    by: str
    """`hospital`, `us`, `gp`, `other`."""
    told: datetime
    """When the house knew: received, or sent from here."""
    at: datetime | None = None
    """When what it tells of happened, as it says; a bare date is its first moment in Oslo."""
    day_only: bool = False
    sent: datetime | None = None
    receipt: Receipt | None = None
    sender: str = ""
    receiver: str = ""
    doctor: str = ""
    """Name of the responsible doctor, else of whoever is responsible for the message."""
    answers: str = ""
    """`Communication/…` it answers, complains of, or takes back."""
    changed: tuple[str, ...] = ()
    """What is new since the message it replaces, in words."""
    replaces: bool = False
    missing: tuple[str, ...] = ()
    """Mandatory content it lacks, in words, with source."""
    code: str = ""
    """Of a request: its code (9152-9154); of a deviation: 8117."""
    answer: Answer | None = None
    children: bool | None = None
    """Of an early notice or update: whether children under 18 are spoken of."""
    urgent: bool = False
    clinical: bool = False
    """A clinical dialogue (HIS 1077), which tells, asks or answers in free text."""
    title: str = ""
    text: str = ""
    undone: str = ""
    """`cancelled`, `replaced`, `duplicate`, or "" while it stands."""
    undone_at: datetime | None = None
    first_receipt: Receipt | None = None
    """Of a change: the receipt of the first message it replaces, for that is when the receiver was told."""

    @property
    def moment(self) -> datetime:
        """When it happened, else when it was told."""
        return self.at or self.told


@dataclass(frozen=True, slots=True)
class StayEvents:
    encounter: str
    """`Encounter/1`."""
    patient: str
    hospital: str
    said: tuple[Said, ...]
    """What stands, by when it happened and was sent."""
    undone: tuple[Said, ...] = ()
    """Cancelled, replaced and repeated messages: shown in the conversation, counted nowhere."""
    planned: bool = False
    in_error: bool = False
    start: datetime | None = None
    """As the record has it; messages go first."""
    end: datetime | None = None

    def of(self, *kinds: str) -> tuple[Said, ...]:
        # Asked some forty times of each stay on a board: a list is made twice as fast as it is generated.
        return tuple([s for s in self.said if s.kind in kinds])

    def with_receipts(self, receipts: dict[str, Receipt]) -> "StayEvents":
        """The same with other receipts, by `Communication/…`."""
        given = (replace(s, receipt=receipts.get(s.message, s.receipt)) for s in self.said)
        return replace(self, said=tuple(given))


def local_day(at: datetime) -> date:
    return at.astimezone(OSLO).date()
