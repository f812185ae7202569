"""What an envelope says, as frozen values: who sends, who shall receive, about whom, in which conversation."""

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from akson.exchange.schema import Coded, Fault, Values

PRIMARY = "PRIM"
COPY = "COP"


@dataclass(frozen=True, slots=True)
class Ident:
    """One identifier as written. `type` is its code in 8116 (persons) or 9051 (organisations): HER, ENH, FNR, DNR, …"""

    id: str
    type: str
    words: str = ""
    system: str = ""

    @property
    def plain(self) -> str:
        """Without spaces, and a HER-id without the thousands dots of old material: `369.767` -> `369767`."""
        compact = "".join(self.id.split())
        return compact.replace(".", "") if self.type == "HER" else compact


def her_of(idents: tuple[Ident, ...]) -> str:
    return next((i.plain for i in idents if i.type == "HER" and i.plain), "")


@dataclass(frozen=True, slots=True)
class Person:
    family: str = ""
    middle: str = ""
    given: str = ""
    birth_date: str = ""
    sex: Coded = field(default_factory=Coded)
    idents: tuple[Ident, ...] = ()

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.given, self.middle, self.family) if part)

    def ident(self, type: str) -> str:
        """Digits of the first identifier of that type, or ""."""
        return next((i.plain for i in self.idents if i.type == type), "")


@dataclass(frozen=True, slots=True)
class Party:
    """An address: an organisation, and in it the service or the person that is the communication party.

    Party('ST OLAVS HOSPITAL HF', (59 HER,), unit=Party('Ortopedisk kirurgi', (90998 HER,)))
    """

    name: str = ""
    idents: tuple[Ident, ...] = ()
    unit: "Party | None" = None
    person: Person | None = None
    organisation_her: str = field(init=False, repr=False, compare=False)
    party_her: str = field(init=False, repr=False, compare=False)
    """HER-id of the communication party: the service, else the person, when they have one."""
    her: str = field(init=False, repr=False, compare=False)
    """The most exact HER-id of the address, or ""."""
    key: str = field(init=False, repr=False, compare=False)
    """Tells one address from another: the HER-id, else another identifier with its type; "" when there is none.

    These four follow from the others, and are asked for dozens of times while one message is worked."""

    def __post_init__(self) -> None:
        within = (self.unit.party_her or self.unit.organisation_her) if self.unit else ""
        organisation = her_of(self.idents)
        party = within or (her_of(self.person.idents) if self.person else "")
        object.__setattr__(self, "organisation_her", organisation)
        object.__setattr__(self, "party_her", party)
        object.__setattr__(self, "her", party or organisation)
        object.__setattr__(self, "key", party or organisation or self._other_key())

    def _other_key(self) -> str:
        everyone = (
            *self.idents,
            *(self.unit.idents if self.unit else ()),
            *(self.person.idents if self.person else ()),
        )
        return next((f"{i.type}:{i.plain}" for i in everyone if i.plain), "")

    @property
    def words(self) -> str:
        """`ST OLAVS HOSPITAL HF, Ortopedisk kirurgi`."""
        inner = self.unit.words if self.unit else ""
        person = self.person.name if self.person else ""
        return ", ".join(part.strip() for part in (self.name, inner, person) if part.strip())


@dataclass(frozen=True, slots=True)
class Receiver:
    role: str
    """`PRIM` or `COP`."""
    party: Party


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document beside the content. Which formats are taken is said in attachments.py."""

    path: str
    """Where it stands, for faults."""
    kind: str = ""
    """8114: `A` attachment, `XML`, `REF`."""
    mime_type: str = ""
    description: str = ""
    compressed: bool = False
    reference: str = ""
    """Address of a file that is not enclosed."""
    data: bytes | None = None
    """The file; None when none is enclosed, or what is there is no base64."""
    broken: bool = False
    foreign: bool = False
    """Holds something else than a file in base64."""

    def __repr__(self) -> str:
        # What a file is called, and what is in it, may tell of a patient.
        return f"Attachment({self.path} {self.mime_type} {len(self.data or b'')} bytes)"


@dataclass(frozen=True, slots=True)
class Envelope:
    type: Coded
    generated: str
    """GenDate as written; Norwegian local time when it has no zone."""
    msg_id: str
    parent: str
    """MsgId of the message before in the conversation, or ""."""
    conversation: str
    """MsgId of the conversation's first message: its own when it begins one."""
    sender: Party
    receivers: tuple[Receiver, ...]
    """The primary receiver first, then copies."""
    patient: Person | None
    issued: str
    documents: tuple[etree._Element, ...]
    """Roots of the content: one, or none when it is missing."""
    attachments: tuple[Attachment, ...]
    values: Values
    """All of MsgInfo, as declared in msghead_format.py; empty for a form without a header of its own."""
    head: Values
    """All of MsgHead, MsgInfo in it; empty for a form without a header of its own."""
    faults: tuple[Fault, ...]
    own_id: str = ""
    """What a letter calls itself: a change has the same, under another MsgId. "" for forms that refer by MsgId."""

    def __repr__(self) -> str:
        # No person's name or number may reach a log by way of a repr.
        return f"Envelope({self.type.v} {self.msg_id} from {self.sender.key} to {[r.party.key for r in self.receivers]})"


def coded(value: Any) -> Coded:
    return value if isinstance(value, Coded) else Coded()
