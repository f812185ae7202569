"""What is late: each with its owner and why the deadline is what it is."""

from dataclasses import dataclass

from akson.web.shell.operations import ActWords, Operations, WaitingRow


@dataclass(frozen=True, slots=True)
class OverdueView:
    ops: Operations
    rows: tuple[WaitingRow, ...]
    acts: ActWords
