"""What the shared plan of a patient shows; every word is chosen before the template sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

from akson.web.shell.chart import Chart
from akson.web.shell.shared_plan import PlanRows


@dataclass(frozen=True, slots=True)
class SharedPlanView:
    chart: Chart
    shown: bool
    writes: bool
    plan: PlanRows
    us: str
    ids: Mapping[str, str]
    """Of the operations that the forms of new lines make."""
    weekdays: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]
    """What a guest may be given."""
    said: str = ""
    fault: str = ""
