"""The outbox's memory without a database: the same answers as `store.outbox.OutboxStore`, held to the same cases."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from akson.exchange.outbox.keeping import Decide
from akson.fhir.problem import Problem, ProblemKind
from akson.store.outbox_rows import (
    Because,
    KeptReceipt,
    Leased,
    NewLetter,
    NewReceipt,
    OutboxRow,
    Sending,
    Step,
    Stood,
)
from akson.store.post import PostEvent
from akson.world import Clock

NOT_OUT = ("queued", "overdue", "failed")


@dataclass
class MemoryOutbox:
    clock: Clock
    rows: dict[int, OutboxRow] = field(default_factory=dict)
    documents: dict[int, bytes] = field(default_factory=dict)
    because: dict[int, Because] = field(default_factory=dict)
    commits: set[tuple[str, str]] = field(default_factory=set)
    leases: dict[int, datetime] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    parcels: dict[str, int] = field(default_factory=dict)
    kept: list[KeptReceipt] = field(default_factory=list)
    book: dict[int, list[PostEvent]] = field(default_factory=dict)
    keys: dict[tuple[str, str], int] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    """Rows with a next_try."""
    drafts: set[int] = field(default_factory=set)
    unseen: set[int] = field(default_factory=set)
    """Receipts that somebody must look at, and that nobody has an item for yet."""
    timed: set[int] = field(default_factory=set)
    """Rows in flight."""
    due: set[int] = field(default_factory=set)
    """Rows whose owner is wanted or ending."""
    lines: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    async def draft(self, letters: Sequence[NewLetter], because: Because = Because()) -> list[int]:
        for letter in letters:
            standing = self.keys.get((letter.msg_id, letter.receiver))
            if standing and self.documents[standing] != letter.document:
                raise Problem(ProblemKind.CONFLICT, "AKS-STORE-063", "Another message has this id.")
        return [self._draft(letter, because).id for letter in letters]

    async def queue(self, letters: Sequence[NewLetter]) -> list[Stood]:
        for letter in letters:
            standing = self.keys.get((letter.msg_id, letter.receiver))
            if standing and self.documents[standing] != letter.document:
                raise Problem(ProblemKind.CONFLICT, "AKS-STORE-063", "Another message has this id.")
        return [self._draft(letter, Because()) for letter in letters]

    def _draft(self, letter: NewLetter, because: Because) -> Stood:
        key = letter.msg_id, letter.receiver
        if key in self.keys:
            return Stood(self.keys[key], self.rows[self.keys[key]].sending.state)
        id = len(self.rows) + 1
        names = (
            "tenant",
            "msg_id",
            "receiver",
            "copy",
            "sender",
            "type",
            "purpose",
            "conversation",
            "answers",
        )
        self.rows[id] = OutboxRow(
            id=id,
            **{name: getattr(letter, name) for name in names},
            generated_at=letter.generated_at,
            made_at=self.clock.now(),
            digest=hashlib.sha256(letter.document).digest(),
            replaces=letter.replaces,
            fence=0,
            sending=Sending(parcel=letter.parcel),
        )
        self.keys[key] = id
        self.documents[id] = letter.document
        self.because[id] = because
        self.drafts.add(id)
        self.parcels[letter.parcel] = id
        self.book[id] = [PostEvent(self.clock.now(), "draft", "")]
        if letter.queued is not None:
            self._write(self.rows[id], Step(letter.queued, ((letter.queued.state, ""),)))
        return Stood(id, "")

    async def committed(self, limit: int) -> list[int]:
        found = (id for id in self.drafts if (self.because[id].type, self.because[id].id) in self.commits)
        return sorted(found)[:limit]

    async def left_over(self, before: datetime, limit: int) -> list[int]:
        return [id for id in sorted(self.drafts) if self.because[id].type and self.rows[id].made_at < before][
            :limit
        ]

    async def lease(self, limit: int, *, seconds: int) -> list[Leased]:
        now = self.clock.now()
        free = sorted(
            (
                id
                for id in self.waiting
                if self.rows[id].sending.next_try <= now  # type: ignore[operator]
                and not (id in self.leases and self.leases[id] >= now)
                and not self._overtakes(id)
            ),
            key=lambda id: self.places[id],
        )[:limit]
        for id in free:
            self.leases[id] = now + timedelta(seconds=seconds)
            self.rows[id] = replace(self.rows[id], fence=self.rows[id].fence + 1)
        return [Leased(self.rows[id], self.documents[id]) for id in free]

    def _overtakes(self, id: int) -> bool:
        row = self.rows[id]
        if not row.conversation:
            return False
        return any(
            self.places[other] < self.places[id]
            and (now := self.rows[other].sending).handed_at is None
            and not now.closed
            and now.state in NOT_OUT
            for other in self.lines.get((row.conversation, row.receiver), ())
        )

    async def change(self, id: int, decide: Decide, *, fence: int | None = None) -> OutboxRow | None:
        if id not in self.rows:
            raise Problem(ProblemKind.NOT_FOUND, "AKS-STORE-064", f"The outbox has no row {id}.")
        row = self.rows[id]
        if fence is not None and row.fence != fence:
            return None
        step = decide(row) or Step(row.sending)
        self._write(row, step)
        if fence is not None:
            self.leases.pop(id, None)
        return self.rows[id]

    def _write(self, row: OutboxRow, step: Step) -> None:
        next, id = step.sending, row.id
        self.rows[id] = replace(row, sending=next)
        self.parcels[next.parcel] = id
        if next.state not in ("draft", "dropped") and id not in self.places:
            self.places[id] = len(self.places) + 1
            self.lines.setdefault((row.conversation, row.receiver), []).append(id)
        for held, member in (
            (self.waiting, next.next_try is not None),
            (self.drafts, next.state == "draft"),
            (self.timed, next.state in ("queued", "sent", "transport_ok")),
            (self.due, next.owner in ("wanted", "ending")),
        ):
            (held.add if member else held.discard)(id)
        self.book[id] += [PostEvent(self.clock.now(), state, note) for state, note in step.notes]
        if step.receipt is not None:
            self._keep(step.receipt, id, next.round)

    async def keep_stray(self, receipt: NewReceipt) -> None:
        self._keep(receipt, None, 0)

    def _keep(self, receipt: NewReceipt, outbox: int | None, round: int) -> None:
        if any(
            k.outbox == outbox and k.round == round and k.digest == receipt.digest for k in self._of(outbox)
        ):
            return
        names = ("msg_id", "sender", "receipt_id", "status", "codes", "verdict", "digest")
        values = {name: getattr(receipt, name) for name in names}
        kept = KeptReceipt(len(self.kept) + 1, outbox, round, **values, at=self.clock.now(), item="")
        self.kept.append(kept)
        if kept.verdict != "first":
            self.unseen.add(kept.id)

    def _of(self, outbox: int | None) -> list[KeptReceipt]:
        return [kept for kept in self.kept if kept.outbox == outbox]

    async def get(self, id: int) -> OutboxRow | None:
        return self.rows.get(id)

    async def find(self, msg_id: str, receiver: str) -> OutboxRow | None:
        id = self.keys.get((msg_id, receiver))
        return self.rows[id] if id else None

    async def by_parcel(self, parcel: str) -> OutboxRow | None:
        id = self.parcels.get(parcel)
        return self.rows[id] if id else None

    async def past_deadline(self, limit: int) -> list[int]:
        now = self.clock.now()
        late = [id for id in self.timed if (d := self.rows[id].sending.deadline) is not None and d <= now]
        return sorted(late, key=lambda id: self.rows[id].sending.deadline)[:limit]  # type: ignore[arg-type, return-value]

    async def owing(self, limit: int) -> list[OutboxRow]:
        return [self.rows[id] for id in sorted(self.due)[:limit]]

    async def receipts_owing(self, limit: int) -> list[KeptReceipt]:
        return [self.kept[id - 1] for id in sorted(self.unseen)[:limit]]

    async def receipt_given(self, id: int, item: str) -> None:
        self.kept[id - 1] = replace(self.kept[id - 1], item=item)
        self.unseen.discard(id)

    async def receipts(self, outbox: int) -> list[KeptReceipt]:
        return self._of(outbox)

    async def events(self, id: int) -> list[PostEvent]:
        return self.book[id]

    def wakes(self) -> datetime | None:
        """When the next row wants work of itself: for a clock that jumps."""
        now = self.clock.now()
        times = [self.rows[id].sending.next_try for id in self.waiting]
        times += [self.rows[id].sending.deadline for id in self.timed]
        times += list(self.leases.values())
        return min((at for at in times if at is not None and at > now), default=None)
