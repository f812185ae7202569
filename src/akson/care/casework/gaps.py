"""Visits of the past that a decision gave and nobody ever booked: the house stood still for longer than its window, or heard
late that she was at home. They cannot be booked any more; so somebody is told, once for each gap.

    Task …/NamingSystem/visit-gap = vedtak-1|2026-12-08|0, input 2026-12-08T07:45 – 2026-12-12T20:00, owner: its unit

A decision is counted from its earliest visit that stands, place by place in its round: what came before was never promised
by this house (a decision from an older system, one that was made at noon). Nothing of it is stored but the Task.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from akson.care.casework.absences import Absence, absence_at
from akson.care.casework.rows import NORWAY, TASKS, refer, stamp
from akson.care.casework.visits import VISIT_NUMBER, Slot, slots
from akson.care.fhir_json import Resource, instant

VISIT_GAP = "https://akson.no/fhir/NamingSystem/visit-gap"
"""Identifier of a Task: the number of the first visit that it tells of."""
CODE = "visits-not-booked"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/care/casework/gaps")


@dataclass(frozen=True, slots=True)
class _Told:
    """What an item has told of, whatever has become of the item."""

    decision: str
    start: datetime
    end: datetime

    def of(self, slot: Slot) -> bool:
        return self.decision == slot.decision["id"] and self.start <= slot.start <= self.end


def told_of(
    granted: Sequence[Resource],
    standing: Sequence[Resource],
    away: Sequence[Absence],
    tasks: Iterable[Resource],
    *,
    now: datetime,
    died: datetime | None = None,
) -> list[Resource]:
    """A Task for each decision with a gap that no Task has told of. `standing`: all visits since some day, and all Tasks."""
    first = _first_days(standing)
    if not first:
        return []
    known, told = {str(visit.get("id")) for visit in standing}, [t for task in tasks for t in _told(task)]
    since = datetime.combine(min(first.values()), datetime.min.time(), NORWAY)
    missing: dict[str, list[Slot]] = {}
    for slot in slots(granted, since, now):
        key, day = _place(slot.number)
        promised = key in first and first[key] <= day and not (died and slot.start >= died)
        if promised and slot.id not in known and not absence_at(away, slot.start):
            missing.setdefault(slot.decision["id"], []).append(slot)
    new = [[s for s in found if not any(t.of(s) for t in told)] for found in missing.values()]
    return [_task(found, now) for found in new if found]


def _first_days(standing: Iterable[Resource]) -> dict[tuple[str, str], date]:
    """(decision, place in the round) -> Norwegian day of the earliest visit that stands."""
    found: dict[tuple[str, str], date] = {}
    for visit in standing:
        for identifier in visit.get("identifier") or ():
            if identifier.get("system") == VISIT_NUMBER:
                key, day = _place(str(identifier["value"]))
                found[key] = min(day, found.get(key, day))
    return found


def _place(number: str) -> tuple[tuple[str, str], date]:
    decision, day, place = number.split("|")
    return (decision, place), date.fromisoformat(day)


def _told(task: Resource) -> Iterator[_Told]:
    numbers = [str(i["value"]) for i in task.get("identifier") or () if i.get("system") == VISIT_GAP]
    for number in numbers:
        for given in task.get("input") or ():
            period = given.get("valuePeriod") or {}
            start, end = instant(period.get("start")), instant(period.get("end"))
            if start and end:
                yield _Told(number.split("|")[0], start, end)


def _task(missing: Sequence[Slot], now: datetime) -> Resource:
    found = sorted(missing, key=lambda slot: slot.start)
    first, last = found[0], found[-1]
    decision = first.decision
    days = sorted({slot.start.astimezone(NORWAY).date() for slot in (first, last)})
    between = " til ".join(f"{day:%d.%m.%Y}" for day in days)
    return {
        "resourceType": "Task",
        "id": str(uuid.uuid5(_NAMESPACE, f"{decision['subject']['reference']}|{first.number}")),
        "identifier": [{"system": VISIT_GAP, "value": first.number}],
        "status": "requested",
        "intent": "order",
        "priority": "urgent",
        "code": {"coding": [{"system": TASKS, "code": CODE}], "text": "Besøk som ikke ble satt opp"},
        "description": (
            f"{len(found)} besøk i vedtaket ble ikke satt opp ({between}), og tiden er gått. "
            "Se til pasienten, og skriv ned hva som er gjort."
        ),
        "basedOn": [refer(decision)],
        "for": decision["subject"],
        "authoredOn": stamp(now),
        "owner": decision["performer"][0],
        "input": [
            {"type": {"text": "Tid"}, "valuePeriod": {"start": stamp(first.start), "end": stamp(last.start)}}
        ],
    }
