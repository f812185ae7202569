"""What the measurements of a patient show; every word is chosen before the template sees it."""

from dataclasses import dataclass

from markupsafe import Markup

from akson.web.shell.chart import Chart
from akson.web.shell.news2_panel import News2View


@dataclass(frozen=True, slots=True)
class Box:
    """One box of the form."""

    name: str
    label: str
    unit: str
    text: str
    """What was typed, when the form comes back."""
    fault: str
    unusual: str
    last: str
    """`96 i går 20:10`."""
    digits: int
    long: str
    tenths: bool
    low: str
    high: str
    usual_low: str
    usual_high: str
    bands: str
    """`8:3 11:1 20:0 24:2 :3`: the row of the published chart, for the score while she types."""
    news2: bool
    limit: str
    """`88–92 %`: this patient's own; ""."""
    limit_low: str = ""
    limit_high: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """What is said of a set that was just saved."""

    headline: str
    level: int
    every: str
    advice: str
    items: tuple[str, ...]
    """What was given an owner because of it."""
    alert_path: str
    """Where the doctor is told; "" when the score does not ask for it."""


@dataclass(frozen=True, slots=True)
class ValueRow:
    name: str
    value: str
    unit: str
    trail: tuple[str, ...]
    """Who corrected it, from what, when and why; oldest first."""
    withdrawn: bool
    correct_path: str
    """"" when it cannot be corrected here."""


@dataclass(frozen=True, slots=True)
class SetRow:
    when: str
    who: str
    total: str
    """`NEWS2 5`, or ""."""
    values: tuple[ValueRow, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """The form that corrects one value."""

    id: str
    version: int
    field: str
    label: str
    unit: str
    value: str
    when: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class LimitRow:
    id: str
    version: int
    label: str
    words: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class Trend:
    name: str
    drawing: Markup
    latest: str


@dataclass(frozen=True, slots=True)
class MeasurementsView:
    chart: Chart
    shown: bool
    """Whether the reader's role sees measurements at all."""
    boxes: tuple[Box, ...]
    level: str
    level_fault: str
    at: str
    form_id: str
    confirm: str
    """What the rare values are, as the form says it back; "" when nothing must be confirmed."""
    faults: int
    saved: Saved | None
    said: str
    news2: News2View | None
    sets: tuple[SetRow, ...]
    trends: tuple[Trend, ...]
    limits: tuple[LimitRow, ...]
    limit_fields: tuple[tuple[str, str], ...]
    scale_2: bool
    scale_words: str
    """`Skala 2 siden 03.11.2026, bestemt av Grete Lund`."""
    advice: tuple[tuple[str, str, str], ...]
    """Risk, words, advice: for the score while she types."""
    source: str
    correction: Correction | None = None
    side_fault: str = ""
    older: bool = False
