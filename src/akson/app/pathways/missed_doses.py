"""Doses past their limit that nobody has said anything of: the items, and when to look again. Pure (docs/adr/0215)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from akson.app.pathways.facts import PatientFacts
from akson.care.casework.absences import Absence, absence_at
from akson.care.casework.rows import reason_of
from akson.care.fhir_json import Resource, instant
from akson.care.medication.administration import watch
from akson.care.medication.current import current_list

_NOT_OURS = ("admitted", "short-stay", "death", "changed", "ended")
"""Reasons of a cancelled visit for which nobody was to come. «Ingen ansatt» is none: her dose was due."""


@dataclass(frozen=True, slots=True)
class MissedDoses:
    items: tuple[Resource, ...] = ()
    turns: tuple[datetime, ...] = ()


def missed_doses(
    facts: PatientFacts, visits: Iterable[Resource], away: Sequence[Absence], owner: Resource, now: datetime
) -> MissedDoses:
    """An item that stands, whatever became of it, is not made again."""
    if not facts.given or facts.died is not None:
        return MissedDoses()
    starts = [start for visit in visits if _stands(visit) and (start := instant(visit.get("start")))]
    lines = current_list(facts.medicines, now).in_use
    found = watch.watched(lines, facts.given, [s for s in starts if not absence_at(away, s)], now)
    told = {task["id"] for task in facts.tasks}
    items = watch.items(found.missed, {"reference": facts.reference}, owner, now)
    return MissedDoses(
        tuple(item for item in items if item["id"] not in told), (found.next,) if found.next else ()
    )


def _stands(visit: Resource) -> bool:
    status = visit.get("status")
    return status != "entered-in-error" and not (status == "cancelled" and reason_of(visit) in _NOT_OURS)
