"""What the citizen's first page shows."""

from dataclasses import dataclass

from akson.web.shell.access_lines import LogEntry
from akson.web.shell.chart import Person


@dataclass(frozen=True, slots=True)
class ServiceRow:
    name: str
    unit: str
    since: str


@dataclass(frozen=True, slots=True)
class VisitRow:
    when: str
    what: str
    who: str


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Somebody opened the record with a ground: who, when and why."""

    when: str
    text: str


@dataclass(frozen=True, slots=True)
class Overview:
    person: Person
    proxy: bool
    """Whether the reader acts for somebody else."""
    last_seen: LogEntry | None
    """The latest look by another than the reader."""
    last_seen_when: str
    refused: int
    admitted: str
    """`Innlagt på Havnes sykehus HF i dag kl. 07:30`; ""."""
    visits: tuple[VisitRow, ...]
    services: tuple[ServiceRow, ...]
    log_path: str
    notices: tuple[NoticeRow, ...] = ()
    basis: str = ""
    """Why a proxy sees this: `fullmakt`, `foreldreansvar`."""
