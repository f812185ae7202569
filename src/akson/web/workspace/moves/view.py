"""What the pages of moves show."""

from dataclasses import dataclass

from akson.web.shell.chart import Chart
from akson.web.shell.moves import MoveWords, Section


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    patient_path: str
    """"" for one who is not a patient here yet."""
    move: MoveWords


@dataclass(frozen=True, slots=True)
class ListView:
    rows: tuple[Row, ...]
    """Those that wait for somebody here."""
    others: tuple[Row, ...]
    connected: bool


@dataclass(frozen=True, slots=True)
class OneView:
    move: MoveWords
    name: str
    facts: str
    """`12.05.1942 · 120542 12345`; "" when nobody is shown."""
    patient_path: str
    sections: tuple[Section, ...]
    """What is, or would be, in the package."""
    graded: bool
    may_send: bool
    may_change: bool
    may_answer: bool
    received: bool
    stay: bool
    said: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class StartView:
    chart: Chart
    shown: bool
    receivers: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str, bool], ...]
    """Code, words, whether it always goes."""
    rows: tuple[MoveWords, ...]
    may_start: bool
    fault: str = ""
