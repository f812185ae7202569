"""A stay's messages as one conversation, in the order they were sent: who to whom, what became of it, what is new in it.

    conversation(events)
    [Line("in", "Innlagt på sykehus", "mottatt 20.11. kl. 14.09", …), Line("out", …, "sendt, ikke bekreftet"), …]

Cancelled, replaced and repeated messages are shown where they came, and say so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from akson.care.contacts import receipt_words
from akson.care.pathway import said, times
from akson.care.pathway.said import Said, StayEvents

IN, OUT = "in", "out"
UNDONE = {
    "cancelled": "kansellert av avsender",
    "replaced": "erstattet av en nyere",
    "duplicate": "sendt to ganger, telles én gang",
}


@dataclass(frozen=True, slots=True)
class Line:
    direction: str
    """`in`, `out`."""
    title: str
    other: str
    """Whom it is from, or to."""
    at: datetime
    state: str
    """`bekreftet av mottaker 12.04. kl. 10.31`, `sendt, ikke bekreftet`, `mottatt …`, and whether it still stands."""
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    text: str
    message: str
    answers: str
    """`Communication/…` in the same conversation, or ""."""
    kind: str
    stands: bool


_NOT_CONFIRMED = {
    said.UNDELIVERED: receipt_words.NOT_SENT,
    said.OVERDUE: f"{receipt_words.NOT_CONFIRMED} innen fristen",
    said.SETTLED: f"{receipt_words.NOT_CONFIRMED} – tatt hånd om av en person",
}


def conversation(events: StayEvents | Iterable[Said]) -> list[Line]:
    every = (*events.said, *events.undone) if isinstance(events, StayEvents) else tuple(events)
    return [_line(one) for one in sorted(every, key=lambda s: (s.sent or s.told, s.told, s.message))]


def words_of_receipt(one: Said) -> str:
    """What became of a message: of what was sent from here never more than the receiver has confirmed."""
    if one.by != said.US:
        return f"mottatt {times.words(one.told)}"
    state = one.receipt.state if one.receipt else said.WAITING
    at = f" {times.words(one.receipt.at)}" if one.receipt and one.receipt.at else ""
    if state == said.CONFIRMED:
        return f"{receipt_words.CONFIRMED}{at}"
    if state == said.REFUSED:
        return f"{receipt_words.REFUSED}{at}"
    return _NOT_CONFIRMED.get(state, receipt_words.ON_THE_WAY)


def _line(one: Said) -> Line:
    ours = one.by == said.US
    undone = f"; {UNDONE[one.undone]}" if one.undone else ""
    return Line(
        direction=OUT if ours else IN,
        title=one.title or one.kind,
        other=one.receiver if ours else one.sender,
        at=one.sent or one.told,
        state=f"{words_of_receipt(one)}{undone}",
        changed=one.changed,
        missing=one.missing,
        text=one.text,
        message=one.message,
        answers=one.answers,
        kind=one.kind,
        stands=not one.undone,
    )
