"""What became of each dose: exactly one state, whatever stands in the record.

A dose is answered by the earliest MedicationAdministration that carries its key and was not entered in error. Others of
the same key are told beside it: two phones without network may both have said something.
Spec: https://hl7.org/fhir/R4/medicationadministration.html.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from akson.care.fhir_json import Resource, any_code, concept_text, display, instant, reference
from akson.care.medication.administration.due import (
    SLOT_TIMES,
    PlannedDose,
    in_use,
    once,
    planned,
    slots,
)
from akson.care.medication.lines import SourceLine
from akson.care.medication.reconciliation.dose import read_dose

DOSE_KEY = "https://akson.no/fhir/NamingSystem/planned-dose"
REASONS = "https://akson.no/fhir/CodeSystem/dose-not-given"
REFUSED_CODE, VERIFIER = "refused", "verifier"
SECOND_WANTED = "https://akson.no/fhir/StructureDefinition/second-signer-wanted"
DUE_BEFORE, DUE_AFTER = timedelta(hours=1), timedelta(hours=2)
DAY = timedelta(hours=24)
_ERROR = "entered-in-error"
_NEVER = datetime.max.replace(tzinfo=UTC)


class State(StrEnum):
    COMING = "coming"
    DUE = "due"
    GIVEN = "given"
    REFUSED = "refused"
    NOT_GIVEN = "not-given"
    MISSED = "missed"


OPEN = (State.COMING, State.DUE, State.MISSED)


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said of a dose."""

    reference: str
    state: State
    at: datetime | None
    by: str
    second: str
    """Name of the second signer, or ""."""
    reason: str
    waits: bool
    """A second signer was asked for, and has not signed."""


@dataclass(frozen=True, slots=True)
class DoseRow:
    dose: PlannedDose
    state: State
    answer: Answer | None
    others: tuple[Answer, ...]
    """Further answers to the same dose: to be looked at by a person."""


@dataclass(frozen=True, slots=True)
class NeededRow:
    """A line as needed."""

    line: SourceLine
    last: datetime | None
    given: int
    """How many times the last 24 hours."""
    most: int | None
    """How many times a day it may be given; None when that is not said."""
    effect: str
    """What was noted of the last one."""
    latest: str
    """`MedicationAdministration/x`: the last one; ""."""
    once: str
    """What is taken at one time, by the words of the dose: `1 tablett`; ""."""

    @property
    def may(self) -> bool:
        return self.most is None or self.given < self.most


@dataclass(frozen=True, slots=True)
class Board:
    rows: tuple[DoseRow, ...]
    needed: tuple[NeededRow, ...]
    unplanned: tuple[SourceLine, ...]
    """Lines in use whose plan cannot be read: somebody must look."""

    def in_state(self, *states: State) -> tuple[DoseRow, ...]:
        return tuple(row for row in self.rows if row.state in states)


def board(
    lines: Sequence[SourceLine],
    administrations: Iterable[Resource],
    day: date,
    now: datetime,
    times: Mapping[str, time] = SLOT_TIMES,
) -> Board:
    """`lines` are those in use, as needed ones too."""
    told = [a for a in administrations if a.get("status") != _ERROR]
    answers: dict[str, list[Answer]] = {}
    for one in sorted(told, key=lambda a: (_at(a) or _NEVER, str(a.get("id")))):
        if (key := dose_key(one)) and (answer := _answer(one)) is not None:
            answers.setdefault(key, []).append(answer)
    used = [line for line in lines if in_use(line, day)]
    return Board(
        rows=tuple(_row(dose, answers.get(dose.key, []), now) for dose in planned(lines, day, times)),
        needed=tuple(_needed(line, told, now) for line in used if line.dose.as_needed),
        unplanned=tuple(line for line in used if slots(line, day) is None),
    )


def evening_before(
    lines: Sequence[SourceLine],
    administrations: Iterable[Resource],
    day: date,
    now: datetime,
    times: Mapping[str, time] = SLOT_TIMES,
) -> tuple[DoseRow, ...]:
    """What is still due of the day before: a dose of 23:30 at five past midnight."""
    return board(lines, administrations, day - timedelta(days=1), now, times).in_state(State.DUE)


def _row(dose: PlannedDose, answers: list[Answer], now: datetime) -> DoseRow:
    if answers:
        return DoseRow(dose, answers[0].state, answers[0], tuple(answers[1:]))
    if now < dose.at - DUE_BEFORE:
        return DoseRow(dose, State.COMING, None, ())
    state = State.DUE if now <= dose.at + DUE_AFTER else State.MISSED
    return DoseRow(dose, state, None, ())


def _answer(one: Resource) -> Answer | None:
    """None for what is under way or unknown: it answers nothing yet."""
    reasons = one.get("statusReason") or []
    refused = any_code(reasons, REFUSED_CODE)
    state = {
        "completed": State.GIVEN,
        "not-done": State.REFUSED if refused else State.NOT_GIVEN,
        "stopped": State.NOT_GIVEN,
    }.get(str(one.get("status")))
    if state is None:
        return None
    second = _verifiers(one)
    first = [p for p in one.get("performer") or [] if p not in second]
    return Answer(
        reference=f"MedicationAdministration/{one.get('id')}",
        state=state,
        at=_at(one),
        by=display(first[0].get("actor")) if first else "",
        second=display(second[0].get("actor")) if second else "",
        reason=next((words for words in map(concept_text, reasons) if words), ""),
        waits=waits_for_second(one),
    )


def waits_for_second(one: Resource) -> bool:
    """Given, a second signer asked for, and nobody has signed."""
    asked = any(e.get("url") == SECOND_WANTED and e.get("valueBoolean") for e in one.get("extension") or [])
    return asked and one.get("status") == "completed" and not _verifiers(one)


def may_confirm(one: Resource, by: str) -> bool:
    """`by` is a reference. Never who gave it herself."""
    actors = [reference(p.get("actor")) for p in one.get("performer") or []]
    return waits_for_second(one) and by not in actors


def _verifiers(one: Resource) -> list[Resource]:
    return [p for p in one.get("performer") or [] if any_code([p.get("function") or {}], VERIFIER)]


def dose_key(one: Resource) -> str:
    """The planned dose that a MedicationAdministration answers, or "" for what was given as needed."""
    told = one.get("identifier") or []
    return next((str(i.get("value", "")) for i in told if i.get("system") == DOSE_KEY), "")


def _at(one: Resource) -> datetime | None:
    return instant(one.get("effectiveDateTime") or (one.get("effectivePeriod") or {}).get("start"))


def _needed(line: SourceLine, told: Iterable[Resource], now: datetime) -> NeededRow:
    of_line = [
        (at, a)
        for a in told
        if a.get("status") == "completed" and (at := _at(a)) is not None and at <= now
        and any(reference(r) == line.id for r in a.get("supportingInformation") or [])
    ]  # fmt: skip
    of_line.sort(key=lambda pair: pair[0])
    latest = of_line[-1] if of_line else None
    return NeededRow(
        line=line,
        last=latest[0] if latest else None,
        given=sum(1 for at, _ in of_line if at > now - DAY),
        most=most_times(line),
        effect=_effect(latest[1]) if latest else "",
        latest=f"MedicationAdministration/{latest[1].get('id')}" if latest else "",
        once=once(line),
    )


def _effect(one: Resource) -> str:
    """What came of it is noted afterwards, by somebody and at a time."""
    return " ".join(n.get("text", "") for n in one.get("note") or [] if n.get("time"))


def most_times(line: SourceLine) -> int | None:
    """How many times a day by the words of the dose: of pieces, by the most that one time may take."""
    regimen = read_dose(f"{line.dose.text} {'' if 'maks' in line.dose.text else _maximum(line)}".strip())
    if regimen.max_count:
        return int(regimen.max_count)
    most, once = regimen.max_total, regimen.amounts[0] if regimen.amounts else None
    if most is None or once is None or most[2] != once[2] or not once[1]:
        return None
    return int(most[1] // once[1])


def _maximum(line: SourceLine) -> str:
    return f"maks {line.dose.maximum}" if line.dose.maximum else ""
