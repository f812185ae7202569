"""What the documents of a patient show: the list, and one of them opened."""

from dataclasses import dataclass

from akson.care.contacts.files import File
from akson.web.shell.chart import Chart


@dataclass(frozen=True, slots=True)
class DocumentRow:
    title: str
    kind: str
    """`Epikrise`; "" where the title says it."""
    source: str
    """Whose it is: `Sørvest sykehus HF`."""
    author: str
    day: str
    age: str
    """`3 måneder siden`."""
    path: str
    own: bool
    """It stands in our record."""
    theirs: bool = False
    """Somebody else wrote it: also a letter to us."""
    file: str = ""
    """`PDF`; "" for a text."""
    old: bool = False
    """A newer one has taken its place."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind that the list can be narrowed to."""

    text: str
    count: int
    path: str
    here: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A source that did not give all it may have."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class DocumentsView:
    chart: Chart
    rows: tuple[DocumentRow, ...]
    choices: tuple[Choice, ...] = ()
    path: str = ""
    waiting: tuple[str, ...] = ()
    """Whom the page is about to ask."""
    asked: tuple[str, ...] = ()
    silent: tuple[Gap, ...] = ()
    refused: tuple[Gap, ...] = ()
    blocked: tuple[tuple[str, int], ...] = ()
    """(source, how many it says are blocked there)."""
    cannot: str = ""
    """Why others are not asked."""
    whole: bool = True
    clinical: bool = True
    hidden: int = 0
    """Rows beyond those that are shown."""
    all_path: str = ""


@dataclass(frozen=True, slots=True)
class DocumentView:
    chart: Chart
    row: DocumentRow
    text: str
    """What it says; "" where it is a file."""
    file: File
    file_path: str
    printed: str
    back: str
