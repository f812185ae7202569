"""What changed since the shift before took over: each change once, under whom it is about.

A visit that was moved twice is told as it stands now; what is said in an item is not told as a visit again. Spec:
https://hl7.org/fhir/R4/appointment.html, clinicalimpression.html, observation.html, task.html.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource, concept_text, display, instant, reference, reference_id
from akson.care.quantities import quantity_words
from akson.care.round import items, package, writing

VISIT, NOTE, MEASURED, ITEM = "visit", "note", "measured", "item"
_RANK = {ITEM: 0, VISIT: 1, MEASURED: 2, NOTE: 3}
_ENDED = {"cancelled": "Ikke gjennomført", "noshow": "Ikke hjemme"}


@dataclass(frozen=True, slots=True)
class Told:
    patient: str
    kind: str
    at: datetime
    text: str
    by: str


def changes(resources: Iterable[Resource], since: datetime, now: datetime) -> tuple[Told, ...]:
    """Of visits, notes, measurements and items changed in [since, now), gravest first, then by the clock.

    A visit that was done as planned is none; one that says what was left undone is.
    """
    found = {(r["resourceType"], r["id"]): r for r in resources}
    told = [t for r in found.values() if (t := _told(r, now)) and since <= _changed(r, t) < now]
    return tuple(sorted(told, key=lambda t: (_RANK[t.kind], t.at, t.patient)))


def _changed(resource: Resource, told: Told) -> datetime:
    """When the record learnt of it: what was done at eight without network and came at nine belongs to nine."""
    return instant((resource.get("meta") or {}).get("lastUpdated")) or told.at


def _told(resource: Resource, now: datetime) -> Told | None:
    return _TOLD[resource["resourceType"]](resource, now) if resource["resourceType"] in _TOLD else None


def _visit(visit: Resource, now: datetime) -> Told | None:
    start = instant(visit.get("start"))
    mark = writing.last(visit)
    by = mark.by if mark else ""
    status, comment = str(visit.get("status")), str(visit.get("comment") or "")
    if start is None:
        return None
    at = datetime.fromisoformat(mark.at) if mark else start
    if status in _ENDED:
        reason = concept_text(visit.get("cancelationReason"))
        return Told(package.patient_of(visit), VISIT, at, _joined(visit, _ENDED[status], reason), by)
    if status == "fulfilled" and writing.STEPS["left"] in comment:
        return Told(package.patient_of(visit), VISIT, at, _joined(visit, "Utført", comment), by)
    if status == "booked" and visit.get("supportingInformation") and writing.operations(visit):
        return Told(package.patient_of(visit), VISIT, start, _joined(visit, "Flyttet hit", ""), by)
    return None


def _joined(visit: Resource, state: str, more: str) -> str:
    what = str(visit.get("description") or "Besøk")
    return f"{what}: {state[:1].lower()}{state[1:]}{f'. {more}' if more else ''}".rstrip(".") + "."


def _note(note: Resource, now: datetime) -> Told | None:
    at = instant(note.get("effectiveDateTime") or note.get("date"))
    text = str(note.get("summary") or "")
    if at is None or not text:
        return None
    return Told(reference_id(note.get("subject")), NOTE, at, text, display(note.get("assessor")))


def _observation(found: Resource, now: datetime) -> Told | None:
    at = instant(found.get("effectiveDateTime"))
    value = quantity_words(found.get("valueQuantity"))
    if at is None or not value:
        return None
    by = display((found.get("performer") or [None])[0])
    return Told(
        reference_id(found.get("subject")), MEASURED, at, f"{concept_text(found.get('code'))} {value}", by
    )


def _item(task: Resource, now: datetime) -> Told | None:
    at = instant(task.get("authoredOn"))
    if at is None or task.get("status") not in ("requested", "accepted", "in-progress", "ready", "received"):
        return None
    title = concept_text(task.get("code")) or items.TITLE
    text = ": ".join(filter(None, (title, str(task.get("description") or ""))))
    return Told(reference(task.get("for")).rpartition("/")[2], ITEM, at, text, display(task.get("owner")))


_TOLD = {"Appointment": _visit, "ClinicalImpression": _note, "Observation": _observation, "Task": _item}
