"""Which receipt a message gets: pure. Only what must be refused, or cannot be read, is refused.

| what                                               | code | source                        |
| -------------------------------------------------- | ---- | ----------------------------- |
| not well-formed, too large, other encoding         | T01  | HIS 80415:2012, 3.3.4 (may)   |
| breaks the structure of envelope or content        | T02  | the same (may)                |
| type, version, envelope or enclosed file is not taken here | T10  | the same (may), HITS 1168, 4.4 |
| MsgId is no UUID                                   | E10  | the same (shall)              |
| MsgId is known, and stood on another message       | E10  | found by the inbox            |
| the service addressed is not known here            | E21  | the same (may)                |
| the patient is not sufficiently identified         | E36  | the same (shall)              |
| discharge letter or test result of a person without a record | E35 | the same (shall), found by the inbox |
| the record cannot hold what it says                | X99  | so that the sender hears of it |
| for another house, or nobody can read who sent it  | none | HITS 1168, 5.3                |
| an emergency referral (8306 = 0) that can be read  | OK   | HIS 80415:2012, 3.3.4 (always) |

A code outside its list, or a clinical fault, is never a reason (3.3.2); remarks.py tells of them. What came before is
answered as it was then (inbox).
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
_OF_A_MESSAGE = ("DIALOG_AVVIK",)
"""Speaks of a message that went wrong, and names a patient only when that helps."""
_OF_A_RECORD = ("EPIKRISE", "SVAR_")
"""Types (or how they begin) that must be refused for somebody who has no record here and shall not have one."""
_OVERRULED = ("E10", "E21", "E36")
"""What an emergency referral is not held back for."""
_SEX_KNOWN = ("1", "2")
"""3101: man, woman. `0` and `9` tell nothing that could identify somebody."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Addressed(Generic[T]):
    """One receiver of the message. `place` is whom the record knows it as; `house` whether at least its house is ours."""

    receiver: Receiver
    place: T | None
    house: bool
    fallback: T | None = None
    """The house itself, for what must be taken in although the service is unknown."""


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


def judge(
    opened: Opened, addressed: Sequence[Addressed[T]], *, refuse_unknown_service: bool = True
) -> Verdict[T]:
    """One answer per receiver that is ours; none for a message to another house.

    `refuse_unknown_service`: whether a service that is not known in a house that is ours is told (E21), or the house itself
    takes it; the municipality's choice.
    """
    if opened.envelope is None or not opened.envelope.sender.key:
        return Verdict((), ())
    errors = faults_of(opened)
    ours = [a for a in addressed if a.place is not None or a.house]
    if not ours:
        # Who it was for cannot be read, so that nobody is said to be unknown, and somebody must answer.
        told = errors and not any(a.receiver.party.key for a in addressed)
        return Verdict((), (Answer(Receiver(PRIMARY, Party()), errors),) if told else ())
    urgent = not errors and opened.emergency
    answers, places = [], list[T]()
    for one in ours:
        taken = one.place
        if taken is None and (urgent or not refuse_unknown_service):
            taken = one.fallback
        # Out of ruins nobody is said to be unknown.
        unknown = () if taken is not None or unreadable(opened) else (AppRecError("E21"),)
        answers.append(Answer(one.receiver, (*errors, *unknown)))
        places += [taken] if taken is not None and not errors else []
    return Verdict(tuple(dict.fromkeys(places)), tuple(answers))


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
    if not sufficient(opened.envelope.patient) and not _needs_no_patient(opened):
        found.append(
            AppRecError(
                "E36",
                "Navn og fødselsnummer, D-nummer, felles hjelpenummer eller fødselsdato og kjønn kreves.",
            )
        )
    if opened.emergency and opened.envelope.msg_id:
        found = [error for error in found if error.code not in _OVERRULED]
    return tuple(found)


def _needs_no_patient(opened: Opened) -> bool:
    assert opened.envelope is not None
    return opened.envelope.patient is None and opened.envelope.type.v in _OF_A_MESSAGE


def must_have_record(type: str) -> bool:
    """Whether a message of this type (8279) is refused with E35 when nobody here is the person it is about."""
    return type.startswith(_OF_A_RECORD)


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
