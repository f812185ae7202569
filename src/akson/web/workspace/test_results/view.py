"""What the results of a patient show: every word chosen, and the curve of one thing when it is asked for."""

from dataclasses import dataclass

from markupsafe import Markup

from akson.web.shell.chart import Chart


@dataclass(frozen=True, slots=True)
class FindingRow:
    name: str
    value: str
    unit: str
    range: str
    deviation: str
    symbol: str
    """Icon that says the same as the word: `up`, `down`, `alert`, `check`; ""."""
    grave: bool
    notes: tuple[str, ...]
    taken: str
    """Where it is not the whole report's."""
    specimen: str
    state: str
    withdrawn: bool
    depth: int
    long: bool
    curve_path: str
    """"" when there is nothing to compare with."""


@dataclass(frozen=True, slots=True)
class ReportPanel:
    id: str
    title: str
    sender: str
    issued: str
    taken: str
    specimen: str
    state: str
    withdrawn: bool
    conclusion: str
    rows: tuple[FindingRow, ...]
    hidden: int
    deviating: int


@dataclass(frozen=True, slots=True)
class CurvePoint:
    when: str
    value: str
    range: str
    deviation: str


@dataclass(frozen=True, slots=True)
class Curve:
    name: str
    unit: str
    drawing: Markup
    points: tuple[CurvePoint, ...]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class ResultsView:
    chart: Chart
    shown: bool
    """Whether the reader's role sees results at all: what is not shown must never read as «there is none»."""
    reports: tuple[ReportPanel, ...]
    more: bool
    curve: Curve | None
