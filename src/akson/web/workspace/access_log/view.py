"""What staff see of a patient's access log."""

from dataclasses import dataclass

from akson.web.shell.access_lines import LogPage
from akson.web.shell.chart import Chart


@dataclass(frozen=True, slots=True)
class AccessLogView:
    chart: Chart | None
    """None for the privacy officer, who sees the log and nothing of the record."""
    page: LogPage | None
    """None before a record is chosen, and for a role that has no part in the log."""
    patient: str
    """The record's id, as asked for."""
    everyone: bool
    """Whether the reader sees the lines of others too: the privacy officer."""
    wrong: bool = False
    """Whether what was typed can be no record's id."""
