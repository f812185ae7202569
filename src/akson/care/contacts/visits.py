"""Visits of a day, from Appointments and the Encounters that carried them out.

Spec: https://hl7.org/fhir/R4/appointment.html. Planning of rounds does not belong here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource, any_code, concept_text, display, instant, reference

DONE = ("fulfilled",)
LEFT_OUT = ("cancelled", "entered-in-error")
MISSED = ("noshow",)
BED_HOLD = "bed-hold"
"""An Appointment in that category keeps a short-term bed (casework/README.md): nobody comes."""


@dataclass(frozen=True, slots=True)
class Visit:
    id: str
    start: datetime
    what: str
    who: str
    """Name of the staff member, or "" when nobody is assigned."""
    state: str
    """`done`, `missed`, `planned`."""


def _who(appointment: Resource) -> str:
    actors = [p.get("actor") for p in appointment.get("participant") or []]
    return next((display(a) for a in actors if reference(a).startswith("Practitioner")), "")


def _state(status: str) -> str:
    if status in DONE:
        return "done"
    return "missed" if status in MISSED else "planned"


def _visit(appointment: Resource, start: datetime) -> Visit:
    services = appointment.get("serviceType") or []
    what = appointment.get("description") or next((concept_text(s) for s in services), "")
    return Visit(
        id=str(appointment.get("id", "")),
        start=start,
        what=what or "Besøk",
        who=_who(appointment),
        state=_state(str(appointment.get("status", ""))),
    )


def visits(appointments: Iterable[Resource]) -> list[Visit]:
    """Visits in the order of the clock; cancelled ones and held beds are left out."""
    kept = (
        a
        for a in appointments
        if a.get("status") not in LEFT_OUT and not any_code(a.get("serviceCategory") or [], BED_HOLD)
    )
    found = [_visit(a, start) for a in kept if (start := instant(a.get("start")))]
    return sorted(found, key=lambda v: v.start)


def next_visit(planned: Iterable[Visit], now: datetime) -> Visit | None:
    """The first visit that is still to come."""
    return next((v for v in planned if v.state == "planned" and v.start >= now), None)
