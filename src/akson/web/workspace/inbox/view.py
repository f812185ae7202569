"""What the inbox shows: rows with every word chosen."""

from dataclasses import dataclass

from akson.care.worklist.inbox import DueWords


@dataclass(frozen=True, slots=True)
class InboxRow:
    id: str
    version: int
    """The version seen; taking it fails kindly when somebody else was first."""
    title: str
    description: str
    patient_path: str
    """`/pasient/astrid`; "" for an item without a patient."""
    patient_name: str
    patient_facts: str
    """`84 år · f. 12.05.1942`."""
    sender: str
    came: str
    due: DueWords
    owner: str
    """`Hjemmetjenesten Øst`, `Deg`, `Siri Dahl`."""
    mine: bool
    taken: bool
    grave: bool
    focus_path: str
    """The message it is about, in the patient's record; ""."""


@dataclass(frozen=True, slots=True)
class InboxView:
    rows: tuple[InboxRow, ...]
    done: tuple[InboxRow, ...]
    """Closed during the last day; may be opened again."""
    checked: str
    """When the list was read, `08:20`."""
    said: str = ""
    """What became of the last act, in words."""
    refused: bool = False

    @property
    def mine(self) -> int:
        return sum(row.mine for row in self.rows)
