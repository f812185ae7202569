"""What the casework pages show."""

from dataclasses import dataclass

from akson.care.worklist.inbox import DueWords
from akson.web.shell.chart import Chart


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One application, open or decided."""

    id: str
    asked: str
    came: str
    applicant: str
    due: DueWords
    rule: str
    """The deadline's words and source."""
    owner: str
    open: bool
    assessments: tuple[tuple[str, str], ...]
    """(when, words)."""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    id: str
    service: str
    unit: str
    period: str
    amount: str
    in_force: bool
    letter: str
    """Id of the letter; ""."""
    complaint: str
    """Until when it can be complained about."""


@dataclass(frozen=True, slots=True)
class CasesView:
    chart: Chart
    cases: tuple[CaseRow, ...]
    decisions: tuple[DecisionRow, ...]
    services: tuple[tuple[str, str], ...]
    """(code of 9151, words)."""
    may_decide: bool
    said: str = ""
    form_id: str = ""
    """Whoever presses twice does it once."""


@dataclass(frozen=True, slots=True)
class DecideView:
    chart: Chart
    case: str
    """Id of the application that is decided; "" for a change."""
    standing: str
    """Id of the decision that is changed; ""."""
    asked: str
    service: str
    services: tuple[tuple[str, str], ...]
    unit: str
    units: tuple[tuple[str, str], ...]
    start: str
    end: str
    rounds: str
    """Number of the chosen round: `0` none … `4`."""
    round_choices: tuple[tuple[str, str], ...]
    hours: str
    grounds: str
    preview: str
    """The letter as it will be; ""."""
    fault: str = ""
    form_id: str = ""


@dataclass(frozen=True, slots=True)
class LetterView:
    chart: Chart
    title: str
    text: str
    sent: str
    printed: str
    """When this page was made."""
