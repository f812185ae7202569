"""The outbox at work: `Outbox.prepare` before the record's commit, `Outbox.work` for as long as the node runs.

    prepare(letters, because) ─► drafts          durable before the commit they belong to
    RecordSession.commit      ─► change_event    the record's own transaction decides
    work: promote ─► queued; send_due ─► handed over; deadlines ─► overdue; owners ─► an item each
    received_receipt, acknowledged, refused      what comes back

Files here hold no rules: what an event means is `states.transition`. Why nothing is lost or doubled: docs/adr/0130.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from akson.exchange.outbox import states
from akson.exchange.outbox.deadlines import Deadlines, in_force
from akson.exchange.outbox.keeping import Keeping
from akson.exchange.outbox.retries import ACKNOWLEDGES
from akson.exchange.outbox.states import Event, transition
from akson.exchange.transport.contract import Handed, Parcel, Transport, Undeliverable, Unreachable
from akson.fhir.problem import Problem, ProblemKind
from akson.store.outbox_rows import (
    Because,
    KeptReceipt,
    Leased,
    NewLetter,
    NewReceipt,
    OutboxRow,
    Step,
    Stood,
)
from akson.world import Clock, Random

LEASE_S = 120
"""Longer than any transport takes for one parcel; a slower one loses its lease, and its word counts no more."""
ROWS_EACH = 20
TELL_EACH = timedelta(seconds=1)
"""What was handed over since, and is not yet in the books, goes once more after a kill, under the same parcel id."""
_LOST_RACE = (ProblemKind.CONFLICT, ProblemKind.PRECONDITION)
"""Somebody else wrote the item first: the next round sees what he wrote."""
DRAFT_LIFE = timedelta(days=1)
"""A commit follows its draft within seconds; what is left after a day belongs to one that never came."""

NOTHING: Mapping[str, int] = MappingProxyType({})
REPLACED_BY = "replaced by "
"""How the note of a correction begins; the MsgId of what stands in its place follows."""
HOUSE = "posttjenesten"
"""Who closed it when whoever corrected it could not say so herself."""

Route = Callable[[OutboxRow], Transport]
"""Which transport carries it. Raises Undeliverable when none does."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message for its receivers, ready to go: a row is made for each of them, copies too."""

    tenant: int
    msg_id: str
    sender: str
    receivers: tuple[str, ...]
    """HER-ids, the primary receiver first."""
    type: str
    document: bytes
    generated_at: datetime
    conversation: str = ""
    purpose: str = ""
    """`ready-for-discharge-answer` when that is what it is: deadlines.json."""
    answers: str = ""


class Desk(Protocol):
    """Who gives items to people. Both may be called again for the same row, and then do nothing more."""

    async def give(self, row: OutboxRow, receipts: Sequence[KeptReceipt]) -> str:
        """An open item with an owner; gives its id."""
        ...

    async def release(self, row: OutboxRow) -> None:
        """Nobody needs to look any more."""
        ...

    async def give_receipt(self, receipt: KeptReceipt, row: OutboxRow | None) -> str:
        """A stray receipt, or one that contradicts the first: an open item; gives its id."""
        ...


class Outbox:
    """Built once per process; any number of processes may work at the same time."""

    def __init__(
        self,
        store: Keeping,
        route: Route,
        desk: Desk,
        *,
        clock: Clock,
        random: Random,
        deadlines: Deadlines | None = None,
    ) -> None:
        self._store = store
        self._route = route
        self._desk = desk
        self._clock = clock
        self._random = random
        self._deadlines = deadlines or in_force()

    async def prepare(
        self, letters: Iterable[Letter], because: Because, *, instead: Mapping[str, int] = NOTHING
    ) -> list[int]:
        """Drafts that the commit of `because` queues. That resource must be one which this commit alone makes.

        Called just before the commit; again with the same letters it gives the same rows. `instead`: receiver -> the row
        that a corrected letter stands in place of; after the commit `corrected` closes it, and the queueing if nobody has.
        """
        return await self._store.draft(
            [new for letter in letters for new in self._rows(letter, instead)], because
        )

    async def queue(self, letter: Letter, *, replaces: int | None = None) -> list[int]:
        """For what no commit belongs to: receipts, and corrected messages that a person sends."""
        instead = NOTHING if replaces is None else dict.fromkeys(letter.receivers, replaces)
        return [stood.id for stood in await self._queue(letter, instead)]

    async def repeat_or_queue(self, letter: Letter) -> list[int]:
        """For receipts: one that is done and asked for again goes once more."""
        rows = await self._queue(letter)
        for stood in rows:
            if stood.state == states.DONE:
                await self.lost_there(stood.id)
        return [stood.id for stood in rows]

    async def _queue(self, letter: Letter, instead: Mapping[str, int] = NOTHING) -> list[Stood]:
        """One step for each new row; what was left as a draft is queued now."""
        now = self._clock.now()
        rows = await self._store.queue([self._begun(new, now) for new in self._rows(letter, instead)])
        for stood in rows:
            if stood.state == states.DRAFT:
                await self._queued(stood.id)
        return rows

    def _begun(self, new: NewLetter, now: datetime) -> NewLetter:
        deadline = self._deadlines.of(new.type, new.purpose, generated=new.generated_at, queued=now)
        return replace(new, queued=states.begun(new.parcel, now, deadline))

    async def work(self, limit: int = ROWS_EACH) -> int:
        """One round of everything that waits; gives how much there was, so that a full one is followed at once."""
        done = await self.promote(limit)
        done += await self.send_due(limit)
        done += await self.find_overdue(limit)
        return done + await self.give_owners(limit)

    async def promote(self, limit: int = ROWS_EACH) -> int:
        """Queues the drafts whose commit stands, and drops those whose commit never came."""
        committed = await self._store.committed(limit)
        for id in committed:
            row = await self._queued(id)
            if row is not None and row.replaces is not None:
                await self.corrected((row.replaces,), row.msg_id, by=HOUSE)
        if not committed:
            for id in await self._store.left_over(self._clock.now() - DRAFT_LIFE, limit):
                await self._store.change(id, lambda row: transition(row, states.Dropped(self._clock.now())))
        return len(committed)

    async def send_due(self, limit: int = ROWS_EACH) -> int:
        """Hands over what is due, each under its lease."""
        leased = await self._store.lease(limit, seconds=LEASE_S)
        told, handed = self._clock.now(), list[tuple[OutboxRow, Event]]()
        for one in leased:
            handed.append((one.row, await self._given(one)))
            if self._clock.now() - told >= TELL_EACH:
                await self._tell(handed)
                told, handed = self._clock.now(), []
        await self._tell(handed)
        return len(leased)

    async def find_overdue(self, limit: int = ROWS_EACH) -> int:
        late = await self._store.past_deadline(limit)
        for id in late:
            await self._happened(id, states.Late(self._clock.now()))
        return len(late)

    async def give_owners(self, limit: int = ROWS_EACH) -> int:
        """An open item for everything that is not done, and its end when it is.

        One that cannot be given now does not keep the others waiting: it is tried again in the next round, and what stood in
        the way is raised when all have had their turn.
        """
        refused: list[Problem] = []
        given = 0
        for row in await self._store.owing(limit):
            given += await _tried(self._give_owner(row), refused)
        for receipt in await self._store.receipts_owing(limit):
            given += await _tried(self._give_receipt(receipt), refused)
        lasting = [problem for problem in refused if problem.kind not in _LOST_RACE]
        if lasting:
            raise lasting[0]
        return given

    async def received_receipt(
        self,
        original: bytes,
        *,
        receipt_id: str,
        msg_id: str,
        sender: str,
        status: str,
        codes: Sequence[str] = (),
    ) -> str:
        """An AppRec from `sender` about the message `msg_id`: `first`, `again`, `alarm` or `stray`. Safe to repeat.

        `original` is the receipt itself, without what it was carried in: the same receipt is the same bytes.
        """
        receipt = NewReceipt(
            msg_id.strip().lower(),
            sender,
            receipt_id,
            status,
            tuple(codes),
            hashlib.sha256(original).digest(),
            original,
        )
        row = await self._store.find(receipt.msg_id, sender)
        if row is None:
            await self._store.keep_stray(receipt)
            return "stray"
        said = "again"

        def decide(row: OutboxRow) -> Step | None:
            nonlocal said
            step = transition(row, states.Receipted(self._clock.now(), receipt))
            said = step.receipt.verdict if step is not None and step.receipt is not None else "again"
            return step

        await self._store.change(row.id, decide)
        return said

    async def acknowledged(self, parcel: str) -> bool:
        """The receiver's transport has the parcel. False when no such one left this house."""
        return await self._of_parcel(parcel, lambda own: states.Acknowledged(self._clock.now(), own))

    async def refused(self, parcel: str, problem: str) -> bool:
        """A transport on the way will not deliver it. `problem` is an id or code, without patient data."""
        return await self._of_parcel(
            parcel, lambda own: states.Undeliverable(self._clock.now(), own, problem)
        )

    async def resend(self, id: int, *, by: str) -> OutboxRow:
        """The same message once more, by a person: under the same parcel id when no transport ever had it, else a new one.

        Raises PRECONDITION AKS-EXCHANGE-020: what the receiver refused is corrected and gets a MsgId of its own (`correct`).
        """
        return await self._again(id, f"resent by {by}", lost=False)

    async def lost_there(self, id: int) -> OutboxRow:
        """The receiver's books show that he no longer has what he had confirmed: it goes once more, with the same MsgId."""
        return await self._again(id, "lost at the receiver", lost=True)

    async def correct(self, id: int, letter: Letter, *, by: str) -> list[int]:
        """A corrected message in place of one that was refused: a new MsgId, and the old one's item ends."""
        before = await self._row(id)
        if letter.msg_id == before.msg_id:
            raise _needs_new_id()
        rows = await self.queue(letter, replaces=id)
        await self.corrected((id,), letter.msg_id, by=by)
        return rows

    async def corrected(self, ids: Iterable[int], msg_id: str, *, by: str) -> None:
        """Their correction is committed: their items end. Safe to repeat."""
        for id in ids:
            await self.close(id, by=by, note=f"{REPLACED_BY}{msg_id}")

    async def close(self, id: int, *, by: str, note: str = "") -> OutboxRow:
        """A person has taken care of it."""
        return await self._happened(id, states.Closed(self._clock.now(), f"closed by {by}. {note}".strip()))

    async def _again(self, id: int, note: str, *, lost: bool) -> OutboxRow:
        now = self._clock.now()
        allowed = False

        def decide(row: OutboxRow) -> Step | None:
            nonlocal allowed
            deadline = self._deadlines.of(row.type, row.purpose, generated=now, queued=now)
            step = transition(row, states.Resent(now, deadline, str(self._random.uuid()), note, lost))
            allowed = step is not None
            return step

        row = await self._store.change(id, decide)
        assert row is not None
        if not allowed and row.sending.state == states.NEGATIVE:
            raise _needs_new_id()
        if not allowed:
            raise Problem(
                ProblemKind.PRECONDITION,
                "AKS-EXCHANGE-021",
                "The message is not to be sent again.",
                why=f"It stands as {row.sending.state}.",
                now="Look at it again: something has happened to it meanwhile.",
            )
        return row

    async def _row(self, id: int) -> OutboxRow:
        row = await self._store.get(id)
        if row is None:
            raise Problem(ProblemKind.NOT_FOUND, "AKS-EXCHANGE-022", f"The outbox has no row {id}.")
        return row

    def _rows(self, letter: Letter, instead: Mapping[str, int] = NOTHING) -> Iterable[NewLetter]:
        for number, receiver in enumerate(dict.fromkeys(letter.receivers)):
            yield NewLetter(
                tenant=letter.tenant,
                msg_id=letter.msg_id.strip().lower(),
                receiver=receiver,
                sender=letter.sender,
                type=letter.type,
                document=letter.document,
                generated_at=letter.generated_at,
                parcel=str(self._random.uuid()),
                copy=number > 0,
                purpose=letter.purpose,
                conversation=letter.conversation.strip().lower(),
                answers=letter.answers,
                replaces=instead.get(receiver),
            )

    async def _queued(self, id: int) -> OutboxRow | None:
        now = self._clock.now()

        def decide(row: OutboxRow) -> Step | None:
            deadline = self._deadlines.of(row.type, row.purpose, generated=row.generated_at, queued=now)
            return transition(row, states.Queued(now, deadline))

        return await self._store.change(id, decide)

    async def _given(self, one: Leased) -> Event:
        """To its transport, and what came of it."""
        row = one.row
        try:
            transport = self._route(row)
            handed = await transport.send(_parcel(one))
            return self._handed(row, transport.name, handed)
        except Undeliverable as never:
            return states.Undeliverable(self._clock.now(), row.sending.parcel, never.id)
        except Unreachable:
            return self._unreachable(row, "AKS-EXCHANGE-024")
        except Exception as error:
            # A fault of ours: tried again like any other, and then somebody's. Its text may quote the document.
            return self._unreachable(row, f"AKS-EXCHANGE-025 {type(error).__name__}")

    async def _tell(self, handed: Sequence[tuple[OutboxRow, Event]]) -> None:
        """What became of several, at once: the store makes one transaction of them."""
        await asyncio.gather(
            *(
                self._store.change(row.id, lambda now, event=event: transition(now, event), fence=row.fence)
                for row, event in handed
            )
        )

    def _handed(self, row: OutboxRow, transport: str, handed: Handed) -> Event:
        return states.Handed(
            self._clock.now(),
            row.sending.parcel,
            transport,
            handed.reference,
            handed.confirmed,
            transport in ACKNOWLEDGES,
            self._chance(),
        )

    def _unreachable(self, row: OutboxRow, problem: str) -> Event:
        return states.Unreachable(self._clock.now(), row.sending.parcel, self._chance(), problem)

    async def _give_owner(self, row: OutboxRow) -> None:
        if row.sending.owner == states.ENDING:
            await self._desk.release(row)
            await self._happened(row.id, states.OwnerReleased())
            return
        item = await self._desk.give(row, await self._store.receipts(row.id))
        await self._happened(row.id, states.OwnerGiven(item, row.sending.spell))

    async def _give_receipt(self, receipt: KeptReceipt) -> None:
        row = await self._store.get(receipt.outbox) if receipt.outbox is not None else None
        await self._store.receipt_given(receipt.id, await self._desk.give_receipt(receipt, row))

    async def _of_parcel(self, named: str, event: Callable[[str], Event]) -> bool:
        """`named` is the parcel's id, or the transport's own: some speak of what they carried by theirs alone."""
        row = await self._store.by_parcel(named)
        if row is not None:
            sending = row.sending
            own = sending.parcel if named == sending.reference else named
            await self._happened(row.id, event(own))
        return row is not None

    async def _happened(self, id: int, event: Event) -> OutboxRow:
        row = await self._store.change(id, lambda row: transition(row, event))
        assert row is not None, "without a fence the row is there"
        return row

    def _chance(self) -> float:
        return int.from_bytes(self._random.bytes(4), "big") / 2**32


async def _tried(work: Awaitable[None], refused: list[Problem]) -> int:
    try:
        await work
    except Problem as problem:
        refused.append(problem)
        return 0
    return 1


def _parcel(one: Leased) -> Parcel:
    row = one.row
    return Parcel(
        id=row.sending.parcel,
        type=row.type,
        msg_id=row.msg_id,
        conversation=row.conversation,
        sender=row.sender,
        receiver=row.receiver,
        document=one.document,
        answers=row.answers,
    )


def _needs_new_id() -> Problem:
    return Problem(
        ProblemKind.PRECONDITION,
        "AKS-EXCHANGE-020",
        "What the receiver refused is not sent again as it is.",
        why="A refused message is answered for good; the same MsgId again would only be a duplicate.",
        now="Correct it, and send it as a new message.",
    )
