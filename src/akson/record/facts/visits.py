"""Relations from meeting the patient: a visit has a window of its own around the agreed time, a ward lasts as the stay does.

    Appointment.participant   visit   from VISIT_BEFORE the start until VISIT_AFTER the end
    Encounter, home (HH)      visit   the same, around its period
    Encounter, inpatient      ward    serviceProvider and participants, while it lasts (and WARD_AFTER, for the last notes)

Spec: https://hl7.org/fhir/R4/appointment.html, encounter.html; classes: v3-ActCode.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from akson.access.facts import Relation, RelationKind
from akson.record.facts.elements import Json, bounds, relation

VISIT_BEFORE = timedelta(hours=12)
"""To prepare: the route is read the evening before."""
VISIT_AFTER = timedelta(hours=24)
"""To write down what was done, also by who was delayed."""
WARD_AFTER = timedelta(hours=24)
_BOOKED = frozenset({"booked", "arrived", "fulfilled", "checked-in"})
_HELD = frozenset({"planned", "arrived", "triaged", "in-progress", "onleave", "finished"})
_ON_WARD = frozenset({"arrived", "triaged", "in-progress", "onleave", "finished"})
_HOME = frozenset({"HH"})
_INPATIENT = frozenset({"IMP", "ACUTE", "NONAC", "SS"})


def appointed(appointment: Json, since: datetime) -> Iterator[Relation]:
    if appointment.get("status") not in _BOOKED:
        return
    actors = [p.get("actor") for p in appointment.get("participant", ()) if p.get("status") != "declined"]
    window = _window(appointment)
    if window is None:
        return
    for patient in actors:
        for other in actors:
            yield from relation(patient, other, RelationKind.VISIT, appointment, *window)


def at_home(encounter: Json, since: datetime) -> Iterator[Relation]:
    window = _window(encounter.get("period"))
    if _class(encounter) in _HOME and encounter.get("status") in _HELD and window is not None:
        yield from _present(encounter, RelationKind.VISIT, *window)


def on_ward(encounter: Json, since: datetime) -> Iterator[Relation]:
    if _class(encounter) not in _INPATIENT or encounter.get("status") not in _ON_WARD:
        return
    start, end = bounds(encounter.get("period"))
    if encounter.get("status") == "finished" and end is None:
        end = since
    yield from _present(
        encounter, RelationKind.WARD, start or since, _later(end, WARD_AFTER) if end else None
    )


def _present(encounter: Json, kind: str, begin: datetime, end: datetime | None) -> Iterator[Relation]:
    patient = encounter.get("subject")
    yield from relation(patient, encounter.get("serviceProvider"), kind, encounter, begin, end)
    for participant in encounter.get("participant", ()):
        own, until = bounds(participant.get("period"))
        yield from relation(
            patient,
            participant.get("individual"),
            kind,
            encounter,
            max(begin, own) if own else begin,
            min(end, until) if end and until else until or end,
        )


def _class(encounter: Json) -> str:
    return (encounter.get("class") or {}).get("code", "")


def _window(stated: object) -> tuple[datetime, datetime] | None:
    """The times that a visit was agreed for, widened; None when it has no time at all."""
    start, end = bounds(stated)
    first, last = start or end, end or start
    if first is None or last is None:
        return None
    return _earlier(first, VISIT_BEFORE), _later(last, VISIT_AFTER)


def _later(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return moment


def _earlier(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment - by
    except OverflowError:
        return moment
