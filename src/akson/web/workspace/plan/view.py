"""What the plan of a patient shows; every word is chosen before the template sees it."""

from dataclasses import dataclass

from akson.web.shell.chart import Chart


@dataclass(frozen=True, slots=True)
class MeasureRow:
    id: str
    version: int
    what: str
    schedule: str
    next: str
    """`i morgen 07:45`; "" when no visit is planned."""
    active: bool
    stopped: str
    """Who ended it, when and why."""
    shared: bool = False
    """It is a line of the shared plan, and changed there."""


@dataclass(frozen=True, slots=True)
class GoalRow:
    id: str
    version: int
    text: str
    due: str
    late: bool
    outcome: str
    """The last evaluation: `Bedre`."""
    evaluations: tuple[str, ...]
    """Newest first."""
    open: bool


@dataclass(frozen=True, slots=True)
class ProblemPanel:
    ref: str
    """`Condition/…`, or "" for what belongs to no problem."""
    name: str
    code: str
    since: str
    goals: tuple[GoalRow, ...]
    measures: tuple[MeasureRow, ...]


@dataclass(frozen=True, slots=True)
class PlanView:
    chart: Chart
    shown: bool
    writes: bool
    panels: tuple[ProblemPanel, ...]
    ended: tuple[MeasureRow, ...]
    closed: tuple[GoalRow, ...]
    outcomes: tuple[tuple[str, str], ...]
    weekdays: tuple[tuple[str, str], ...]
    problems: tuple[tuple[str, str], ...]
    """Choices of the forms: reference and name."""
    form_id: str
    today: str
    given: dict[str, str]
    fault: str
    said: str
