"""What every record system of the lab has: a worklist, an agenda, and the two ears for messages and receipts.

house.plan(now + 6h, "early-notice", "A")     what it means to do by itself, and when
house.due(now) -> [Outgoing(…)]               what goes out now
house.hears(Heard(…), now)                    a message that was taken
house.receipt(msg_id, "1", (), now)           of one it sent
"""

import heapq
import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from akson.exchange.envelope.values import Envelope
from akson.exchange.opening import Opened
from akson.exchange.schema import Values
from akson_lab.facts import Shipment, Stay
from akson_lab.people import Resident

WORK_SHOWN_MAX = 200


class NotNow(Exception):
    """The sender would not send that now. Says why."""


@dataclass(slots=True)
class Outgoing:
    """`kind` is the house's own word for it. `also` get a copy."""

    kind: str
    type: str
    to: int
    msg_id: str
    document: bytes = field(repr=False)
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that was taken, as far as a house reads it."""

    type: str
    msg_id: str
    parent: str
    conversation: str
    by: int
    """HER-id of the service that sent it."""
    national_id: str
    code: str
    """Of a dialogue message: 9152 of a request, else the topic's."""
    text: str
    person: Resident | None = None
    """As the message says."""
    content: Values = field(default_factory=dict, repr=False)
    """All of it, of a message that our own reader can read."""

    @classmethod
    def of(cls, opened: Opened, by: int) -> "Heard | None":
        envelope = opened.envelope
        if envelope is None:
            return None
        ids = envelope.patient.idents if envelope.patient else ()
        said: Any = None
        content: Values = {}
        if opened.type is not None and not opened.faults and opened.problem is None:
            message = opened.message()
            said, content = next(iter(getattr(message.facts, "said", ())), None), message.content
        return cls(
            envelope.type.v, envelope.msg_id.lower(), envelope.parent.lower(), envelope.conversation, by,
            ids[0].id if ids else "", said.about.v if said else "", said.text if said else "", _person(envelope),
            content,
        )  # fmt: skip


@dataclass(slots=True)
class Work:
    """One line of a worklist. `key` names it once: the same is not entered twice while it is open."""

    at: datetime
    key: str
    words: str
    patient: str
    done: datetime | None = None


class House:
    """`hurries`: what it would do in its own time, it does at once."""

    def __init__(self, name: str, title: str, her: int, *, seed: int = 0, hurries: bool = True) -> None:
        self.name, self.title, self.her, self.hurries = name, title, her, hurries
        self.chance = random.Random(f"{name} {seed}")
        self.work: list[Work] = []
        self.doings: Mapping[str, Callable[..., None]] = {}
        """What may stand on its agenda -> what does it, given (now, *about)."""
        self._agenda: list[tuple[datetime, int, str, tuple[Any, ...]]] = []
        self._out: list[Outgoing] = []
        self._planned = 0

    def plan(self, at: datetime, what: str, *about: Any) -> None:
        self._planned += 1
        heapq.heappush(self._agenda, (at, self._planned, what, about))

    def due(self, now: datetime) -> list[Outgoing]:
        while self._agenda and self._agenda[0][0] <= now:
            _, _, what, about = heapq.heappop(self._agenda)
            self.doings[what](now, *about)
        out, self._out = self._out, []
        return out

    def forget_plans(self) -> None:
        """Before the clock is set back: what was planned belonged to another time."""
        self._agenda.clear()

    def refuses(self, heard: Heard, now: datetime) -> tuple[str, str]:
        """Code of 8221 and its words, of a whole message that this house cannot take; ("", "") takes it."""
        return "", ""

    def hears(self, heard: Heard, now: datetime) -> None:
        """A message that was taken, the first time."""

    def receipt(self, msg_id: str, status: str, codes: tuple[str, ...], now: datetime) -> None:
        """Of one that this house sent."""

    def shown(self, now: datetime) -> dict[str, Any]:
        """Its side, as its own staff see it: synthetic people alone."""
        listed = [
            {"at": w.at.isoformat(), "patient": w.patient, "words": w.words, "done": w.done.isoformat() if w.done else None}
            for w in self.work[-WORK_SHOWN_MAX:]
        ]  # fmt: skip
        return {"house": self.title, "her": self.her, "now": now.isoformat(), "worklist": listed}

    def enter(self, now: datetime, key: str, words: str, person: Resident | None) -> None:
        if not any(w.key == key and w.done is None for w in self.work):
            self.work.append(Work(now, key, words, f"{person.given} {person.family}" if person else ""))

    def finish(self, now: datetime, key: str) -> None:
        for each in self.work:
            if each.key == key and each.done is None:
                each.done = now

    def put_out(
        self, kind: str, type: str, to: int, id: str, document: bytes, also: tuple[int, ...] = ()
    ) -> str:
        self._out.append(Outgoing(kind, type, to, id, document, also))
        return id


def _person(envelope: Envelope) -> Resident | None:
    told = envelope.patient
    if told is None or not told.idents:
        return None
    try:
        born = date.fromisoformat(told.birth_date[:10])
    except ValueError:
        return None
    return Resident(told.idents[0].id, told.given, told.family, born, told.sex.v == "2", "", "", "")


def new_id() -> str:
    return str(uuid.uuid4())


def answering(heard: Heard) -> Shipment:
    return Shipment(new_id(), parent=heard.msg_id, conversation=heard.conversation or heard.msg_id)


def about(template: Stay, person: Resident, **more: Any) -> Stay:
    """The facts of a message about that person."""
    from dataclasses import replace

    told = {
        name: getattr(person, name)
        for name in ("national_id", "given", "family", "born", "female", "street", "postal_code", "city")
    }
    return replace(template, **{**told, **more})
