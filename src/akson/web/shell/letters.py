"""What a screen asks of whoever writes and sends messages: words and choices in, words out. `akson.app.letters` fulfils it.

Screens do not know the post. Everything here is bokmål, ready to be shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from akson.care.fhir_json import Resource
from akson.care.pathway.said import Receipt
from akson.care.worklist.conservation import Posted
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.web.shell.uploads import Upload

NEW_LETTER, CHANGE, CANCEL, CORRECT = "", "endre", "kanseller", "rett"
"""What is done to the message named by `about`: answered (or nothing is), changed, cancelled, sent anew after a refusal."""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Order:
    """What she wants to send. `msg_id` stays hers from the first page on, so that a form sent twice is one message."""

    patient: str
    type: str
    to: str = ""
    """HER-id; "" for the sender of the message that is answered."""
    about: str = ""
    """Id of the Communication that is answered, changed or cancelled."""
    act: str = NEW_LETTER
    msg_id: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    copies: tuple[str, ...] | None = None
    """HER-ids; None until she has seen the page: then those of the message that is changed."""
    files: tuple[Upload, ...] | None = None
    """As `copies`."""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the message that the record fills in."""

    label: str
    text: str
    source: str
    """`problemlisten`."""


@dataclass(frozen=True, slots=True)
class Box:
    """One part that she types. `kind`: text, line, day, time, code."""

    name: str
    label: str
    kind: str
    text: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    grave: str
    """stop, ask, info."""
    what: str
    now: str
    typed: bool = False
    """Whether it waits for what she has yet to type."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with it, as the page shows it and carries it."""

    words: str
    """`Sårbilde.jpg (JPEG-bilde, 214 kB)`."""
    fault: str
    """Why it cannot go; ""."""
    upload: Upload


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    sender: str
    receiver: str
    lines: tuple[Line, ...]
    boxes: tuple[Box, ...]
    remarks: tuple[Remark, ...]
    copies: tuple[Choice, ...] = ()
    """HER-id and name of those who get a copy."""
    files: tuple[Enclosure, ...] = ()
    changes: tuple[str, ...] = ()
    """In a change: what is new since the message before."""
    instead: tuple[Choice, ...] = ()
    """Types that the receiver takes where he does not take this one, with words for the button."""
    by_phone: bool = False
    """Whether the receiver does not, or may not, take it: then somebody can be given the task of phoning."""
    refused: str = ""
    """In a correction: why the message before was not taken."""

    @property
    def asks(self) -> bool:
        return any(remark.grave == "ask" for remark in self.remarks)

    @property
    def stopped(self) -> bool:
        return any(remark.grave == "stop" for remark in self.remarks)


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that somebody must correct: `Avvist av mottaker`, and why, in the receiver's own words too."""

    words: str
    why: str
    now: str
    """What to do about it."""


@dataclass(frozen=True, slots=True)
class HubKnown:
    """Where citizens' lists of medicines are shared, and when this patient's was last asked for and told."""

    to: Choice
    asked: datetime | None
    told: datetime | None

    @property
    def waits(self) -> bool:
        return self.asked is not None and (self.told is None or self.told < self.asked)


class Letters(Protocol):
    def new_id(self) -> str: ...

    async def types(self, session: RecordSession, patient: str, about: str) -> Sequence[Choice]:
        """What may be sent, the likeliest answer first. Raises the record's NOT_FOUND for a message she may not see."""
        ...

    async def answer_form(self, session: RecordSession, patient: str, about: str) -> str:
        """Type of the message that answers the request and that its sender takes; "" for what is no request."""
        ...

    async def gp(self, session: RecordSession, patient: str) -> Choice | None:
        """Where messages to her GP go: HER-id and name; None when the record does not say."""
        ...

    async def hub(self, session: RecordSession, patient: str) -> HubKnown | None:
        """None where no hub is connected."""
        ...

    async def call(self, session: RecordSession, order: Order) -> str:
        """Leaves a task to phone about what could not be sent, with what she has typed; gives its title."""
        ...

    async def type_of(self, session: RecordSession, patient: str, about: str) -> str:
        """Type of the message with that id. Raises as `types`."""
        ...

    async def receivers(self, session: RecordSession) -> Sequence[Choice]: ...

    async def sheet(self, session: RecordSession, order: Order) -> Sheet: ...

    async def send(
        self, session: RecordSession, order: Order, beside: Sequence[Change] = ()
    ) -> tuple[Sheet, str]:
        """The sheet, and the id of the Communication; "" when something stands in the way. `beside`: in the same commit."""
        ...

    async def standing(self, session: RecordSession, patient: str, msg_id: str) -> str:
        """Id of the patient's Communication with that MsgId: what she has sent already; ""."""
        ...

    async def states(self, sent: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
        """Id of each Communication that went out -> what its receipts say."""
        ...

    async def receipts(self, communications: Iterable[Resource]) -> Mapping[str, Receipt]:
        """`Communication/…` of each that went out -> what was heard of it. One question for all; what came in has none."""
        ...

    async def accounted(self, communications: Iterable[Resource]) -> Posted | None:
        """Those of them that went out, counted by the post's own book; None where it has none."""
        ...

    async def refused(
        self, session: RecordSession, sent: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Refused]:
        """Of the same: those that stand refused, or never got out, until they are corrected."""
        ...

    async def place(self, session: RecordSession, row: int) -> tuple[str, str]:
        """Ids of Patient and Communication of a row of the outbox. Raises NOT_FOUND, also when the record hides it."""
        ...
