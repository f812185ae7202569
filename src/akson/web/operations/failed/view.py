"""What the failed messages show: a panel for each cause."""

from dataclasses import dataclass
from urllib.parse import quote

from akson.web.shell.operations import HOME, ActWords, Operations, WaitingRow, waiting_row
from akson.web.shell.post_desk import CauseGroup

PATH = HOME + "/feilet"


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    path: str
    code: str
    title: str
    remedy: str
    again: str
    count: int
    rows: tuple[WaitingRow, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Progress:
    """A long resending on its way."""

    title: str
    path: str
    done: int
    passed: int
    of: int
    after: int | None
    """Where the next step begins; None: done."""

    @property
    def left(self) -> int:
        return max(0, self.of - self.done - self.passed)


@dataclass(frozen=True, slots=True)
class FailedView:
    ops: Operations
    groups: tuple[Group, ...]
    acts: ActWords
    progress: Progress | None = None


def group_of(group: CauseGroup, ops: Operations) -> Group:
    return Group(
        group.key,
        f"{PATH}/{quote(group.key, safe='')}/send",
        group.code,
        group.title,
        group.remedy,
        group.again,
        group.count,
        tuple(waiting_row(row, ops.now) for row in group.rows),
        group.more,
    )
