"""Rows of what goes out, as values. What the words of `state` and `owner` mean is exchange's (`outbox/states.py`)."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Sending:
    """The part of a row that changes, and nothing but `OutboxStore.change` changes it."""

    state: str = "draft"
    round: int = 1
    """Grows when the receiver has lost what it had confirmed, and gets it again."""
    parcel: str = ""
    attempts: int = 0
    next_try: datetime | None = None
    """When it is handed over (again); None: nothing more is tried."""
    deadline: datetime | None = None
    queued_at: datetime | None = None
    handed_at: datetime | None = None
    """The transport has had it, under the present parcel id."""
    acknowledged_at: datetime | None = None
    answered_at: datetime | None = None
    refused: bool = False
    """A transport said that it will not deliver it."""
    transport: str = ""
    reference: str = ""
    receipt: bytes | None = None
    """SHA-256 of the receipt that counts in this round."""
    earlier: tuple[bytes, ...] = ()
    """Those of earlier rounds: one of them that comes again says nothing about this one."""
    owner: str = ""
    spell: int = 0
    """How often it has come to need an owner: each time has an item of its own."""
    item: str = ""
    """Id of the Task of this spell, once made."""
    closed: bool = False
    """A person has taken care of it: nothing more is sent of itself."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class NewLetter:
    """One message for one receiver, before it has a row. Ids in lower case, HER-ids digits."""

    tenant: int
    msg_id: str
    receiver: str
    sender: str
    type: str
    document: bytes
    generated_at: datetime
    parcel: str
    copy: bool = False
    purpose: str = ""
    conversation: str = ""
    answers: str = ""
    replaces: int | None = None
    queued: Sending | None = None
    """How it begins where no commit belongs to it; a draft otherwise."""

    @property
    def begins(self) -> Sending:
        return self.queued or Sending(parcel=self.parcel)


@dataclass(frozen=True, slots=True)
class Stood:
    """The row of a letter, and its state when it stood already; "" for a new one."""

    id: int
    state: str


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message on its way to one receiver."""

    id: int
    tenant: int
    msg_id: str
    receiver: str
    copy: bool
    sender: str
    type: str
    purpose: str
    conversation: str
    answers: str
    generated_at: datetime
    made_at: datetime
    digest: bytes
    replaces: int | None
    fence: int
    sending: Sending


@dataclass(frozen=True, slots=True)
class Leased:
    """A row that is one worker's for a while, and its bytes. `row.fence` is what his writes must name."""

    row: OutboxRow
    document: bytes


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A receipt that came, to be kept with its bytes. `verdict` is `first`, `alarm` or `stray`."""

    msg_id: str
    sender: str
    receipt_id: str
    status: str
    codes: tuple[str, ...]
    digest: bytes
    original: bytes
    verdict: str = "stray"


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    id: int
    outbox: int | None
    round: int
    msg_id: str
    sender: str
    receipt_id: str
    status: str
    codes: tuple[str, ...]
    verdict: str
    at: datetime
    digest: bytes
    item: str


@dataclass(frozen=True, slots=True)
class Step:
    """What one event makes of a row: its next `sending`, one (state, note) for each line in the book, a receipt to keep."""

    sending: Sending
    notes: tuple[tuple[str, str], ...] = ()
    receipt: NewReceipt | None = None


@dataclass(frozen=True, slots=True)
class Because:
    """The resource whose commit queues a draft."""

    type: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows a screen wants: empty means any."""

    states: tuple[str, ...] = ()
    receiver: str = ""
    type: str = ""
    msg_id: str = ""
    before: int | None = None
    limit: int = field(default=100)
