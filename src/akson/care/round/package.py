"""The day package: the least that a round needs, for at most 16 hours and 60 patients. Pure.

day_package(visits, people, unit="Øst", now=…) -> {"made": …, "ends": …, "visits": […], "people": {…}}
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from akson.care.fhir_json import Resource, concept_text, instant, reference, reference_id
from akson.care.round import meeting, writing
from akson.care.round.operation import HOURS_MAX

PATIENTS_MAX = 60
TASKS_MAX = 120
SHOWN_FROM = timedelta(hours=3)
"""What was due so long ago still stands on the list when it is loaded in the middle of a shift."""
HERS, NOBODYS, OTHERS = range(3)
_STATES = {"fulfilled": "done", "noshow": "cancelled", "cancelled": "cancelled"}


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes along of one person: no national id, no notes, no messages."""

    name: str
    birth: str
    """As she is asked for it at the door: `12.05.1942`."""
    address: str
    phone: str
    alerts: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    """What is said in place of alerts: `Ingen kjente allergier` is not the same as not asked."""
    medicines: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def day_package(
    visits: Iterable[Resource],
    people: Mapping[str, Carried],
    *,
    unit: str,
    now: datetime,
    whole: bool = False,
    tasks: Iterable[Resource] = (),
) -> dict[str, Any]:
    """`visits` and `tasks` in any order; those of people that are not among `people` are left out. Tasks are hers to do:
    her own and her unit's, open (`loading`)."""
    listed = sorted((v for v in visits if patient_of(v) in people), key=lambda v: (v["start"], v["id"]))
    return {
        "made": now.isoformat(timespec="seconds"),
        "ends": (now + HOURS_MAX).isoformat(timespec="seconds"),
        "unit": unit,
        "whole": whole,
        "visits": [_visit(v) for v in listed],
        "tasks": _tasks(tasks, {patient_of(v) for v in listed}),
        "people": {id: asdict(people[id]) for id in dict.fromkeys(map(patient_of, listed))},
    }


def _tasks(tasks: Iterable[Resource], people: set[str]) -> list[dict[str, Any]]:
    """Of those who are visited, the nearest deadline first."""
    told = [
        {
            "id": task["id"],
            "version": meeting.version(task),
            "patient": patient,
            "what": concept_text(task.get("code")) or "Oppgave",
            "more": str(task.get("description") or ""),
            "due": due.isoformat() if (due := writing.due(task)) else "",
        }
        for task in tasks
        if (patient := reference_id(task.get("for"))) in people and meeting.is_open(task)
    ]
    return sorted(told, key=lambda one: (not one["due"], one["due"], one["id"]))[:TASKS_MAX]


def chosen(
    visits: Iterable[Resource], now: datetime, *, until: datetime, who: str, whole: bool = False
) -> list[Resource]:
    """Whose time lies in the package, until there are as many patients as may go along.

    First the visits of `who` (`Practitioner/ida`), then those that nobody has; others' only for the `whole` unit.
    """
    near = [
        v
        for v in visits
        if (at := instant(v.get("start")))
        and now - SHOWN_FROM <= at < min(until, now + HOURS_MAX)
        and _shown(v)
        and (whole or _nearness(v, who) < OTHERS)
    ]
    kept: list[Resource] = []
    patients: set[str] = set()
    for visit in sorted(near, key=lambda v: (_nearness(v, who), v["start"], v["id"])):
        patient = patient_of(visit)
        if patient and (patient in patients or len(patients) < PATIENTS_MAX):
            patients.add(patient)
            kept.append(visit)
    return kept


def _nearness(visit: Resource, who: str) -> int:
    references = [reference(p.get("actor")) for p in visit.get("participant") or []]
    staff = [r for r in references if r.startswith("Practitioner/")]
    return HERS if who in staff else OTHERS if staff else NOBODYS


def patient_of(visit: Resource) -> str:
    actors = (p.get("actor") or {} for p in visit.get("participant") or [])
    return next((reference_id(a) for a in actors if str(a.get("reference")).startswith("Patient/")), "")


def steps(what: str) -> list[str]:
    """What is to be done, one each: `Morgenstell og legemidler` -> `Morgenstell`, `Legemidler`."""
    parts = re.split(r",\s*|\s+og\s+", what.strip())
    return [part[:1].upper() + part[1:] for part in parts if part]


def _shown(visit: Resource) -> bool:
    """A visit that was moved stands where it is moved to; one that is cancelled is told, so that nobody goes."""
    moved = concept_text(visit.get("cancelationReason")).startswith("Flyttet")
    return visit.get("status") != "entered-in-error" and not moved


def _visit(visit: Resource) -> dict[str, Any]:
    start, end = instant(visit["start"]), instant(visit.get("end"))
    what = str(visit.get("description") or "Besøk")
    return {
        "id": visit["id"],
        "version": meeting.version(visit),
        "patient": patient_of(visit),
        "start": visit["start"],
        "minutes": int((end - start).total_seconds() // 60) if start and end else 30,
        "what": what,
        "steps": steps(what),
        "state": _STATES.get(str(visit.get("status")), "open"),
        "words": concept_text(visit.get("cancelationReason")) or str(visit.get("comment") or ""),
    }
