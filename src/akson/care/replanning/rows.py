"""The record's rows as a day to plan, and a proposal as the rows to write.

Appointment: `start`, `minutes` from `end`; the window is `requestedPeriod`, else an hour to either side; `priority` 1–3
must be today, 7–9 can wait; a participant that is a Practitioner is set up; one with a `type` from 9060 and no actor is
still wanted.
Practitioner: `qualification` gives competences. PractitionerRole: `availableTime` of the weekday is her shift, unless the
day lies in `notAvailable`. Spec: https://hl7.org/fhir/R4/appointment.html, practitionerrole.html.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from akson.care.casework.decision import WEEKDAYS
from akson.care.casework.rows import NORWAY, VISIT, is_a, stamp
from akson.care.casework.rows import day_of as day_of_text
from akson.care.fhir_json import Resource, instant, reference, reference_id
from akson.care.replanning.checks import Made
from akson.care.replanning.day import Day, Place, Staff, Visit
from akson.care.replanning.travel import by_line

PROFESSIONS = "urn:oid:2.16.578.1.12.4.1.1.9060"
GEOLOCATION = "http://hl7.org/fhir/StructureDefinition/geolocation"
ABOUT = 60
"""Minutes to either side of the planned time, when nothing is said of the window."""
BEFORE_FIRST = 15
USUAL_SHIFTS = ((450, 900), (870, 1320))
"""Day 07:30–15:00 and evening 14:30–22:00."""
OPEN = ("proposed", "pending", "booked")


@dataclass(frozen=True, slots=True)
class Rows:
    """What a day is read from."""

    visits: tuple[Resource, ...]
    """Appointments of the day, and of the last days: who has met whom."""
    patients: Mapping[str, Resource]
    """By id."""
    practitioners: Mapping[str, Resource]
    roles: tuple[Resource, ...] = ()
    """PractitionerRoles of the units whose visits these are."""


def day_of(rows: Rows, day: date, *, away: Collection[str], now: datetime) -> Day:
    """The open visits of a Norwegian day with those at work who are not away. `away`: ids of Practitioners."""
    midnight = datetime.combine(day, datetime.min.time(), NORWAY)
    minute = max(0, _minutes(midnight, now)) if now.astimezone(NORWAY).date() >= day else 0
    wanted = [r for r in rows.visits if is_a(r, VISIT) and _is_on(r, day)]
    visits = tuple(_visit(r, midnight, rows.patients) for r in wanted if r.get("status") in OPEN)
    shifts = {**_by_visits(wanted, midnight), **_by_role(rows.roles, day)}
    staff = tuple(
        Staff(id, *shift, _competences(rows.practitioners.get(id)))
        for id, shift in sorted(shifts.items())
        if id not in away
    )
    return Day(visits, staff, by_line, _known(rows.visits), minute)


def written(made: Iterable[Made], rows: Rows, day: date) -> list[tuple[Resource, Resource]]:
    """(as it stands, as it is to be) for every Appointment that the proposal changes."""
    midnight = datetime.combine(day, datetime.min.time(), NORWAY)
    by_id = {str(r["id"]): r for r in rows.visits}
    found: list[tuple[Resource, Resource]] = []
    for one in made:
        standing = by_id[one.visit]
        people = set(one.staff)
        if people == set(set_up(standing)) and one.start == _minutes(midnight, instant(standing["start"])):
            continue
        found.append((standing, _changed(standing, one, midnight, rows.practitioners)))
    return found


def set_up(visit: Resource) -> tuple[str, ...]:
    """Ids of the Practitioners who are to make it."""
    actors = (p.get("actor") for p in visit.get("participant") or [])
    return tuple(reference_id(a) for a in actors if reference(a).startswith("Practitioner/"))


def patient_of(visit: Resource) -> str:
    actors = (p.get("actor") for p in visit.get("participant") or [])
    return next((reference_id(a) for a in actors if reference(a).startswith("Patient/")), "")


def _minutes(midnight: datetime, at: datetime | None) -> int:
    """By the clock on the wall, so that 07:30 is 450 also on the day that loses an hour."""
    if at is None:
        return 0
    there = at.astimezone(NORWAY)
    return (there.date() - midnight.date()).days * 24 * 60 + there.hour * 60 + there.minute


def _is_on(visit: Resource, day: date) -> bool:
    start = instant(visit.get("start"))
    return start is not None and start.astimezone(NORWAY).date() == day


def _visit(row: Resource, midnight: datetime, patients: Mapping[str, Resource]) -> Visit:
    start, end = _minutes(midnight, instant(row["start"])), instant(row.get("end"))
    wanted = (row.get("requestedPeriod") or [{}])[0]
    first, last = instant(wanted.get("start")), instant(wanted.get("end"))
    minutes = max(5, _minutes(midnight, end) - start) if end else 30
    patient = patient_of(row)
    unfilled = [p for p in row.get("participant") or [] if not p.get("actor") and p.get("type")]
    return Visit(
        id=str(row["id"]),
        patient=patient,
        planned=start,
        earliest=_minutes(midnight, first) if first else start - ABOUT,
        latest=_minutes(midnight, last) - minutes if last else start + ABOUT,
        minutes=minutes,
        staff=set_up(row),
        needs=_needs(row),
        hands=min(2, max(1, len(set_up(row)) + len(unfilled))),
        place=_place(patients.get(patient)),
        importance=_importance(row.get("priority")),
        fixed=row.get("status") == "arrived",
    )


def _needs(row: Resource) -> frozenset[str]:
    """Competences named by any of those who are to come; a specialty of the visit counts as well."""
    concepts = [t for p in row.get("participant") or [] for t in p.get("type") or []]
    return _codes([*concepts, *(row.get("specialty") or [])])


def _codes(concepts: Iterable[Resource]) -> frozenset[str]:
    codings = (c for concept in concepts for c in concept.get("coding") or [])
    return frozenset(str(c["code"]) for c in codings if c.get("system") == PROFESSIONS and c.get("code"))


def _competences(practitioner: Resource | None) -> frozenset[str]:
    return _codes(q.get("code") or {} for q in (practitioner or {}).get("qualification") or [])


def _importance(priority: int | None) -> int:
    if not priority:
        return 2
    return 3 if priority <= 3 else 1 if priority >= 7 else 2


def _place(patient: Resource | None) -> Place | None:
    for address in (patient or {}).get("address") or []:
        for extension in address.get("extension") or []:
            if extension.get("url") == GEOLOCATION:
                found = {e.get("url"): e.get("valueDecimal") for e in extension.get("extension") or []}
                if found.get("longitude") is not None and found.get("latitude") is not None:
                    return float(found["longitude"]), float(found["latitude"])
    return None


def _by_visits(visits: Iterable[Resource], midnight: datetime) -> dict[str, tuple[int, int]]:
    """Shifts that nobody has entered: the usual ones that her visits of the day lie in, and never shorter than these."""
    spans: dict[str, tuple[int, int]] = {}
    for visit in visits:
        if visit.get("status") in ("cancelled", "entered-in-error"):
            continue
        start = _minutes(midnight, instant(visit["start"]))
        end = _minutes(midnight, instant(visit.get("end"))) or start + 30
        for id in set_up(visit):
            spans[id] = _over(spans.get(id), (start - BEFORE_FIRST, end))
    return {id: _usual(span) for id, span in spans.items()}


def _usual(span: tuple[int, int]) -> tuple[int, int]:
    for shift in USUAL_SHIFTS:
        if shift[0] <= span[0] + BEFORE_FIRST and span[1] <= shift[1]:
            return _over(shift, span)
    return span


def _over(one: tuple[int, int] | None, other: tuple[int, int]) -> tuple[int, int]:
    return other if one is None else (min(one[0], other[0]), max(one[1], other[1]))


def assumed_shifts(rows: Rows, day: date) -> frozenset[str]:
    """Those whose shift of that day is not in the record: it is read from their visits."""
    entered = _by_role(rows.roles, day)
    at_work = {id for r in rows.visits if is_a(r, VISIT) and _is_on(r, day) for id in set_up(r)}
    return frozenset(at_work - entered.keys())


def _by_role(roles: Iterable[Resource], day: date) -> dict[str, tuple[int, int]]:
    """Norwegian wall-clock minutes; one who is not available that day has no shift."""
    found: dict[str, tuple[int, int]] = {}
    for role in roles:
        id = reference_id(role.get("practitioner"))
        if (
            role.get("active") is False
            or not id
            or any(_covers(n, day) for n in role.get("notAvailable") or [])
        ):
            continue
        for time in role.get("availableTime") or []:
            begin, end = time.get("availableStartTime"), time.get("availableEndTime")
            if WEEKDAYS[day.weekday()] in (time.get("daysOfWeek") or []) and begin and end:
                first, last = _of_clock(begin), _of_clock(end)
                found[id] = _over(found.get(id), (first, last if last > first else last + 24 * 60))
    return found


def _covers(absence: Resource, day: date) -> bool:
    """FHIR Period by days; one without an end goes on."""
    during = absence.get("during") or {}
    first, last = day_of_text(during.get("start")), day_of_text(during.get("end"))
    return (first is None or first <= day) and (last is None or day <= last)


def _of_clock(text: str) -> int:
    hour, minute = text.split(":")[:2]
    return int(hour) * 60 + int(minute)


def _known(visits: Iterable[Resource]) -> Mapping[str, frozenset[str]]:
    met: dict[str, set[str]] = defaultdict(set)
    for visit in visits:
        if visit.get("status") == "fulfilled":
            met[patient_of(visit)] |= set(set_up(visit))
    return {patient: frozenset(staff) for patient, staff in met.items()}


def _changed(
    standing: Resource, made: Made, midnight: datetime, practitioners: Mapping[str, Resource]
) -> Resource:
    """The same Appointment with other people and another time: it stays the visit that the decision asked for."""
    begin, end = instant(standing["start"]), instant(standing.get("end"))
    length = end - begin if begin and end else timedelta(minutes=30)
    start = midnight + timedelta(minutes=made.start)
    gone = [
        p for p in standing.get("participant") or [] if reference(p.get("actor")).startswith("Practitioner/")
    ]
    types = [p.get("type") for p in standing.get("participant") or [] if p not in gone and not p.get("actor")]
    types = [*(p.get("type") for p in gone), *types]
    kept = [p for p in standing.get("participant") or [] if p not in gone and p.get("actor")]
    coming = [
        {
            **({"type": types[n]} if n < len(types) and types[n] else {}),
            "actor": _named(id, practitioners),
            "required": "required",
            "status": "accepted",
        }
        for n, id in enumerate(made.staff)
    ]
    return {**standing, "start": stamp(start), "end": stamp(start + length), "participant": [*kept, *coming]}


def _named(id: str, practitioners: Mapping[str, Resource]) -> Resource:
    name = name_of(practitioners.get(id))
    return {"reference": f"Practitioner/{id}", **({"display": name} if name else {})}


def name_of(practitioner: Resource | None) -> str:
    """`Jon Lie`, or "" for one whom nobody has entered."""
    one = ((practitioner or {}).get("name") or [{}])[0]
    return " ".join([*(one.get("given") or []), one.get("family") or ""]).strip()
