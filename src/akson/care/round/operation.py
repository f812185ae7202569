"""One thing done on a device, as it travels: who made it where and when, on which version, and what it says.

    Operation("6f…", "d1", 7, at, "visit", "astrid", "besok-1", base=3, after="", said={"outcome": "done"})

The id is made on the device and is the key that makes a second arrival harmless. What becomes of it stands in `meeting.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from akson.fhir.problem import Problem, ProblemKind

VISIT, MEASUREMENT, NOTE, TASK = "visit", "measurement", "note", "task"
KINDS = (VISIT, MEASUREMENT, NOTE, TASK)
DONE, MOVED, CANCELLED, OPEN, NOTED = "done", "moved", "cancelled", "open", "noted"
OUTCOMES = {VISIT: (DONE, MOVED, CANCELLED, OPEN), TASK: (DONE, MOVED, NOTED, OPEN)}
CANNOT = {"not-home": "Ikke hjemme", "not-wanted": "Ønsket ikke besøket", "no-staff": "Rakk det ikke"}
"""Why a visit was not made, as a nurse may say it at the door."""
NOTE_LETTERS_MAX = 4_000
STEPS_MAX = 40
HOURS_MAX = timedelta(hours=16)
"""How long a package lasts. A visit is moved to a time that is to come and lies within it: a day is never guessed."""
TASK_MOVED_MAX = timedelta(days=60)
"""How far ahead the deadline of a task is set from a phone."""
SEQUENCE_MAX = 2**31 - 1
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Measure:
    """What may be measured on a round. `low` and `high`: beyond them it was mistyped."""

    word: str
    code: str
    """LOINC, as the R4 vital signs profiles have it."""
    unit: str
    shown: str
    low: Decimal
    high: Decimal


def _measure(word: str, code: str, unit: str, shown: str, low: str, high: str) -> Measure:
    return Measure(word, code, unit, shown, Decimal(low), Decimal(high))


MEASURES = {
    "weight": _measure("Vekt", "29463-7", "kg", "kg", "2", "350"),
    "temperature": _measure("Temperatur", "8310-5", "Cel", "°C", "25", "45"),
    "pulse": _measure("Puls", "8867-4", "/min", "/min", "20", "250"),
    "saturation": _measure("SpO₂", "59408-5", "%", "%", "50", "100"),
    "respiration": _measure("Respirasjon", "9279-1", "/min", "/min", "3", "70"),
    "systolic": _measure("Blodtrykk, øvre", "8480-6", "mm[Hg]", "mmHg", "50", "280"),
    "glucose": _measure("Blodsukker", "15074-8", "mmol/L", "mmol/l", "0.5", "50"),
}


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    """UUID, made on the device."""
    device: str
    sequence: int
    """Of all that the device did, views too, from 1."""
    at: datetime
    """The author's time, by the device's clock."""
    kind: str
    patient: str
    target: str
    """Appointment of a visit, Task of a task; the visit it was done in for the others, or ""."""
    base: int
    """Version of the target that the author had before her; 0 where there is none."""
    after: str
    """Her own operation about the same target that this one follows, or ""."""
    said: Mapping[str, Any]

    @property
    def outcome(self) -> str:
        return str(self.said.get("outcome", ""))


def read(given: object) -> Operation:
    """Raises Problem INVALID AKS-ROUND-001 for what is none. It then stays on the device, and is shown there."""
    try:
        return _read(given)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise _unreadable() from wrong


def _read(given: Any) -> Operation:
    at = datetime.fromisoformat(given["at"])
    operation = Operation(
        given["id"],
        given["device"],
        given["sequence"],
        at,
        given["kind"],
        given["patient"],
        given.get("target", ""),
        given.get("base", 0),
        given.get("after", ""),
        given["said"],
    )
    named = all(_NAME.fullmatch(n) for n in (operation.device, operation.patient, operation.target or "x"))
    ids = _ID.fullmatch(operation.id) and (not operation.after or _ID.fullmatch(operation.after))
    numbers = 0 < operation.sequence <= SEQUENCE_MAX and 0 <= operation.base <= SEQUENCE_MAX
    if not (named and ids and numbers and at.tzinfo and operation.kind in KINDS and _says(operation)):
        raise _unreadable()
    return operation


def _says(operation: Operation) -> bool:
    said = operation.said
    if operation.kind == MEASUREMENT:
        return measured(operation) is not None
    if operation.kind == NOTE:
        return isinstance(said["text"], str) and 0 < len(said["text"].strip()) <= NOTE_LETTERS_MAX
    if not operation.target or operation.outcome not in OUTCOMES[operation.kind]:
        return False
    if operation.outcome == MOVED:
        to = datetime.fromisoformat(said["to"])
        latest = HOURS_MAX if operation.kind == VISIT else TASK_MOVED_MAX
        return to.tzinfo is not None and operation.at <= to <= operation.at + latest
    if operation.outcome == NOTED:
        return isinstance(said["text"], str) and 0 < len(said["text"].strip()) <= NOTE_LETTERS_MAX
    if operation.outcome == CANCELLED:
        return said["reason"] in CANNOT
    steps = [*said.get("did", ()), *said.get("left", ())]
    return len(steps) <= STEPS_MAX and all(isinstance(s, str) and len(s) <= NOTE_LETTERS_MAX for s in steps)


def measured(operation: Operation) -> tuple[Measure, Decimal] | None:
    """What was measured, or None when it cannot be that."""
    measure = MEASURES.get(operation.said.get("measure", ""))
    try:
        value = Decimal(str(operation.said.get("value", "")).replace(",", "."))
    except InvalidOperation:
        return None
    if measure is None or not value.is_finite() or not measure.low <= value <= measure.high:
        return None
    return measure, value


def _unreadable() -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-ROUND-001",
        "Registreringen kunne ikke tas imot.",
        why="Den mangler noe, eller en verdi er utenfor det som er mulig.",
        now="Den ligger fortsatt på telefonen. Før den i journalen for hånd, og meld fra.",
        permanent=True,
    )
