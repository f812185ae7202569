"""What the messages of a patient show."""

from dataclasses import dataclass

from akson.web.shell.chart import Chart


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
    """Everything else it carries, one click away; ""."""
    state: str
    """What has become of it, in words that follow receipts only."""
    owner: str
    """Who has the item it made: `Venter hos Hjemmetjenesten Øst`; "" when it made none."""
    answerable: bool = False
    changeable: bool = False
    """Sent from here, by a type that may be changed and cancelled."""


@dataclass(frozen=True, slots=True)
class MessagesView:
    chart: Chart
    messages: tuple[MessageRow, ...]
    may_write: bool = False
