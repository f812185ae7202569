"""What the screens of the message officer ask of the post, and the shape of its answers. Fulfilled by `akson.app.post_desk`.

Nothing here is clinical, and nothing names a patient but `Candidate` and `Told`: who a message that was matched to nobody
says it is about. The content of a message is `Content`, which `open_content` alone gives, for a ground, with a line in the
patient's log. Words for states, causes and remedies are the post's own; times are instants, and the views put them in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.web.shell.house import MESSAGE_OFFICER, Visit

OUT, IN = "ut", "inn"
"""Both ways, as they stand in addresses."""
PAGE = 50


@dataclass(frozen=True, slots=True)
class Partner:
    her: str
    name: str
    """`` when the record does not know it."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One partner, type and way since midnight. Of what came in, `done` is taken in and `queued` waits here."""

    way: str
    partner: Partner
    type: str
    type_words: str
    total: int
    queued: int
    unconfirmed: int
    done: int
    refused: int
    failed: int
    overdue: int
    heard: datetime | None


@dataclass(frozen=True, slots=True)
class Silent:
    """A partner who says nothing, though he is used to."""

    partner: Partner
    type_words: str
    """`` when it is his receipts."""
    words: str


@dataclass(frozen=True, slots=True)
class Certificate:
    name: str
    use: str
    until: datetime
    days: int
    severity: str
    """`notice`, `soon`, `urgent`, `fatal`."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What somebody must see to, whenever it began: the numbers of the menu."""

    failed: int
    overdue: int
    unmatched: int
    parked: int
    unaccounted: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Something the books do not agree on. `ids` are addresses of messages."""

    words: str
    way: str
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Deviations:
    """What a partner and we have found wrong in each other's messages: DIALOG_AVVIK, the last 90 days."""

    partner: Partner
    about_ours: int
    sent: int
    about_theirs: int
    received: int


@dataclass(frozen=True, slots=True)
class Overview:
    flows: tuple[Flow, ...]
    differences: tuple[Difference, ...]
    silent: tuple[Silent, ...]
    certificates: tuple[Certificate, ...]
    has_certificates: bool
    deviations: tuple[Deviations, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Of the search; empty is any. `state` is a key of `STATES` of the desk."""

    partner: str = ""
    type: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    id: str = ""
    """MsgId or conversation."""
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A message in a list."""

    way: str
    id: int
    at: datetime
    partner: Partner
    type: str
    type_words: str
    msg_id: str
    state: str
    """The post's own code, for colour."""
    state_words: str


@dataclass(frozen=True, slots=True)
class Lines:
    lines: tuple[Line, ...]
    further: str
    """Cursor of what is older; ""."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be searched for."""

    partners: tuple[Partner, ...]
    types: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Happening:
    at: datetime
    words: str
    detail: str
    grave: bool


@dataclass(frozen=True, slots=True)
class ReceiptError:
    code: str
    text: str
    more: str
    """OT, which must always be shown."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """An AppRec, from either side. `mark` says what is special: a second one, one that does not count."""

    by: Partner
    at: datetime | None
    ok: bool
    words: str
    errors: tuple[ReceiptError, ...]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Acts:
    """What may be done with it now."""

    again: str = ""
    """`same`, `new` or ""."""
    close: bool = False
    hand_over: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    line: Line
    sender: Partner
    facts: tuple[tuple[str, str], ...]
    """Of the envelope and the handing-over, in words."""
    story: tuple[Happening, ...]
    receipts: tuple[Receipt, ...]
    owner: str
    deadline: datetime | None
    deadline_words: str
    deadline_source: str
    cause: str
    remedy: str
    acts: Acts
    correctors: str = ""
    """Who can correct it from the record and send it anew: `Storvik kommune, Sykepleietjeneste`; ""."""
    related: tuple[tuple[str, str, int], ...] = ()
    """(words, way, id) of what it replaces, or what replaced it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message, or the heading of a part (`said` is "")."""

    depth: int
    label: str
    said: str


@dataclass(frozen=True, slots=True)
class Content:
    """A message as people read it. `raw` is all the words there are, where it cannot be read field by field."""

    title: str
    fields: tuple[Field, ...]
    raw: str
    missing: tuple[str, ...]
    """What its profile demands and it lacks."""
    opened_for: tuple[str, ...]
    """Whose log it stands in: their names; empty when the message is about nobody here."""
    html: str = ""
    """Every field as `exchange.page` writes it, escaped: the one way in which a message is shown."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is not done, with whoever owns it."""

    line: Line
    owner: str
    deadline: datetime | None
    why: str
    acts: Acts
    unsent: bool
    """It is still tried: it never got out."""


@dataclass(frozen=True, slots=True)
class CauseGroup:
    key: str
    code: str
    title: str
    remedy: str
    again: str
    rows: tuple[Waiting, ...]
    more: int
    """Rows beyond those shown."""

    @property
    def count(self) -> int:
        return len(self.rows) + self.more


@dataclass(frozen=True, slots=True)
class BulkStep:
    """One piece of a long resending. `after` is where the next one begins; None: all of it is done."""

    sent: int
    passed: int
    """Somebody else had seen to it meanwhile."""
    after: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """Who a message says it is about."""

    name: str
    birth_date: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unmatched:
    item: int
    """Number in the inbox."""
    type_words: str
    sender: str
    received: datetime
    why: str
    told: Told
    owner: str
    matched: bool = False
    matched_to: str = ""
    may_undo: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person in the record, and how what she is known by agrees with what the message says."""

    id: str
    name: str
    birth_date: str
    national_id: str
    by_number: bool
    same_name: bool
    same_birth_date: bool


@dataclass(frozen=True, slots=True)
class LedgerLine:
    way: str
    partner: Partner
    type: str
    type_words: str
    day: date
    total: int
    parts: tuple[tuple[str, int], ...]
    """(label, count)."""
    missing: int


@dataclass(frozen=True, slots=True)
class PartnerBook:
    """A partner who runs Akson: his book beside ours, the last time he gave it. `differences` in words."""

    partner: Partner
    compared: datetime | None
    differences: tuple[str, ...]
    silent: bool
    """He did not answer the last time he was asked."""


@dataclass(frozen=True, slots=True)
class LedgerPage:
    words: str
    unaccounted: int
    lines: tuple[LedgerLine, ...]
    differences: tuple[Difference, ...]
    compared: tuple[PartnerBook, ...] = ()


class PostDesk(Protocol):
    """Every `session` is the officer's own, opened for care coordination: what it may, the rules say."""

    async def counts(self, session: RecordSession) -> Counts: ...
    async def overview(self, session: RecordSession) -> Overview: ...
    async def choices(self, session: RecordSession) -> Choices: ...
    async def search(self, session: RecordSession, asked: Asked) -> Lines: ...
    async def message(self, session: RecordSession, way: str, id: int) -> Message:
        """Raises Problem NOT_FOUND."""
        ...

    @property
    def grounds(self) -> Mapping[str, str]: ...
    @property
    def close_reasons(self) -> Mapping[str, str]: ...
    async def owners(self, session: RecordSession) -> tuple[tuple[str, str], ...]:
        """(reference, name) of those a message can be handed over to."""
        ...

    async def open_content(
        self, session: RecordSession, way: str, id: int, ground: str, text: str
    ) -> Content: ...
    async def failed(self, session: RecordSession) -> tuple[CauseGroup, ...]: ...
    async def overdue(self, session: RecordSession) -> tuple[Waiting, ...]: ...
    async def send_again(self, session: RecordSession, id: int) -> None: ...
    async def send_cause(self, session: RecordSession, key: str, after: int) -> BulkStep: ...
    async def close(self, session: RecordSession, id: int, reason: str) -> None: ...
    async def hand_over(self, session: RecordSession, id: int, owner: str) -> str:
        """Gives the new owner's name."""
        ...

    async def unmatched(self, session: RecordSession) -> tuple[Unmatched, ...]: ...
    async def one_unmatched(self, session: RecordSession, item: int) -> Unmatched: ...
    async def proposed(self, session: RecordSession, item: int) -> tuple[Candidate, ...]: ...
    async def candidates(
        self, session: RecordSession, item: int, *, number: str = "", name: str = "", born: date | None = None
    ) -> tuple[Candidate, ...]: ...
    async def assign(self, session: RecordSession, item: int, patient: str) -> None: ...
    async def take_back(self, session: RecordSession, item: int) -> None: ...
    async def ledger(
        self, session: RecordSession, partner: str, type: str, day: date | None
    ) -> LedgerPage: ...


def desk_of(visit: Visit) -> PostDesk:
    """Raises Problem FORBIDDEN AKS-WEB-060 for everyone but the message officer, NOT_FOUND AKS-WEB-404 without a post."""
    if visit.actor.role != MESSAGE_OFFICER:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-WEB-060",
            "Denne siden er for meldingsansvarlige.",
            why="Den viser hvordan det står til med meldingene til og fra kommunen.",
            now="Gå til innboksen. Gjelder det en melding, så ring den som er meldingsansvarlig.",
        )
    if visit.house.post is None:
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-WEB-061",
            "Denne installasjonen har ingen post.",
            now="Gå til innboksen.",
        )
    return visit.house.post
