"""Messages without a patient: those that wait, and the one that is being given to somebody."""

from dataclasses import dataclass

from akson.web.shell import words
from akson.web.shell.operations import HOME, Operations
from akson.web.shell.post_desk import Candidate, Unmatched

PATH = HOME + "/uten-pasient"


@dataclass(frozen=True, slots=True)
class UnmatchedRow:
    item: int
    path: str
    message_path: str
    type: str
    sender: str
    came: str
    why: str
    name: str
    born: str
    ids: tuple[str, ...]
    owner: str
    matched: bool
    may_undo: bool


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """How each thing she is known by agrees with the message is told in words, never by likeness alone."""

    id: str
    name: str
    born: str
    national_id: str
    same_name: bool
    same_birth_date: bool
    by_number: bool


@dataclass(frozen=True, slots=True)
class UnmatchedView:
    ops: Operations
    waiting: tuple[UnmatchedRow, ...]
    done: tuple[UnmatchedRow, ...]


@dataclass(frozen=True, slots=True)
class OneView:
    ops: Operations
    row: UnmatchedRow
    proposed: tuple[CandidateRow, ...]
    asked: str
    found: tuple[CandidateRow, ...]
    none: bool
    too_little: bool
    chosen: CandidateRow | None
    """Whom the officer has chosen, to be confirmed."""
    unconfirmed: bool

    @property
    def same_number(self) -> bool:
        """Whether the number of the chosen one stands in the message."""
        number = self.chosen.national_id if self.chosen else ""
        return bool(number) and any(id.endswith(number) for id in self.row.ids)


def row_of(one: Unmatched, ops: Operations) -> UnmatchedRow:
    return UnmatchedRow(
        one.item,
        f"{PATH}/{one.item}",
        f"{HOME}/inn/{one.item}",
        one.type_words,
        one.sender,
        words.moment(one.received, ops.now),
        one.why,
        one.told.name,
        words.birth_day(one.told.birth_date),
        tuple(_spaced(id) for id in one.told.ids),
        one.owner,
        one.matched,
        one.may_undo,
    )


def _spaced(id: str) -> str:
    """`Fødselsnummer 128542 00281`: the number as it stands in the record beside it."""
    text, _, number = id.rpartition(" ")
    return f"{text} {words.national_id(number)}".strip()


def candidate_of(one: Candidate) -> CandidateRow:
    return CandidateRow(
        one.id,
        one.name,
        words.birth_day(one.birth_date),
        words.national_id(one.national_id),
        one.same_name,
        one.same_birth_date,
        one.by_number,
    )
