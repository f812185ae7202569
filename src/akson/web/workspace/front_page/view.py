"""What the front page of a patient shows; every word is chosen before the template sees it."""

from dataclasses import dataclass

from akson.care.medication.list import MedicationLine
from akson.web.shell.chart import Chart
from akson.web.shell.news2_panel import News2View
from akson.web.shell.stopped_visits import VisitsWord


@dataclass(frozen=True, slots=True)
class NewsRow:
    when: str
    kind: str
    """`Melding`, `Måling`, `Notat`, `Oppgave`, `Legemiddel`."""
    strong: str
    text: str
    path: str = ""
    action: str = ""
    """What the link at the row's end says; "" when there is nowhere to go."""
    grave: bool = False


@dataclass(frozen=True, slots=True)
class News:
    since: str
    """`I går kl. 13:20`, or "" at the first visit, or the first for very long."""
    rows: tuple[NewsRow, ...]
    folded: tuple[NewsRow, ...]
    """Beyond the first rows, one click away."""


@dataclass(frozen=True, slots=True)
class ProblemRow:
    name: str
    code: str
    goal: str
    status: str
    """`Evalueres 01.12`, `Siden 2019`."""
    late: bool


@dataclass(frozen=True, slots=True)
class VisitRow:
    clock: str
    what: str
    who: str
    state: str
    """`done`, `missed`, `unclosed`, `planned`, `next`."""
    state_words: str


@dataclass(frozen=True, slots=True)
class ServiceRow:
    name: str
    unit: str
    since: str
    paused: bool


@dataclass(frozen=True, slots=True)
class NoteRow:
    when: str
    author: str
    text: str
    repeated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    when: str
    what: str
    who: str
    late: bool


@dataclass(frozen=True, slots=True)
class FrontPageView:
    chart: Chart
    news: News
    problems: tuple[ProblemRow, ...]
    goals: tuple[DeadlineRow, ...]
    medications: tuple[MedicationLine, ...]
    news2: News2View | None
    visits: tuple[VisitRow, ...]
    services: tuple[ServiceRow, ...]
    notes: tuple[NoteRow, ...]
    deadlines: tuple[DeadlineRow, ...]
    visits_word: VisitsWord | None = None
    """What a stay in hospital does to her visits."""
