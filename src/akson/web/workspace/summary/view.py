"""What the summary page shows: our own summary, those that were received, and one of these opened."""

from dataclasses import dataclass

from akson.web.shell.chart import Chart
from akson.web.shell.summaries import SummarySection


@dataclass(frozen=True, slots=True)
class ReceivedRow:
    title: str
    source: str
    country: str
    day: str
    """Made on."""
    age: str
    """`9 år siden`; "" where the sender does not say when."""
    path: str


@dataclass(frozen=True, slots=True)
class SummaryView:
    chart: Chart
    sections: tuple[SummarySection, ...]
    received: tuple[ReceivedRow, ...]
    file_path: str
    printed: str
    may_take: bool
    said: str = ""
    wrong: str = ""
    wrong_now: str = ""


@dataclass(frozen=True, slots=True)
class ReceivedView:
    chart: Chart
    row: ReceivedRow
    language: str
    taken: str
    """`27.11.2026`: came here."""
    sections: tuple[SummarySection, ...]
    file_path: str
    printed: str
    back: str
    medicines_path: str
