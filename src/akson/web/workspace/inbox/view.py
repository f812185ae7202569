"""What the inbox shows: rows with every word chosen."""

from dataclasses import dataclass

from akson.care.worklist.inbox import DueWords


@dataclass(frozen=True, slots=True)
class InboxRow:
    id: str
    version: int
    """The version seen; taking it fails kindly when somebody else was first."""
    title: str
    """What is to be done: `Ringe fastlegen om blodprøvesvar`; for a grave item what has happened."""
    text: str
    """More words about it, or ""."""
    kind: str
    """`Følge opp`, where the title is not the kind itself."""
    patient_path: str
    """`/pasient/astrid`; "" for an item without a patient."""
    patient_name: str
    patient_facts: str
    """`84 år · f. 12.05.1942`."""
    sender: str
    came: str
    due: DueWords
    urgent: bool
    """Grave, pressing, late, or due on this shift: stands in the first list."""
    owner: str
    """`Hjemmetjenesten Øst`, `Deg`, `Siri Dahl`."""
    mine: bool
    taken: bool
    grave: bool
    focus_path: str
    """The message it is about, in the patient's record; ""."""
    about_path: str = ""
    """The message that this one answers, complains of or may mean; ""."""
    move_path: str = ""
    """The move between municipalities that it is; ""."""
    sent_path: str = ""
    """Leads to a message of ours, for those who may open the record it belongs to; ""."""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """Something opened with a ground, for the privacy officer."""

    id: str
    version: int
    title: str
    words: str
    """Who, when and why, as the patient reads it."""
    patient_name: str
    log_path: str
    came: str
    due: str


@dataclass(frozen=True, slots=True)
class InboxView:
    rows: tuple[InboxRow, ...]
    done: tuple[InboxRow, ...]
    """Closed during the last day; may be opened again."""
    checked: str
    """When the list was read, `08:20`."""
    more: bool = False
    """Whether there are more items than could be shown."""
    said: str = ""
    """What became of the last act, in words."""
    refused: bool = False
    reviews: tuple[ReviewRow, ...] = ()
    outcomes: tuple[tuple[str, str], ...] = ()

    @property
    def groups(self) -> tuple[tuple[str, str, tuple[InboxRow, ...]], ...]:
        """(id, heading, rows): what presses, then the rest. A group without rows is left out."""
        pressing = tuple(row for row in self.rows if row.urgent)
        rest = tuple(row for row in self.rows if not row.urgent)
        groups = (("now", "Haster", pressing), ("later", "Kan vente", rest))
        return tuple(group for group in groups if group[2])

    @property
    def mine(self) -> int:
        return sum(row.mine for row in self.rows)
