"""What the writer of a message is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from akson.web.shell.chart import Chart
from akson.web.shell.letters import Choice, Order, Remark, Sheet


@dataclass(frozen=True, slots=True)
class ChooseView:
    """The first step: which message, and to whom."""

    chart: Chart
    about: str
    types: Sequence[Choice]
    receivers: Sequence[Choice]
    """Empty when a message is answered: the answer goes to whoever sent it."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A file that has been chosen: the page brings it along until it is sent."""

    number: int
    words: str
    fault: str
    carried: str


@dataclass(frozen=True, slots=True)
class WriteView:
    """The second: what the record fills in, what she types, what is missing."""

    chart: Chart
    order: Order
    sheet: Sheet
    tried: bool
    """She has pressed send, and something stood in the way."""
    others: Sequence[Choice] = ()
    """Who may still be given a copy."""
    files: Sequence[Carried] = ()

    @property
    def stops(self) -> Sequence[Remark]:
        """What she must see before she begins: it cannot go as it stands."""
        return [remark for remark in self.sheet.remarks if remark.grave == "stop" and not remark.typed]
