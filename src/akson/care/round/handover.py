"""What changed since the shift before took over: each change once, under whom it is about.

A visit that was moved twice is told as it stands now; what is said in an item is not told as a visit again. Spec:
https://hl7.org/fhir/R4/appointment.html, clinicalimpression.html, observation.html, task.html.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from akson.care.fhir_json import Resource, any_code, concept_text, display, instant, reference, reference_id
from akson.care.quantities import quantity_words
from akson.care.round import items, package, writing

CONFLICT, VISIT, ITEM, MEASURED, NOTE = "conflict", "visit", "item", "measured", "note"
LATE_MAX = timedelta(hours=24)
"""What is older than this and came now is history that somebody loaded, not this shift's."""
MEASURED_STATUSES = ("final", "amended", "corrected", "preliminary")
"""Neither `entered-in-error`, nor what was cancelled or only asked for."""
_RANK = {CONFLICT: 0, VISIT: 1, ITEM: 2, MEASURED: 3, NOTE: 4}
_ENDED = {"cancelled": "Ikke gjennomført", "noshow": "Ikke hjemme"}
_CALLED_OFF = "Avlyst"
NORWAY = ZoneInfo("Europe/Oslo")


@dataclass(frozen=True, slots=True)
class Told:
    patient: str
    kind: str
    at: datetime
    text: str
    by: str
    cause: str = ""
    """Why the house called the visit off. What one cause called off is told together."""


def changes(resources: Iterable[Resource], since: datetime, now: datetime) -> tuple[Told, ...]:
    """Of visits, notes, measurements and items changed in [since, now), gravest first, then by the clock.

    A visit that was done as planned is none; one that says what was left undone is. What was measured together is one, and
    so is what one cause called off: «Innlagt på sykehus: 42 besøk avlyst 24.11.–8.12.».
    """
    found = {(r["resourceType"], r["id"]): r for r in resources}
    told = [
        (t, _changed(r, t))
        for r in found.values()
        if (t := _told(r, now)) and since <= _changed(r, t) < now and t.at >= since - LATE_MAX
    ]
    single = [t for t, _ in told if not t.cause]
    called_off = _by_cause((t, at) for t, at in told if t.cause)
    return tuple(sorted((*_together(single), *called_off), key=lambda t: (_RANK[t.kind], t.at, t.patient)))


def _together(told: Iterable[Told]) -> list[Told]:
    joined: dict[tuple[object, ...], Told] = {}
    for number, one in enumerate(told):
        set_ = (one.patient, one.by, one.at.replace(second=0, microsecond=0))
        key = set_ if one.kind == MEASURED else (number,)
        before = joined.get(key)
        joined[key] = replace(before, text=f"{before.text} · {one.text}") if before else one
    return list(joined.values())


def _by_cause(told: Iterable[tuple[Told, datetime]]) -> Iterator[Told]:
    """One line for each patient and cause, at the time it was known; a single visit keeps its own name and time."""
    found: dict[tuple[str, str], list[tuple[Told, datetime]]] = {}
    for one, at in told:
        found.setdefault((one.patient, one.cause), []).append((one, at))
    for (patient, cause), several in found.items():
        if len(several) == 1:
            yield several[0][0]
            continue
        days = sorted(one.at.astimezone(NORWAY).date() for one, _ in several)
        first, last = (f"{day.day}.{day.month}." for day in (days[0], days[-1]))
        when = first if first == last else f"{first}–{last}"
        text = f"{cause}: {len(several)} besøk avlyst {when.rstrip('.')}."
        yield Told(patient, VISIT, min(at for _, at in several), text, "", cause)


def _changed(resource: Resource, told: Told) -> datetime:
    """When the record learnt of it: what was done at eight without network and came at nine belongs to nine."""
    return instant((resource.get("meta") or {}).get("lastUpdated")) or told.at


def _told(resource: Resource, now: datetime) -> Told | None:
    if resource["resourceType"] == "Appointment":
        return _visit(resource, now)
    return _TOLD[resource["resourceType"]](resource) if resource["resourceType"] in _TOLD else None


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
        by_the_house = status == "cancelled" and mark is None
        ended = _CALLED_OFF if by_the_house or (status == "cancelled" and start > now) else _ENDED[status]
        return Told(
            package.patient_of(visit),
            VISIT,
            at,
            _joined(visit, ended, reason),
            by,
            reason if by_the_house else "",
        )
    if status == "fulfilled" and writing.STEPS["left"] in comment:
        return Told(package.patient_of(visit), VISIT, at, _joined(visit, "Utført", comment), by)
    if status == "booked" and visit.get("supportingInformation") and writing.operations(visit):
        return Told(package.patient_of(visit), VISIT, start, _joined(visit, "Flyttet hit", ""), by)
    return None


def _joined(visit: Resource, state: str, more: str) -> str:
    what = str(visit.get("description") or "Besøk")
    return f"{what}: {state[:1].lower()}{state[1:]}{f'. {more}' if more else ''}".rstrip(".") + "."


def _note(note: Resource) -> Told | None:
    at = instant(note.get("effectiveDateTime") or note.get("date"))
    text = str(note.get("summary") or "")
    # A draft is its author's alone until she signs it, and what was recorded in error is not told on.
    if at is None or not text or note.get("status") != "completed":
        return None
    return Told(reference_id(note.get("subject")), NOTE, at, text, display(note.get("assessor")))


def _observation(found: Resource) -> Told | None:
    at = instant(found.get("effectiveDateTime"))
    value = quantity_words(found.get("valueQuantity"))
    if at is None or not value or found.get("status") not in MEASURED_STATUSES:
        return None
    by = display((found.get("performer") or [None])[0])
    return Told(
        reference_id(found.get("subject")), MEASURED, at, f"{concept_text(found.get('code'))} {value}", by
    )


def _item(task: Resource) -> Told | None:
    at = instant(task.get("authoredOn"))
    if at is None or task.get("status") not in ("requested", "accepted", "in-progress", "ready", "received"):
        return None
    title = concept_text(task.get("code"))
    kind = CONFLICT if any_code([task.get("code") or {}], items.CODE) else ITEM
    said = str(task.get("description") or "")
    # Many a description begins with what it is: it is told once.
    text = said if said.startswith(f"{title}:") else ": ".join(filter(None, (title, said)))
    return Told(reference(task.get("for")).rpartition("/")[2], kind, at, text, display(task.get("owner")))


_TOLD = {"ClinicalImpression": _note, "Observation": _observation, "Task": _item}
