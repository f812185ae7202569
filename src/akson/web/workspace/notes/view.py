"""What the notes of a patient show; every word is chosen before the template sees it."""

from dataclasses import dataclass

from akson.web.shell.chart import Chart


@dataclass(frozen=True, slots=True)
class PartText:
    label: str
    text: str
    repeated: tuple[str, ...] = ()
    """Sentences that also stand in the note before."""


@dataclass(frozen=True, slots=True)
class NoteRow:
    id: str
    version: int
    when: str
    author: str
    parts: tuple[PartText, ...]
    problems: tuple[str, ...]
    trail: tuple[str, ...]
    state: str
    """`draft`, `signed`, `removed`."""
    locked: bool
    in_next_message: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class NotesView:
    chart: Chart
    shown: bool
    rows: tuple[NoteRow, ...]
    drafts: tuple[NoteRow, ...]
    older: str
    """Address of the next page; ""."""
    said: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class PartBox:
    code: str
    label: str
    hint: str
    text: str


@dataclass(frozen=True, slots=True)
class WriteNoteView:
    chart: Chart
    title: str
    action: str
    note: str
    version: int
    boxes: tuple[PartBox, ...]
    problems: tuple[tuple[str, str], ...]
    chosen_problem: str
    goals: tuple[tuple[str, str], ...]
    outcomes: tuple[tuple[str, str], ...]
    given: dict[str, str]
    in_next_message: bool
    correcting: bool
    fault: str


@dataclass(frozen=True, slots=True)
class OneNoteView:
    """One note whole: every version of it, and what can be done with it."""

    chart: Chart
    note: NoteRow
    versions: tuple[NoteRow, ...]
    """Earlier ones, newest first."""
    may_change: bool
    may_lock: bool
    laws: dict[str, str]
    fault: str
    people: tuple[tuple[str, str], ...]
    """Whom it may be moved to, when she was searched for."""
