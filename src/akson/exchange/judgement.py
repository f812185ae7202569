"""Which receipt a message gets: pure. Only what must be refused, or cannot be read, is refused.

| what                                               | code | source                        |
| -------------------------------------------------- | ---- | ----------------------------- |
| not well-formed, too large, other encoding         | T01  | HIS 80415:2012, 3.3.4 (may)   |
| breaks the structure of envelope or content        | T02  | the same (may)                |
| type, version or envelope is not taken here        | T10  | the same (may)                |
| MsgId is no UUID                                   | E10  | the same (shall)              |
| the service addressed is not known here            | E21  | the same (may)                |
| the patient is not sufficiently identified         | E36  | the same (shall)              |
| the record cannot hold what it says                | X99  | so that the sender hears of it |

An emergency referral about somebody is never refused for who she is: that is found out here (E36 does not hold).
A code outside its list, or a clinical fault, is never a reason (3.3.2). A sender that cannot be read gets no receipt.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from akson.exchange.envelope.apprec import AppRecError
from akson.exchange.envelope.values import PRIMARY, Party, Person, Receiver
from akson.exchange.identity_numbers import national_numbers
from akson.exchange.opening import Opened
from akson.fhir.problem import ProblemKind

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
UNREADABLE = "T01"
FAULTS_TOLD_MAX = 5
TOLD_LENGTH_MAX = 500
_SEX_KNOWN = ("1", "2")
"""3101: man, woman. `0` and `9` tell nothing that could identify somebody."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Addressed(Generic[T]):
    """One receiver of the message. `place` is whom the record knows it as; `house` whether at least its house is ours."""

    receiver: Receiver
    place: T | None
    house: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The receipt of one receiver: OK without errors."""

    receiver: Receiver
    errors: tuple[AppRecError, ...]


@dataclass(frozen=True, slots=True)
class Verdict(Generic[T]):
    """`places` get the message. Nothing is taken in when it is empty."""

    places: tuple[T, ...]
    answers: tuple[Answer, ...]

    @property
    def accepted(self) -> bool:
        return bool(self.places)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(error.code for answer in self.answers for error in answer.errors))


def judge(opened: Opened, addressed: Sequence[Addressed[T]]) -> Verdict[T]:
    """One answer per receiver that is ours; when none is, one, so that the sender does not wait for 96 hours."""
    errors = faults_of(opened)
    ours = [a for a in addressed if a.place is not None or a.house]
    places = () if errors else tuple(dict.fromkeys(a.place for a in addressed if a.place is not None))
    if opened.envelope is None or not opened.envelope.sender.key:
        return Verdict((), ())
    unknown = (AppRecError("E21"),)
    if not ours:
        first = addressed[0].receiver if addressed else Receiver(PRIMARY, Party())
        # Who it was for cannot be read out of ruins, so nobody is said to be unknown.
        return Verdict((), (Answer(first, (*errors, *(() if unreadable(opened) else unknown))),))
    return Verdict(
        places, tuple(Answer(a.receiver, (*errors, *(unknown if a.place is None else ()))) for a in ours)
    )


def faults_of(opened: Opened) -> tuple[AppRecError, ...]:
    """What is wrong with the message whoever it is for. Paths are told, never what stands there."""
    if unreadable(opened):
        return (AppRecError(UNREADABLE, opened.problem.sentence() if opened.problem else ""),)
    if opened.envelope is None:
        return (AppRecError("T10", opened.problem.sentence() if opened.problem else ""),)
    found: list[AppRecError] = []
    if opened.faults:
        told = "; ".join(str(fault) for fault in opened.faults[:FAULTS_TOLD_MAX])
        found.append(AppRecError("T02", told[:TOLD_LENGTH_MAX]))
    if opened.problem is not None:
        found.append(AppRecError("T10", opened.problem.sentence()))
    if not UUID.fullmatch(opened.envelope.msg_id):
        found.append(AppRecError("E10"))
    if not sufficient(opened.envelope.patient) and not (opened.envelope.patient and opened.emergency):
        found.append(
            AppRecError(
                "E36",
                "Navn og fødselsnummer, D-nummer, felles hjelpenummer eller fødselsdato og kjønn kreves.",
            )
        )
    return tuple(found)


def sufficient(patient: Person | None) -> bool:
    """Name and one of: national id, D-number, common help number, date of birth together with sex."""
    if patient is None or not patient.name:
        return False
    return bool(national_numbers(patient)) or bool(patient.birth_date and patient.sex.v in _SEX_KNOWN)


def unreadable(opened: Opened) -> bool:
    """Whether no more than who sent it could be made out."""
    return opened.problem is not None and opened.problem.kind in (
        ProblemKind.MALFORMED,
        ProblemKind.TOO_LARGE,
    )
