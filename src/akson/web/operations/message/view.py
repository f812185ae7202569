"""What one message shows. Its content is None until it has been opened with a ground."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from akson.web.shell import words
from akson.web.shell.operations import ActWords, Operations, Row, lateness, partner_words, row_of
from akson.web.shell.post_desk import Content, Happening, Message, Receipt, ReceiptError

LATE_STATES = ("overdue", "queued", "sent", "transport_ok")


@dataclass(frozen=True, slots=True)
class HappeningRow:
    clock: str
    words: str
    detail: str
    grave: bool


@dataclass(frozen=True, slots=True)
class HappeningDay:
    title: str
    rows: tuple[HappeningRow, ...]


@dataclass(frozen=True, slots=True)
class ReceiptView:
    by: str
    when: str
    ok: bool
    words: str
    errors: tuple[ReceiptError, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class ActsOfOne:
    """As the forms of `post.html` want it."""

    number: int
    again: str
    close: bool
    hand_over: bool


@dataclass(frozen=True, slots=True)
class MessageView:
    ops: Operations
    row: Row
    sender: str
    facts: tuple[tuple[str, str], ...]
    days: tuple[HappeningDay, ...]
    receipts: tuple[ReceiptView, ...]
    owner: str
    deadline: str
    late: str
    deadline_words: str
    deadline_source: str
    cause: str
    remedy: str
    correctors: str
    one: ActsOfOne
    acts: ActWords
    related: tuple[tuple[str, str], ...]
    grounds: tuple[tuple[str, str], ...]
    content: Content | None
    refused: bool
    """Opening was refused: nothing on the page depends on why."""
    ground_missing: bool
    typed: str

    @property
    def page(self) -> Markup:
        """`exchange.page` has escaped every word of the sender, and tests hold it to that (test_hostile.py)."""
        return Markup(self.content.html if self.content else "")  # noqa: S704


def view_of(
    ops: Operations,
    message: Message,
    acts: ActWords,
    grounds: tuple[tuple[str, str], ...],
    content: Content | None = None,
    *,
    refused: bool = False,
    ground_missing: bool = False,
    typed: str = "",
) -> MessageView:
    line = message.line
    counts = message.deadline is not None and line.state in LATE_STATES
    return MessageView(
        ops,
        row_of(line, ops.now),
        partner_words(message.sender),
        message.facts,
        _days(message.story, ops.now),
        tuple(_receipt(r, ops.now) for r in message.receipts),
        message.owner,
        words.moment(message.deadline, ops.now) if message.deadline else "",
        lateness(message.deadline, ops.now) if counts and message.deadline else "",
        message.deadline_words,
        message.deadline_source,
        message.cause,
        message.remedy,
        message.correctors,
        ActsOfOne(line.id, message.acts.again, message.acts.close, message.acts.hand_over),
        acts,
        tuple((text, f"/meldinger/{way}/{id}") for text, way, id in message.related),
        grounds,
        content,
        refused,
        ground_missing,
        typed,
    )


def _days(story: tuple[Happening, ...], now: datetime) -> tuple[HappeningDay, ...]:
    """Oldest first, as it happened."""
    days: dict[str, list[HappeningRow]] = {}
    for one in story:
        row = HappeningRow(f"{words.local(one.at):%H:%M:%S}", one.words, one.detail, one.grave)
        days.setdefault(words.long_day(one.at, now), []).append(row)
    return tuple(HappeningDay(title, tuple(rows)) for title, rows in days.items())


def _receipt(receipt: Receipt, now: datetime) -> ReceiptView:
    return ReceiptView(
        partner_words(receipt.by),
        words.moment(receipt.at, now) if receipt.at else "",
        receipt.ok,
        receipt.words,
        receipt.errors,
        receipt.mark,
    )
