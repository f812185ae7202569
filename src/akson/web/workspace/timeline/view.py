"""What the timeline shows; every word is chosen before the template sees it."""

from dataclasses import dataclass

from akson.web.shell.chart import Chart


@dataclass(frozen=True, slots=True)
class EventRow:
    clock: str
    kind: str
    strong: str
    text: str
    who: str
    path: str


@dataclass(frozen=True, slots=True)
class TimelineDay:
    title: str
    rows: tuple[EventRow, ...]


@dataclass(frozen=True, slots=True)
class KindChoice:
    code: str
    words: str
    here: bool
    path: str


@dataclass(frozen=True, slots=True)
class TimelineView:
    chart: Chart
    kinds: tuple[KindChoice, ...]
    days: tuple[TimelineDay, ...]
    older: str
    """Address of the next page; ""."""
    newest: bool
    hidden: tuple[str, ...]
    """Kinds that the reader's role never sees."""
