"""Short-term beds: who is promised which, so that two promises of one bed cannot both stand.

    Location  korttid-2 (version 7)   extension bed-hold: number h1, 2026-11-24T12:00 – 2026-12-08T12:00
    Appointment h1                    participant Patient/astrid, Location/korttid-2; supportingInformation: the promise

Both are written in one commit, the Location with If-Match: whoever read the bed before another took it is refused, and
asks again. The bed tells when it is taken and never by whom: everybody may read it.
Spec: https://hl7.org/fhir/R4/location.html, appointment.html.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from akson.care.casework.rows import (
    BED_HOLD,
    category,
    extensions,
    is_a,
    others,
    parts,
    refer,
    stamp,
    with_extensions,
)
from akson.care.fhir_json import Resource, instant, reference_id
from akson.fhir.problem import Problem, ProblemKind
from akson.terminology.systems import BED_HOLDS as HOLD

KINDS = "http://terminology.hl7.org/CodeSystem/location-physical-type"
HELD = ("booked", "arrived", "checked-in")
RELEASED = {
    "withdrawn": "Ikke lenger utskrivningsklar",
    "death": "Død",
    "home": "Reiser hjem",
    "other-bed": "Fikk en annen plass",
    "not-wanted": "Ikke ønsket",
    "not-come": "Utskrevet, og kom ikke",
    "never-admitted": "Innleggelsen er trukket tilbake",
}


@dataclass(frozen=True, slots=True)
class Hold:
    id: str
    """Of the Appointment to be."""
    patient: Resource
    start: datetime
    end: datetime
    promise: Resource | None
    """Reference to what promised it: the answer to the hospital, or its Task."""


def ward(id: str, name: str, unit: Resource) -> Resource:
    return _place(id, name, "wa", "Ward", unit)


def bed(id: str, name: str, within: Resource) -> Resource:
    """`within`: the ward's Location."""
    return {
        **_place(id, name, "bd", "Bed", within["managingOrganization"]),
        "partOf": refer(within, str(within.get("name", ""))),
    }


def _place(id: str, name: str, kind: str, display: str, unit: Resource) -> Resource:
    return {
        "resourceType": "Location",
        "id": id,
        "status": "active",
        "name": name,
        "mode": "instance",
        "physicalType": {"coding": [{"system": KINDS, "code": kind, "display": display}]},
        "managingOrganization": unit,
    }


def taken(bed: Resource) -> Iterator[tuple[str, datetime, datetime]]:
    """(number, start, end) of each hold that the bed carries."""
    for extension in extensions(bed, HOLD):
        told = parts(extension)
        start, end = instant(told["period"]["start"]), instant(told["period"]["end"])
        if start is not None and end is not None:
            yield str(told["number"]), start, end


def is_free(bed: Resource, start: datetime, end: datetime) -> bool:
    """Whether nobody has it in [start, end), and it is in use at all."""
    if bed.get("status") != "active":
        return False
    return not any(start < until and since < end for _, since, until in taken(bed))


def free(beds: Iterable[Resource], start: datetime, end: datetime) -> list[Resource]:
    """The beds that can be promised for all of [start, end), in the order of their names."""
    found = [b for b in beds if is_bed(b) and is_free(b, start, end)]
    return sorted(found, key=lambda b: (str(b.get("name", "")), str(b.get("id", ""))))


def is_bed(location: Resource) -> bool:
    codings = (location.get("physicalType") or {}).get("coding") or []
    return any(c.get("system") == KINDS and c.get("code") == "bd" for c in codings)


def hold(bed: Resource, wanted: Hold) -> list[Resource]:
    """[Location, Appointment] for one commit. Raises Problem CONFLICT AKS-CASE-010 when the bed is taken, INVALID
    AKS-CASE-011 for a period that is none."""
    if wanted.end <= wanted.start:
        raise Problem(
            ProblemKind.INVALID, "AKS-CASE-011", "Oppholdet slutter før det begynner.", now="Rett perioden."
        )
    if not is_free(bed, wanted.start, wanted.end):
        raise no_bed()
    period = {"start": stamp(wanted.start), "end": stamp(wanted.end)}
    told = {
        "url": HOLD,
        "extension": [{"url": "number", "valueString": wanted.id}, {"url": "period", "valuePeriod": period}],
    }
    kept = {
        "resourceType": "Appointment",
        "id": wanted.id,
        "status": "booked",
        "serviceCategory": [category(BED_HOLD)],
        "description": str(bed.get("name", "")),
        **period,
        "participant": [
            {"actor": wanted.patient, "required": "required", "status": "accepted"},
            {"actor": refer(bed, str(bed.get("name", ""))), "required": "required", "status": "accepted"},
        ],
        **({"supportingInformation": [wanted.promise]} if wanted.promise else {}),
    }
    return [with_extensions(bed, [*(bed.get("extension") or []), told]), kept]


def release(bed: Resource, held: Resource, reason: str) -> list[Resource]:
    """[Location, Appointment]: the bed is free again. `reason` of RELEASED. A hold that does not stand gives []."""
    if held.get("status") not in HELD:
        return []
    gone = {**held, "status": "cancelled", "cancelationReason": {"text": RELEASED[reason]}}
    return [_without(bed, str(held["id"])), gone]


def came(held: Resource) -> list[Resource]:
    """[Appointment]: she is in the bed."""
    return [{**held, "status": "arrived"}] if held.get("status") == "booked" else []


def left(bed: Resource, held: Resource, at: datetime) -> list[Resource]:
    """[Location, Appointment]: she has left, at the time that was, and not the time that was promised."""
    if held.get("status") not in HELD:
        return []
    return [_without(bed, str(held["id"])), {**held, "status": "fulfilled", "end": stamp(at)}]


def bed_of(held: Resource) -> str:
    """Id of the Location that a hold is on, or ""."""
    actors = [p.get("actor") for p in held.get("participant") or []]
    return next(
        (reference_id(a) for a in actors if str((a or {}).get("reference")).startswith("Location/")), ""
    )


def standing(appointments: Iterable[Resource]) -> list[Resource]:
    """The holds that stand."""
    return [a for a in appointments if is_a(a, BED_HOLD) and a.get("status") in HELD]


def no_bed() -> Problem:
    return Problem(
        ProblemKind.CONFLICT,
        "AKS-CASE-010",
        "Ingen ledig korttidsplass i perioden.",
        why="Plassene er lovet bort.",
        now="Velg en annen periode eller avdeling, eller svar sykehuset at kommunen ikke kan ta imot ennå.",
    )


def _without(bed: Resource, number: str) -> Resource:
    kept = [e for e in extensions(bed, HOLD) if parts(e)["number"] != number]
    return with_extensions(bed, [*others(bed, HOLD), *kept])
