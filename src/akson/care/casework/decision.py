"""What is granted: a decision as values, as a ServiceRequest, and read again from one.

Spec: https://hl7.org/fhir/R4/servicerequest.html, timing.html. Acts around it stand in `acts.py`, its letter in `letter.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from akson.care.casework.rows import (
    SERVICE_TYPES,
    UCUM,
    category,
    day_of,
    extensions,
    is_a,
    parts,
    refer,
    stamp,
)
from akson.care.fhir_json import Resource, code_in, concept_text

PLANNED_VISIT = "https://akson.no/fhir/StructureDefinition/planned-visit"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEVER_IN_FORCE = ("draft", "entered-in-error", "on-hold", "unknown")


@dataclass(frozen=True, slots=True)
class Round:
    """One visit of the day: `Round("07:45", 45, "Morgenstell og legemidler")`."""

    time: str
    """On a Norwegian clock."""
    minutes: int
    what: str
    weekdays: tuple[str, ...] = WEEKDAYS

    @property
    def at(self) -> time:
        return time.fromisoformat(self.time)


@dataclass(frozen=True, slots=True)
class Amount:
    """How much: visits at times of the day, or hours a week that nobody has placed, or (without both) a place."""

    rounds: tuple[Round, ...] = ()
    hours: Decimal | None = None

    @property
    def hours_a_week(self) -> Decimal | None:
        """As KPR and OKT count it, to a tenth; None for a place."""
        if self.hours is not None or not self.rounds:
            return self.hours
        minutes = sum(r.minutes * len(r.weekdays) for r in self.rounds)
        return (Decimal(minutes) / 60).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class Decision:
    """What a case worker decides. Everything else is derived from it."""

    id: str
    """Of the ServiceRequest to be; the caller has made it."""
    episode: str
    letter: str
    patient: Resource
    """References with what they are called: `{"reference": "Patient/astrid", "display": "Astrid Bakken"}`."""
    service: Resource
    """A Coding of 9151."""
    unit: Resource
    """Who gives it, and so has a care relation while it runs."""
    office: Resource
    start: date
    at: datetime
    """When it was decided."""
    grounds: str
    amount: Amount = Amount()
    end: date | None = None
    """The last day, or None while nothing else is decided."""


def request(
    decision: Decision, based_on: Resource | None = None, replaces: Resource | None = None
) -> Resource:
    hours = decision.amount.hours_a_week
    rounds = [_round(r) for r in decision.amount.rounds]
    return {
        "resourceType": "ServiceRequest",
        "id": decision.id,
        "status": "active",
        "intent": "order",
        "category": [category("decision")],
        "code": {
            "coding": [{**decision.service, "system": SERVICE_TYPES}],
            "text": decision.service["display"],
        },
        "subject": decision.patient,
        **({"basedOn": [refer(based_on)]} if based_on else {}),
        **({"replaces": [refer(replaces)]} if replaces else {}),
        "authoredOn": stamp(decision.at),
        "requester": decision.office,
        "performer": [decision.unit],
        "occurrenceTiming": {"repeat": _repeat(decision)},
        **({"quantityRatio": _weekly(hours)} if hours is not None else {}),
        **({"extension": rounds} if rounds else {}),
        "note": [{"text": decision.grounds}],
    }


def _repeat(decision: Decision) -> Resource:
    often = len(decision.amount.rounds)
    return {
        "boundsPeriod": bounds(decision.start, decision.end),
        **({"frequency": often, "period": 1, "periodUnit": "d"} if often else {}),
    }


def bounds(start: date, end: date | None) -> Resource:
    return {"start": start.isoformat(), **({"end": end.isoformat()} if end else {})}


def _weekly(hours: Decimal) -> Resource:
    return {
        "numerator": {"value": hours, "unit": "t", "system": UCUM, "code": "h"},
        "denominator": {"value": 1, "unit": "uke", "system": UCUM, "code": "wk"},
    }


def _round(planned: Round) -> Resource:
    told: list[Resource] = [
        {"url": "time", "valueTime": f"{planned.time}:00"},
        {"url": "minutes", "valuePositiveInt": planned.minutes},
        {"url": "what", "valueString": planned.what},
    ]
    if planned.weekdays != WEEKDAYS:
        told += [{"url": "weekday", "valueCode": day} for day in planned.weekdays]
    return {"url": PLANNED_VISIT, "extension": told}


def rounds(decision: Resource) -> tuple[Round, ...]:
    """The visits of a day, as the decision counts them."""
    return tuple(_read(e) for e in extensions(decision, PLANNED_VISIT))


def _read(extension: Resource) -> Round:
    told = parts(extension)
    days = tuple(str(e["valueCode"]) for e in extension["extension"] if e.get("url") == "weekday")
    return Round(str(told["time"])[:5], int(told["minutes"]), str(told["what"]), days or WEEKDAYS)


def period(decision: Resource) -> tuple[date, date | None]:
    """First and last day."""
    stated = ((decision.get("occurrenceTiming") or {}).get("repeat") or {}).get("boundsPeriod") or {}
    return day_of(stated.get("start")) or date.max, day_of(stated.get("end"))


def wants(decision: Resource, day: date) -> bool:
    """Whether the decision gives anything that day. One that was ended or replaced still does until its last day."""
    if decision.get("status") in NEVER_IN_FORCE:
        return False
    start, end = period(decision)
    return start <= day and (end is None or day <= end)


def service_code(decision: Resource) -> str:
    return code_in(decision.get("code"), SERVICE_TYPES)


def service_name(decision: Resource) -> str:
    return concept_text(decision.get("code"))


def decisions(requests: Iterable[Resource]) -> list[Resource]:
    """Those among ServiceRequests that are decisions of this office, oldest first."""
    found = [r for r in requests if is_a(r, "decision") and r.get("status") not in NEVER_IN_FORCE]
    return sorted(found, key=lambda r: (str(r.get("authoredOn", "")), str(r.get("id", ""))))


def ended_on(decision: Resource, last: date, status: str) -> Resource:
    """The same with another last day; one that ends before it began gives nothing."""
    timing = decision["occurrenceTiming"]
    start, _ = period(decision)
    repeat = {**timing["repeat"], "boundsPeriod": {"start": start.isoformat(), "end": last.isoformat()}}
    return {**decision, "status": status, "occurrenceTiming": {**timing, "repeat": repeat}}
