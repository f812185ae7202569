"""Measures of the plan, and the visits that follow from them: worked out anew, never typed. Applied twice: nothing.

    measure "Veie før frokost", mon wed fri 07:45, 15 min  ->  Appointment 2026-11-30 07:45, basedOn the measure, …

A measure is a ServiceRequest of intent `plan`, so that an Appointment can be based on it. One without clock times makes no
visits. What a municipality has decided to give stands in casework; who makes a visit is planning of rounds.
Spec: https://hl7.org/fhir/R4/servicerequest.html, https://hl7.org/fhir/R4/datatypes.html#timing.
"""

import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from akson.care.fhir_json import Resource, any_code, concept_text, instant, reference

NORWAY = ZoneInfo("Europe/Oslo")
PLAN = "https://akson.no/fhir/CodeSystem/care-plan"
MEASURE = "measure"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY_WORDS = dict(zip(WEEKDAYS, ("man", "tirs", "ons", "tors", "fre", "lør", "søn"), strict=True))
VISIT_NUMBER = "https://akson.no/fhir/NamingSystem/visit"
RESPONSIBLE = "https://akson.no/fhir/StructureDefinition/responsible-unit"
WINDOW = timedelta(days=14)
"""How far ahead visits stand in the record, as those of decisions."""
TIMES_MAX = 8
OPEN_VISITS = ("proposed", "pending", "booked")
_CLOCK = re.compile(r"(?:kl\.?\s*)?([01]?\d|2[0-3])(?:[:.]?([0-5]\d))?")
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/care/plan/measures")


@dataclass(frozen=True, slots=True)
class Schedule:
    """On which days, at which times, for how long. Without times it is done when needed."""

    times: tuple[time, ...] = ()
    weekdays: tuple[str, ...] = WEEKDAYS
    minutes: int = 30
    start: date | None = None
    end: date | None = None
    """The last day."""

    @property
    def words(self) -> str:
        if not self.times:
            return "Ved behov"
        clocks = " og ".join(f"{t:%H:%M}" for t in self.times)
        if self.weekdays == WEEKDAYS:
            days = "Hver dag"
        else:
            days = ", ".join(WEEKDAY_WORDS[d] for d in self.weekdays)
            days = days[:1].upper() + days[1:]
        until = f" til {self.end:%d.%m.%Y}" if self.end else ""
        return f"{days} kl. {clocks}{until}"


@dataclass(frozen=True, slots=True)
class Measure:
    resource: Resource
    what: str
    schedule: Schedule
    problems: tuple[str, ...]
    """References of Conditions."""
    active: bool

    @property
    def id(self) -> str:
        return str(self.resource["id"])


def clocks(text: str) -> tuple[time, ...] | None:
    """`08:00 og 20.30`, `8, 20` as times in order; None when something in it is no time."""
    words = [
        w for w in re.split(r"[\s,;]+|\bog\b", text.strip()) if w and w.casefold() not in ("kl", "kl.", "og")
    ]
    found = [_CLOCK.fullmatch(w) for w in words]
    if any(f is None for f in found) or len(found) > TIMES_MAX:
        return None
    return tuple(sorted({time(int(f[1]), int(f[2] or 0)) for f in found if f}))


def request(
    id: str, patient: Resource, what: str, schedule: Schedule, by: Resource, unit: Resource | None,
    addresses: Sequence[str], at: str,
) -> Resource:  # fmt: skip
    """The ServiceRequest of a new measure. `addresses`: references of the problems it is for."""
    return {
        "resourceType": "ServiceRequest",
        "id": id,
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [{"system": PLAN, "code": MEASURE, "display": "Tiltak"}], "text": "Tiltak"}],
        "code": {"text": what},
        "subject": patient,
        "authoredOn": at,
        "requester": by,
        **({"performer": [unit]} if unit else {}),
        **({"reasonReference": [{"reference": r} for r in addresses]} if addresses else {}),
        "occurrenceTiming": {"repeat": _repeat(schedule)}
        if schedule.times
        else {"code": {"text": "Ved behov"}},
    }


def _repeat(schedule: Schedule) -> Resource:
    bounds = {
        **({"start": schedule.start.isoformat()} if schedule.start else {}),
        **({"end": schedule.end.isoformat()} if schedule.end else {}),
    }
    return {
        **({"boundsPeriod": bounds} if bounds else {}),
        "duration": schedule.minutes,
        "durationUnit": "min",
        "frequency": len(schedule.times),
        "period": 1,
        "periodUnit": "d",
        "dayOfWeek": list(schedule.weekdays),
        "timeOfDay": [f"{t:%H:%M:%S}" for t in schedule.times],
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text and len(text) >= len("2026-11-24") else None


def _schedule(request: Resource) -> Schedule:
    repeat = (request.get("occurrenceTiming") or {}).get("repeat") or {}
    bounds = repeat.get("boundsPeriod") or {}
    return Schedule(
        times=tuple(time.fromisoformat(t) for t in repeat.get("timeOfDay") or []),
        weekdays=tuple(d for d in WEEKDAYS if d in (repeat.get("dayOfWeek") or WEEKDAYS)),
        minutes=int(repeat.get("duration") or 30),
        start=_day(bounds.get("start")),
        end=_day(bounds.get("end")),
    )


def is_measure(request: Resource) -> bool:
    return request.get("intent") == "plan" and any_code(request.get("category") or [], MEASURE)


def measures(requests: Iterable[Resource], *, withdrawn: bool = False) -> list[Measure]:
    """Measures of the plan, those in force first, then the newest. `withdrawn`: also those entered in error, whose visits
    are to be taken back."""
    found = [
        Measure(
            r,
            concept_text(r.get("code")) or "Tiltak",
            _schedule(r),
            tuple(reference(p) for p in r.get("reasonReference") or []),
            r.get("status") == "active",
        )
        for r in requests
        if is_measure(r) and (withdrawn or r.get("status") != "entered-in-error")
    ]
    by_age = sorted(found, key=lambda m: str(m.resource.get("authoredOn")), reverse=True)
    return sorted(by_age, key=lambda m: not m.active)


def stopped(measure: Measure, note: Resource) -> Resource:
    """The measure is over: completed, with who and why."""
    kept = measure.resource
    return {**kept, "status": "completed", "note": [*(kept.get("note") or []), note]}


@dataclass(frozen=True, slots=True)
class Occurrence:
    measure: Measure
    start: datetime
    number: str
    """`measure|2026-11-30|0745`."""

    @property
    def id(self) -> str:
        """The same for the same visit, so that planning it twice makes one."""
        return str(uuid.uuid5(_NAMESPACE, f"{reference(self.measure.resource.get('subject'))}|{self.number}"))


def occurrences(planned: Iterable[Measure], since: datetime, until: datetime) -> Iterator[Occurrence]:
    """When measures in force are to be carried out, in [since, until). Norwegian clocks, also over a change of the clock."""
    first, last = since.astimezone(NORWAY).date(), until.astimezone(NORWAY).date()
    for one in (m for m in planned if m.active):
        plan = one.schedule
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
            outside = (plan.start and day < plan.start) or (plan.end and day > plan.end)
            if outside or WEEKDAYS[day.weekday()] not in plan.weekdays:
                continue
            for clock in plan.times:
                at = datetime.combine(day, clock, NORWAY).astimezone(UTC)
                if since <= at < until:
                    yield Occurrence(one, at, f"{one.id}|{day.isoformat()}|{clock:%H%M}")


def visits(
    planned: Sequence[Measure], standing: Iterable[Resource], now: datetime, until: datetime, *,
    category: Resource, why_ended: Resource, away: Iterable[tuple[datetime, datetime | None]] = (),
) -> list[Resource]:  # fmt: skip
    """Appointments to be written, new or cancelled. `standing`: her visits ahead. Applied twice: [] the second time.

    `category` and `why_ended` are the words of visits (casework's); `away` are times in which nobody is at home.
    """
    known = {str(v.get("id")): v for v in standing}
    absent = tuple(away)
    wanted = {o.id: o for o in occurrences(planned, now, until)}
    made = [
        _booked(o, category)
        for id, o in wanted.items()
        if id not in known and not any(a <= o.start and (b is None or o.start < b) for a, b in absent)
    ]
    mine = {f"ServiceRequest/{m.id}" for m in planned}
    ended = [
        {**v, "status": "cancelled", "cancelationReason": why_ended}
        for id, v in known.items()
        if id not in wanted
        and v.get("status") in OPEN_VISITS
        and (at := instant(v.get("start")))
        and now <= at < until
        if any(reference(b) in mine for b in v.get("basedOn") or []) and _numbered(v)
    ]
    return [*ended, *made]


def _numbered(visit: Resource) -> bool:
    """Made by the plan, and not by a person who moved it."""
    return any(i.get("system") == VISIT_NUMBER for i in visit.get("identifier") or [])


def _booked(occurrence: Occurrence, category: Resource) -> Resource:
    measure = occurrence.measure
    end = occurrence.start + timedelta(minutes=measure.schedule.minutes)
    performers = measure.resource.get("performer") or []
    return {
        "resourceType": "Appointment",
        "id": occurrence.id,
        "identifier": [{"system": VISIT_NUMBER, "value": occurrence.number}],
        "status": "booked",
        "serviceCategory": [category],
        "description": measure.what,
        "start": _stamp(occurrence.start),
        "end": _stamp(end),
        "basedOn": [{"reference": f"ServiceRequest/{measure.id}"}],
        **({"extension": [{"url": RESPONSIBLE, "valueReference": performers[0]}]} if performers else {}),
        "participant": [{"actor": measure.resource["subject"], "required": "required", "status": "accepted"}],
    }


def _stamp(at: datetime) -> str:
    return at.astimezone(NORWAY).isoformat(timespec="seconds")
