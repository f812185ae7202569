"""What the front page of a patient shows; every word is chosen before the template sees it."""

from dataclasses import dataclass

from markupsafe import Markup

from akson.care.medication.list import MedicationLine
from akson.web.shell.chart import Chart
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
class ParameterRow:
    """One row of the NEWS2 table: a name with unit, and a value with points for each set."""

    name: str
    unit: str
    cells: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class News2View:
    headline: str
    """`5 – lege vurderer raskt`, `minst 5 – …` when something was not recorded."""
    level: int
    """0, 1, 2, 3: how the headline is coloured."""
    rising: bool
    falling: bool
    chart: Markup
    columns: tuple[str, ...]
    """When each set was measured."""
    parameters: tuple[ParameterRow, ...]
    totals: tuple[str, ...]
    missing: str
    """What the latest set lacks, in words; ""."""


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
