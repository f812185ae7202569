"""What a move ends at the municipality she leaves, and gives back when it comes to nothing. Pure.

    changed(resources, "m-1", ends=2026-12-10T00:00+01:00)    EpisodeOfCare, CareTeam: their period ends then
    changed(resources, "m-1", ends=None)                      what this move ended goes on as before
    closing(resources, "m-1", owners, now, "Lillefjord kommune")   on the date: open Tasks, requests and later visits

A relation with an end needs nobody to take it away: the clock does. What has no end of its own in FHIR (a Task, a request)
is closed by the house on the date.
"""

from collections.abc import Iterable
from datetime import datetime

from akson.fhir.problem import Problem
from akson.fhir.search.values import date as fhir_date
from akson.record.facts.teams import CATEGORY_SYSTEM
from akson.sharing.moves.package import TASK_OPEN, Resource

ENDED_BY = "https://akson.no/fhir/StructureDefinition/ended-by-move"
"""On what a move has ended: which move, and the end that stood before."""
_RUNS = {
    "EpisodeOfCare": frozenset({"planned", "waitlist", "active", "onhold"}),
    "CareTeam": frozenset({"active", "suspended", "proposed"}),
}
_VISIT_AHEAD = frozenset({"proposed", "pending", "booked", "waitlist"})


def changed(resources: Iterable[Resource], move: str, ends: datetime | None) -> list[Resource]:
    """Those that are to stand otherwise."""
    found = []
    for one in resources:
        wanted = _restored(one, move)
        if ends is not None and _runs(wanted, ends):
            wanted = _ended(wanted, move, ends)
        if wanted != one:
            found.append(wanted)
    return found


def _runs(resource: Resource, ends: datetime) -> bool:
    """What would go on after that; relations that somebody opened for herself end by themselves."""
    if resource.get("status", "active") not in _RUNS.get(resource["resourceType"], ()):
        return False
    own = any(
        c.get("system") == CATEGORY_SYSTEM
        for g in resource.get("category") or ()
        for c in g.get("coding") or ()
    )
    end = _end(resource)
    return not own and (end is None or end > ends)


def _end(resource: Resource) -> datetime | None:
    stated = (resource.get("period") or {}).get("end")
    try:
        return fhir_date.period(stated)[1] if stated else None
    except Problem:
        return None


def _ended(resource: Resource, move: str, ends: datetime) -> Resource:
    before = (resource.get("period") or {}).get("end")
    parts = [{"url": "move", "valueString": move}]
    if before:
        parts.append({"url": "end", "valueString": before})
    mark = {"url": ENDED_BY, "extension": parts}
    period = {**(resource.get("period") or {}), "end": ends.isoformat(timespec="seconds")}
    return {**resource, "period": period, "extension": [*(resource.get("extension") or ()), mark]}


def _restored(resource: Resource, move: str) -> Resource:
    mark = next((m for m in resource.get("extension") or () if m.get("url") == ENDED_BY), None)
    told = {p["url"]: str(p["valueString"]) for p in (mark or {}).get("extension") or ()}
    if mark is None or told.get("move") != move:
        return resource
    rest = [m for m in resource["extension"] if m is not mark]
    period = {k: v for k, v in (resource.get("period") or {}).items() if k != "end"}
    if "end" in told:
        period["end"] = told["end"]
    without = {k: v for k, v in resource.items() if k not in ("extension", "period")}
    return {**without, **({"period": period} if period else {}), **({"extension": rest} if rest else {})}


def closing(
    resources: Iterable[Resource], keeps: frozenset[str], ends: datetime, taken_over_by: str
) -> list[Resource]:
    """On the date. `keeps`: references of who goes on in any case (her GP), whose tasks and requests stay open."""
    reason = {"text": f"Overtatt av {taken_over_by}"}
    found = []
    for one in resources:
        type, status = one["resourceType"], one.get("status")
        parties = {str(p.get("reference")) for p in (one.get("owner"), *(one.get("performer") or ())) if p}
        if parties and parties <= keeps:
            continue
        if type == "Task" and status in TASK_OPEN:
            found.append({**one, "status": "cancelled", "statusReason": reason})
        elif type == "ServiceRequest" and status in ("active", "on-hold") and one.get("intent") == "order":
            found.append({**one, "status": "completed"})
        elif type == "Appointment" and status in _VISIT_AHEAD and _starts(one) >= ends:
            found.append({**one, "status": "cancelled", "cancelationReason": reason})
    return found


def _starts(appointment: Resource) -> datetime:
    return datetime.fromisoformat(str(appointment.get("start") or "9999-12-31T00:00:00+00:00"))
