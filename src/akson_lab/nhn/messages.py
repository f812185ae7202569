"""The message server's own store: who has sent what to whom, how each delivery stands, and what it has told of it."""

import heapq
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from akson_lab.clock import LabClock
from akson_lab.faults import DELIVERY, Fault, Faults
from akson_lab.nhn.documents import Seen

UNCONFIRMED, ACKNOWLEDGED, REJECTED = "Unconfirmed", "Acknowledged", "Rejected"


@dataclass(slots=True)
class Delivery:
    """One message to one receiver."""

    receiver: int
    document: bytes
    """As the receiver gets it: not always what was sent."""
    state: str = UNCONFIRMED
    read: bool = False
    lost: bool = False
    status: str = ""
    """Of its AppRec, code in 8258."""
    errors: tuple[Mapping[str, Any], ...] = ()


@dataclass(slots=True)
class Message:
    id: str
    sender: int
    type: str
    seen: Seen
    document: bytes
    at: datetime
    source: str
    deliveries: dict[int, Delivery] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    offset: int
    message: str
    type: str
    receiver: int
    by: int
    words: str
    at: datetime


@dataclass(slots=True)
class Messages:
    clock: LabClock
    faults: Faults
    kept: dict[str, Message] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    before: int = 0
    """The offset that the first notice comes after: a lab that is started anew goes on above its earlier offsets."""
    _waiting: list[tuple[datetime, int, tuple[str, str, int, int, str]]] = field(default_factory=list)
    """What shall be told, and when. It gets its offset only then: an offset never comes after a higher one."""
    _counted: int = 0

    def accept(
        self, sender: int, receivers: Iterable[int], document: bytes, type: str, seen: Seen, source: str
    ) -> Message:
        drawn = uuid.UUID(bytes=self.faults.chance.randbytes(16), version=4)
        # The same seed draws the same ids; a lab that is started anew must not give those of the one before.
        id = str(uuid.uuid5(drawn, str(self.before)) if self.before else drawn)
        made = Message(id, sender, type, seen, document, self.clock.now(), source)
        self.kept[id] = made
        for receiver in receivers:
            self._deliver(made, receiver)
        return made

    def _deliver(self, message: Message, receiver: int) -> None:
        struck = {
            f.kind: f
            for f in self.faults.strikes(DELIVERY, str(receiver), sender=message.sender, type=message.type)
        }
        document = message.document
        if "corruption" in struck:
            document = _corrupted(document, self.faults)
        delivery = Delivery(receiver, document, lost="loss" in struck)
        message.deliveries[receiver] = delivery
        if delivery.lost:
            return
        reached = receiver
        if "wrong-address" in struck:
            others = sorted(
                {her for m in self.kept.values() for her in (m.sender, *m.deliveries)} - {receiver}
            )
            reached = self.faults.chance.choice(others) if others else receiver
            message.deliveries[reached] = Delivery(reached, document)
        delay = _seconds(struck.get("delay"))
        for _ in range(2 if "duplicate" in struck else 1):
            self.tell(message.id, "NewMessage", reached, message.sender, "", after=delay)

    def tell(
        self, message: str, type: str, receiver: int, by: int, words: str, *, after: timedelta = timedelta()
    ) -> None:
        self._counted += 1
        due = self.clock.now() + after
        heapq.heappush(self._waiting, (due, self._counted, (message, type, receiver, by, words)))

    def hasten(self) -> None:
        """Whatever is still held back is told with the next look: before the clock is set to another time."""
        now = self.clock.now()
        self._waiting = [(min(due, now), n, told) for due, n, told in self._waiting]
        heapq.heapify(self._waiting)

    def told(self, her_ids: Iterable[int], offset: int, count: int) -> list[Notice]:
        """What these have been told after `offset`, oldest first."""
        while self._waiting and self._waiting[0][0] <= self.clock.now():
            due, _, (message, type, receiver, by, words) = heapq.heappop(self._waiting)
            self.notices.append(
                Notice(self.before + len(self.notices) + 1, message, type, receiver, by, words, due)
            )
        wanted = set(her_ids)
        return [n for n in self.notices[max(0, offset - self.before) :] if n.receiver in wanted][:count]

    def settle(self, message: Message, receiver: int, state: str) -> None:
        """The transport's answer for one receiver; only the first counts."""
        delivery = message.deliveries[receiver]
        if delivery.state == UNCONFIRMED:
            delivery.state = state
            self.tell(message.id, "MessageSentStateUpdated", message.sender, receiver, state)

    def mark_read(self, message: Message, receiver: int) -> None:
        message.deliveries[receiver].read = True

    def note_receipt(
        self, message: Message, receiver: int, status: str, errors: Iterable[Mapping[str, Any]]
    ) -> None:
        delivery = message.deliveries[receiver]
        delivery.status, delivery.errors = status, tuple(errors)
        self.tell(message.id, "MessageApprecInfoUpdated", message.sender, receiver, status)

    def answered_by(self, seen: Seen, receiver: int) -> Message | None:
        """The message whose MsgId an AppRec names, when `receiver` had it."""
        found = (m for m in self.kept.values() if m.seen.id == seen.answers and receiver in m.deliveries)
        return next(found, None) if seen.answers else None


def _corrupted(document: bytes, faults: Faults) -> bytes:
    """Cut off somewhere, or one byte changed."""
    at = faults.chance.randrange(1, max(2, len(document)))
    if faults.chance.random() < 0.5:
        return document[:at]
    return document[:at] + bytes([document[at % len(document)] ^ 0x55]) + document[at + 1 :]


def _seconds(fault: Fault | None) -> timedelta:
    return timedelta(seconds=fault.seconds if fault else 0)
