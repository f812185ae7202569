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


ADMITTED = "admitted"


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
    found = watch.watched(
        lines,
        facts.given,
        [s for s in starts if not absence_at(away, s)],
        now,
        in_the_house=lambda at: _in_the_house(facts, away, at),
    )
    told = {task["id"] for task in facts.tasks}
    items = watch.items(
        found.missed, {"reference": facts.reference}, _who_is_there(facts, away, owner, now), now
    )
    return MissedDoses(
        tuple(item for item in items if item["id"] not in told), (found.next,) if found.next else ()
    )


def _in_the_house(facts: PatientFacts, away: Sequence[Absence], at: datetime) -> bool:
    """In a short-term bed or a nursing home, and not in hospital meanwhile: what she gets there is the hospital's."""
    there = [one for one in away if one.covers(at)]
    if any(one.reason == ADMITTED for one in there):
        return False
    return bool(there) or any(one.covers(at) for one in facts.residences)


def _who_is_there(facts: PatientFacts, away: Sequence[Absence], usual: Resource, now: datetime) -> Resource:
    """The ward of her bed, or whoever runs the place where she lives; else whoever nurses her at home."""
    if any(one.covers(now) and one.reason != ADMITTED for one in away):
        wards = [p["managingOrganization"] for p in facts.beds if "managingOrganization" in p]
        return wards[-1] if wards else usual
    here = [one.unit for one in facts.residences if one.covers(now) and one.unit]
    return here[-1] if here else usual


def _stands(visit: Resource) -> bool:
    status = visit.get("status")
    return status != "entered-in-error" and not (status == "cancelled" and reason_of(visit) in _NOT_OURS)
