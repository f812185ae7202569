"""Visits follow from decisions and absences: what is to be booked, cancelled and booked again. Applied twice: nothing.

Spec: https://hl7.org/fhir/R4/appointment.html. Who makes a visit, and in which order, is planning of rounds: not here.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from akson.care.casework.absences import Absence, absence_at
from akson.care.casework.decision import WEEKDAYS, Round, decisions, rounds, wants
from akson.care.casework.rows import (
    NORWAY,
    VISIT,
    WORDS,
    category,
    is_a,
    reason_of,
    refer,
    stamp,
    why_cancelled,
    without,
)
from akson.care.fhir_json import Resource, instant, reference

VISIT_NUMBER = "https://akson.no/fhir/NamingSystem/visit"
RESPONSIBLE = "https://akson.no/fhir/StructureDefinition/responsible-unit"
"""Extension of an Appointment: the unit whose visit it is while nobody is set up. R4 has no unit among participants."""
OPEN = ("proposed", "pending", "booked")
AWAY = ("admitted", "short-stay")
"""Reasons that are over when the absence is."""
WINDOW = timedelta(days=14)
"""How far ahead visits stand in the record."""
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/care/casework/visits")


@dataclass(frozen=True, slots=True)
class Slot:
    """One visit that a decision asks for."""

    number: str
    """`vedtak-1|2026-11-24|0`: decision, Norwegian day, place in the round."""
    start: datetime
    planned: Round
    decision: Resource

    @property
    def id(self) -> str:
        return visit_id(str((self.decision.get("subject") or {}).get("reference")), self.number)


def visit_id(patient: str, number: str) -> str:
    """The same for the same visit, so that planning it twice makes one."""
    return str(uuid.uuid5(_NAMESPACE, f"{patient}|{number}"))


def slots(granted: Iterable[Resource], since: datetime, until: datetime) -> Iterator[Slot]:
    """What the decisions ask for that begins in [since, until)."""
    first, last = since.astimezone(NORWAY).date(), until.astimezone(NORWAY).date()
    for decision in decisions(granted):
        planned = rounds(decision)
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
            if wants(decision, day):
                yield from (s for s in _of_day(decision, planned, day) if since <= s.start < until)


def _of_day(decision: Resource, planned: Sequence[Round], day: date) -> Iterator[Slot]:
    for place, one in enumerate(planned):
        if WEEKDAYS[day.weekday()] in one.weekdays:
            yield Slot(f"{decision['id']}|{day.isoformat()}|{place}", _at(day, one), one, decision)


def _at(day: date, planned: Round) -> datetime:
    """That time on that day. One that daylight saving leaves out is an hour later, one that comes twice is the first."""
    return datetime.combine(day, planned.at, NORWAY).astimezone(UTC)


def amended(
    granted: Sequence[Resource],
    standing: Sequence[Resource],
    away: Sequence[Absence],
    *,
    now: datetime,
    until: datetime,
    died: datetime | None = None,
) -> list[Resource]:
    """Appointments to be written, new or changed.

    `standing`: the patient's visits from the beginning of her earliest absence that still matters, and all that lie ahead.
    Nothing is made in the past; an open visit that turns out to lie in an absence is cancelled also when its time is over.
    """
    by_id = {d["id"]: d for d in decisions(granted)}
    changed = [_amended(visit, by_id, away, now, died) for visit in standing if is_a(visit, VISIT)]
    known = {str(visit.get("id")) for visit in standing}
    made = [
        _booked(slot)
        for slot in slots(granted, now, until)
        if slot.id not in known and absence_at(away, slot.start) is None and not (died and slot.start >= died)
    ]
    return [*(c for c in changed if c is not None), *made]


def _amended(
    visit: Resource,
    granted: dict[str, Resource],
    away: Sequence[Absence],
    now: datetime,
    died: datetime | None,
) -> Resource | None:
    start = instant(visit.get("start"))
    if start is None:
        return None
    reason = _against(visit, start, granted, away, died)
    if visit.get("status") in OPEN:
        # Whatever a decision no longer gives was given until now: only an absence or a death reaches back.
        reaches = reason is not None and (start >= now or reason in (*AWAY, "death"))
        return cancelled(visit, reason) if reason and reaches else None
    if visit.get("status") == "cancelled" and reason_of(visit) in AWAY and reason is None and start >= now:
        return {**without(visit, "cancelationReason"), "status": "booked"}
    return None


def _against(
    visit: Resource,
    start: datetime,
    granted: dict[str, Resource],
    away: Sequence[Absence],
    died: datetime | None,
) -> str | None:
    """Why the visit is not to be made, or None."""
    if died is not None and start >= died:
        return "death"
    absence = absence_at(away, start)
    if absence is not None:
        return absence.reason
    based_on = reference((visit.get("basedOn") or [None])[0]).rpartition("/")[2]
    decision = granted.get(based_on)
    if decision is None or wants(decision, start.astimezone(NORWAY).date()):
        return None
    return "changed" if decision.get("status") == "revoked" else "ended"


def cancelled(visit: Resource, reason: str) -> Resource:
    return {**visit, "status": "cancelled", "cancelationReason": why_cancelled(reason)}


def moved(visit: Resource, start: datetime, id: str) -> list[Resource]:
    """[the visit, cancelled as moved; the one in its place]."""
    began, ended = instant(visit["start"]), instant(visit.get("end"))
    length = ended - began if began and ended else timedelta(minutes=30)
    kept = without(visit, "meta", "identifier", "cancelationReason", "supportingInformation")
    instead = {
        **kept,
        "id": id,
        "status": "booked",
        "start": stamp(start),
        "end": stamp(start + length),
        "supportingInformation": [refer(visit)],
    }
    return [cancelled(visit, "moved"), instead]


def _booked(slot: Slot) -> Resource:
    end = slot.start + timedelta(minutes=slot.planned.minutes)
    return {
        "resourceType": "Appointment",
        "id": slot.id,
        "identifier": [{"system": VISIT_NUMBER, "value": slot.number}],
        "status": "booked",
        "serviceCategory": [category(VISIT)],
        "serviceType": [slot.decision["code"]],
        "description": slot.planned.what or WORDS[VISIT],
        "start": stamp(slot.start),
        "end": stamp(end),
        "basedOn": [refer(slot.decision)],
        "extension": [{"url": RESPONSIBLE, "valueReference": slot.decision["performer"][0]}],
        "participant": [{"actor": slot.decision["subject"], "required": "required", "status": "accepted"}],
    }
