"""What the board, one patient's stay and the answer show: every word is chosen before a template sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from akson.care.pathway.conversation import Line
from akson.care.worklist.inbox import DueWords
from akson.web.shell.chart import Chart
from akson.web.shell.letters import Remark
from akson.web.shell.stopped_visits import VisitsWord


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be done about a step in one click."""

    kind: str
    """`link`, `ask`, `answer`, `done`."""
    label: str
    path: str
    hidden: tuple[tuple[str, str], ...] = ()
    """Fields of the form, as the record has them."""
    words: str = ""
    """What is sent, word for word; "" when nothing is."""
    note: str = ""
    """`Korttid 2 holdes for henne fra 28.11.2026 til 12.12.2026.`"""


@dataclass(frozen=True, slots=True)
class BoardRow:
    path: str
    name: str
    facts: str
    phase: str
    """`ready`, `admitted`, `planned`."""
    phase_words: str
    since: str
    hospital: str
    due: DueWords
    red: tuple[str, ...]
    """Why, a sentence for each."""
    missing: tuple[str, ...]
    """What others owe: `Tidlig varsel fra sykehuset`."""
    others: tuple[str, ...]
    """What others of ours owe: `Sende innleggelsesrapport`."""
    now_do: str
    offers: tuple[Offer, ...]
    """The next action first."""
    promise: str
    """`Korttid 2 fra 28.11.2026`; "" without one."""
    days: int
    cost: str
    """`11 490 kr`, or why there is no sum; "" without days."""
    owner: str


@dataclass(frozen=True, slots=True)
class Sum:
    """One term of the account, which opens to what it counts."""

    label: str
    number: int
    rows: tuple[tuple[str, str, str], ...] = ()
    """(path, patient, what)."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Nothing vanishes: `0 uten eier`."""

    words: str
    good: bool
    kinds: tuple[tuple[str, str, tuple[Sum, ...]], ...]
    """(`Oppgaver`, the account in one line, its sums)."""


@dataclass(frozen=True, slots=True)
class BoardView:
    rows: tuple[BoardRow, ...]
    figure: Figure
    checked: str
    said: str = ""
    refused: bool = False
    only: str = ""
    """`ready`, `late`, or "" for all."""
    ready: int = 0
    late: int = 0
    everybody: int = 0
    more: int = 0
    """Less urgent ones that are not on this page."""


@dataclass(frozen=True, slots=True)
class StepRow:
    title: str
    state: str
    """`done`, `open`, `overdue`, `not-yet`, `not-needed`."""
    state_words: str
    why: str
    due: str
    rule: str
    """The rule's own words."""
    source: str
    who: str
    """Who must do it: `Oss`, `Sykehuset`."""
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class LineRow:
    line: Line
    text: str
    """What it says at a glance; the rest is one click away."""
    when: str
    path: str
    answers: str
    """What it answers, in words; ""."""


@dataclass(frozen=True, slots=True)
class DayRow:
    day: str
    why: str
    price: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One moment the account stands on, and the message that shows it."""

    what: str
    at: str
    message: str
    path: str
    receipt: str


@dataclass(frozen=True, slots=True)
class AccountView:
    days: tuple[DayRow, ...]
    total: str
    doubts: tuple[str, ...]
    source: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class StayView:
    chart: Chart
    title: str
    phase: str
    phase_words: str
    others: Sequence[tuple[str, str, bool]]
    """(path, words, here) of her other stays."""
    known: str
    """As given to the field, when asked as it was known then; ""."""
    known_words: str
    waiting: tuple[StepRow, ...]
    settled: tuple[StepRow, ...]
    lines: tuple[LineRow, ...]
    account: AccountView
    promise: str
    visits: VisitsWord | None
    edition: str
    may_act: bool
    said: str = ""


@dataclass(frozen=True, slots=True)
class AnswerView:
    """The answer with its parts, before it is sent."""

    chart: Chart
    ready: str
    """`Utskrivningsklar, meldt i dag kl. 10:12 av Havnes sykehus HF`."""
    message: str
    msg_id: str
    answer: str
    """`kan`, `ikke`."""
    places: tuple[tuple[str, str], ...]
    """(value, words) of what can be promised: a bed held already, free beds, and home."""
    place: str
    since: str
    until: str
    held: str
    words: str
    remarks: tuple[Remark, ...] = ()
    asks: bool = False
    taken: str = ""
    """What happened: `Korttid 1 ble tatt av en annen. Neste ledige er Korttid 2.`"""
