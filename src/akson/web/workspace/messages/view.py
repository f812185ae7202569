"""What the messages of a patient show: the list of them, and one of them whole."""

from dataclasses import dataclass, replace

from akson.care.contacts.files import File
from akson.care.contacts.letters import Letter, LetterLine
from akson.web.shell.chart import Chart
from akson.web.shell.letters import Refused


@dataclass(frozen=True, slots=True)
class MessageRow:
    id: str
    title: str
    """`Innlagt på sykehus`."""
    sender: str
    receiver: str
    when: str
    """When it reached the record."""
    sent: str
    text: str
    """Paragraphs parted by line breaks, as the message was made readable."""
    fields: str
    """Everything else it carries, as the record holds it in words; ""."""
    state: str
    """What has become of it, in words that follow receipts only."""
    owner: str
    """Who has the item it made: `Venter hos Hjemmetjenesten Øst`; "" when it made none."""
    answerable: bool = False
    of_thread: int = 1
    """Messages of its conversation."""
    path: str = ""
    """Its own page."""
    files: int = 0
    fate: str = ""
    """`Kansellert av avsender`, `Erstattet av en nyere melding`; ""."""
    fate_path: str = ""
    """The message that did it."""
    sent_by_us: bool = False
    refused: Refused | None = None
    """Not taken by the receiver, and not corrected yet."""
    changeable: bool = False
    """Sent from here, by a type that may be changed and cancelled."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A request that nobody has answered yet."""

    title: str
    other: str
    why: str
    """`Frist 27.11. kl. 12.00, om 2 døgn.`"""
    now_do: str
    late: bool
    ours: bool
    """We asked."""
    phone: str
    """By when it must have been phoned about; ""."""
    messages: tuple[str, ...]
    """Ids of the conversation."""
    path: str
    answer_path: str
    """Where it is answered; "" when we wait."""


@dataclass(frozen=True, slots=True)
class AskGp:
    """What her GP is most often asked for, each a link to the form with its code chosen."""

    gp: str
    links: tuple[tuple[str, str], ...]
    """(address, words)."""


@dataclass(frozen=True, slots=True)
class MessagesView:
    chart: Chart
    messages: tuple[MessageRow, ...]
    may_write: bool = False
    waits: tuple[Wait, ...] = ()
    ask_gp: AskGp | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of one depth under one heading, or without one. `lines` may be empty: then only the heading stands there."""

    heading: str
    depth: int
    lines: tuple[LetterLine, ...]

    @property
    def level(self) -> int:
        """Of the heading: under the page's h2, and h6 at the most."""
        return min(3 + self.depth, 6)

    @property
    def indent(self) -> int:
        return min(self.depth if self.heading else max(self.depth - 1, 0), 4)

    def takes(self, line: LetterLine) -> bool:
        return line.depth == (self.lines[-1].depth if self.lines else self.depth + 1)


@dataclass(frozen=True, slots=True)
class LetterView:
    chart: Chart
    message: MessageRow
    letter: Letter | None
    """None when it is not made of fields: then its words are all there is."""
    parts: tuple[Part, ...]
    about: tuple[Part, ...]
    administrative: tuple[Part, ...]
    files: tuple[File, ...]
    thread: tuple[MessageRow, ...]
    """The whole conversation, oldest first; empty when it stands alone."""
    before: MessageRow | None
    """What it replaces."""
    notes: tuple[str, ...]
    """What the post noted when it came, where it cannot be worked out anew."""
    has_results: bool
    printed: str
    """When the page was made, for the paper."""
    waits: tuple[Wait, ...] = ()
    """Requests of its conversation that stand unanswered."""


def parts(lines: tuple[LetterLine, ...]) -> tuple[Part, ...]:
    """Fields that follow each other at one depth stand in one list; a heading belongs to the list under it."""
    found: list[Part] = []
    for line in lines:
        if not line.said:
            found.append(Part(line.label, line.depth, ()))
        elif found and found[-1].takes(line):
            found[-1] = replace(found[-1], lines=(*found[-1].lines, line))
        else:
            found.append(Part("", line.depth, (line,)))
    return tuple(found)
