"""What staff see of a patient's access log."""

from dataclasses import dataclass

from akson.web.shell.access_lines import LogDay
from akson.web.shell.chart import Chart


@dataclass(frozen=True, slots=True)
class AccessLogView:
    chart: Chart
    days: tuple[LogDay, ...]
    everyone: bool
    """Whether the reader sees the lines of others too: the privacy officer."""
    full: bool
    """Whether the log goes further back than is shown."""
