"""What becomes of a message on its way to one receiver: pure, `transition(row, event) -> Step | None`.

    draft ─► queued ─► sent ─► transport_ok ─► done              only a positive AppRec of the receiver says done
      │        │         │          │
      │        └─────────┴──────────┴─► failed | negative | overdue     each has an owner until a person or a later
      └─► dropped: its commit never came                                receipt closes it; overdue, failed ─► done

A receipt decides when it comes, whatever the state: it may overtake what the sender knows of his own handing-over. The first
of a round is the one that counts. None: the event says nothing new.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from akson.exchange.outbox.retries import next_try
from akson.store.outbox_rows import NewReceipt, OutboxRow, Sending, Step

DRAFT, DROPPED, QUEUED, SENT, TRANSPORT_OK = "draft", "dropped", "queued", "sent", "transport_ok"
DONE, NEGATIVE, FAILED, OVERDUE = "done", "negative", "failed", "overdue"
IN_FLIGHT = (QUEUED, SENT, TRANSPORT_OK)
NOT_DONE = (NEGATIVE, FAILED, OVERDUE)
RECEIPT = "APPREC"
OK = "1"
"""8258. `3`, a fault in a part, is no yes: somebody must look at what was not taken."""

NOBODY, WANTED, GIVEN, ENDING = "", "wanted", "given", "ending"
"""Whether its item stands: nobody needs one; to be made or made anew; made; to be ended."""


@dataclass(frozen=True, slots=True)
class Queued:
    """Its commit stands. `deadline` is when its receipt must be here."""

    at: datetime
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Dropped:
    at: datetime


@dataclass(frozen=True, slots=True)
class Handed:
    """The transport has it. `acknowledges`: it tells later that the other side has it too; until then it is tried again."""

    at: datetime
    parcel: str
    transport: str
    reference: str
    confirmed: bool
    acknowledges: bool
    chance: float


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Not now. `chance` in [0, 1) is for the jitter."""

    at: datetime
    parcel: str
    chance: float
    problem: str


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """Not ever as it is: said by our transport at once, or by one on the way later."""

    at: datetime
    parcel: str
    problem: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    at: datetime
    parcel: str


@dataclass(frozen=True, slots=True)
class Receipted:
    at: datetime
    receipt: NewReceipt


@dataclass(frozen=True, slots=True)
class Late:
    """The deadline is past at this moment."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Resent:
    """A person sends it again, or the receiver has lost it. `parcel` is a fresh id, used when the old one is spent."""

    at: datetime
    deadline: datetime
    parcel: str
    note: str
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """A person has taken care of it in another way."""

    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class OwnerGiven:
    """The item of this `spell` stands; when another began meanwhile, that one's is still to be made."""

    item: str
    spell: int


@dataclass(frozen=True, slots=True)
class OwnerReleased:
    pass


Event = (
    Queued
    | Dropped
    | Handed
    | Unreachable
    | Undeliverable
    | Acknowledged
    | Receipted
    | Late
    | Resent
    | Closed
    | OwnerGiven
    | OwnerReleased
)


def transition(row: OutboxRow, event: Event) -> Step | None:
    """The whole life of a message, one case for each event."""
    now = row.sending
    match event:
        case Queued():
            return _queued(now, event)
        case Dropped():
            return _noted(replace(now, state=DROPPED), DROPPED) if now.state == DRAFT else None
        case Handed():
            return _handed(row, event)
        case Unreachable():
            return _unreachable(now, event)
        case Undeliverable():
            return _undeliverable(now, event)
        case Acknowledged():
            return _acknowledged(row, event)
        case Receipted():
            return _receipted(row, event)
        case Late():
            return _late(now, event)
        case Resent():
            return _resent(now, event)
        case Closed():
            return _closed(now, event)
        case OwnerGiven():
            meant = now.owner == WANTED and now.spell == event.spell
            return Step(replace(now, owner=GIVEN, item=event.item)) if meant else None
        case OwnerReleased():
            return Step(replace(now, owner=NOBODY)) if now.owner == ENDING else None


def begun(parcel: str, at: datetime, deadline: datetime) -> Sending:
    """How a message begins that no commit belongs to: as a draft of now that is queued."""
    step = _queued(Sending(parcel=parcel), Queued(at, deadline))
    assert step is not None, "a draft can be queued"
    return step.sending


def may_resend(sending: Sending) -> bool:
    """The same message may go once more. After a refusal by the receiver only a corrected one, with an id of its own."""
    return sending.state in (FAILED, OVERDUE) and not sending.closed


def _queued(now: Sending, event: Queued) -> Step | None:
    if now.state != DRAFT:
        return None
    next = replace(
        now, state=QUEUED, queued_at=event.at, next_try=event.at, deadline=event.deadline, attempts=0
    )
    return _noted(next, QUEUED)


def _handed(row: OutboxRow, event: Handed) -> Step | None:
    now = row.sending
    if event.parcel != now.parcel:
        # It was sent anew meanwhile; this handing-over is history.
        return None
    again = None
    if event.acknowledges and not event.confirmed and now.acknowledged_at is None:
        again = next_try(now.attempts, event.at, event.chance)
    next = replace(
        now,
        attempts=now.attempts + 1,
        next_try=again,
        handed_at=now.handed_at or event.at,
        transport=event.transport,
        reference=event.reference or now.reference,
        problem="",
    )
    if event.confirmed:
        next = replace(next, acknowledged_at=now.acknowledged_at or event.at)
    if now.state in (QUEUED, SENT):
        next = replace(next, state=TRANSPORT_OK if next.acknowledged_at else SENT)
        if row.type == RECEIPT and not again:
            # Nobody answers a receipt: that the transport has it is all there will be.
            next = replace(next, state=DONE, answered_at=event.at)
    else:
        next = replace(next, next_try=again if now.state == OVERDUE else None)
    return _noted(_settled(next), next.state, f"{event.transport} {next.attempts}")


def _unreachable(now: Sending, event: Unreachable) -> Step | None:
    if event.parcel != now.parcel or now.state not in (QUEUED, SENT, OVERDUE):
        return None
    again = next_try(now.attempts, event.at, event.chance)
    next = replace(now, attempts=now.attempts + 1, next_try=again, problem=event.problem)
    if again is None and now.handed_at is None:
        next = _owned(replace(next, state=FAILED))
    return _noted(next, next.state, event.problem)


def _undeliverable(now: Sending, event: Undeliverable) -> Step | None:
    if event.parcel != now.parcel or now.state not in (QUEUED, SENT, TRANSPORT_OK, OVERDUE):
        return None
    next = replace(now, state=FAILED, next_try=None, refused=True, problem=event.problem)
    return _noted(_owned(next), FAILED, event.problem)


def _acknowledged(row: OutboxRow, event: Acknowledged) -> Step | None:
    now = row.sending
    if now.acknowledged_at is not None or now.state in (DRAFT, DROPPED) or event.parcel != now.parcel:
        return None
    next = replace(
        now, acknowledged_at=event.at, handed_at=now.handed_at or event.at, next_try=None, refused=False
    )
    if now.state in (QUEUED, SENT):
        next = replace(next, state=DONE if row.type == RECEIPT else TRANSPORT_OK)
    return _noted(next, next.state, "acknowledged")


def _receipted(row: OutboxRow, event: Receipted) -> Step | None:
    now, receipt = row.sending, event.receipt
    if now.state in (DRAFT, DROPPED):
        return _noted(now, now.state, "alarm", replace(receipt, verdict="alarm"))
    if receipt.digest in (now.receipt, *now.earlier):
        return None
    if now.receipt is not None:
        return _noted(now, now.state, "alarm", replace(receipt, verdict="alarm"))
    next = replace(
        now,
        state=DONE if receipt.status == OK else NEGATIVE,
        receipt=receipt.digest,
        answered_at=event.at,
        next_try=None,
        handed_at=now.handed_at or event.at,
        problem="" if receipt.status == OK else " ".join(receipt.codes),
    )
    next = _settled(next) if next.state == DONE else _owned(replace(next, closed=False))
    return _noted(next, next.state, " ".join(receipt.codes), replace(receipt, verdict="first"))


def _late(now: Sending, event: Late) -> Step | None:
    if now.state not in IN_FLIGHT or now.deadline is None or now.deadline > event.at:
        return None
    # What was never handed over is still tried.
    return _noted(_owned(replace(now, state=OVERDUE)), OVERDUE)


def _resent(now: Sending, event: Resent) -> Step | None:
    if not (may_resend(now) or (event.lost and now.state == DONE)):
        return None
    spent = now.handed_at is not None or now.refused
    next = replace(
        now,
        state=QUEUED,
        round=now.round + (now.state == DONE),
        parcel=event.parcel if spent else now.parcel,
        attempts=0,
        next_try=event.at,
        deadline=event.deadline,
        handed_at=None,
        acknowledged_at=None,
        answered_at=None,
        refused=False,
        reference="",
        receipt=None,
        earlier=(*now.earlier, *([now.receipt] if now.receipt else [])),
        problem="",
    )
    return _noted(_settled(next), QUEUED, event.note)


def _closed(now: Sending, event: Closed) -> Step | None:
    if now.state not in NOT_DONE or now.closed:
        return None
    return _noted(_settled(replace(now, closed=True, next_try=None)), now.state, event.note)


def _owned(next: Sending) -> Sending:
    """Anew each time: a person may have ended the item of what was wrong before."""
    return replace(next, owner=WANTED, spell=next.spell + 1, item="")


def _settled(next: Sending) -> Sending:
    """Nobody needs to look any more. An item that was only wanted is ended too: somebody may be making it right now."""
    if (next.state in NOT_DONE and not next.closed) or next.owner == NOBODY:
        return next
    return replace(next, owner=ENDING)


def _noted(next: Sending, state: str, note: str = "", receipt: NewReceipt | None = None) -> Step:
    return Step(next, ((state, note),), receipt)
