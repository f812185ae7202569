"""What the house does about one patient now, from what is known of her: `care` asked, its answers in one list. Pure.

Visits follow from decisions and absences (`care.casework.visits`); holds and tasks from her stays (`care.pathway`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from akson.app.pathways.facts import PatientFacts
from akson.care.casework import beds, visits
from akson.care.casework.absences import absences
from akson.care.casework.rows import NORWAY
from akson.care.fhir_json import Resource


@dataclass(frozen=True, slots=True)
class Answer:
    changes: tuple[Resource, ...]
    """Whole resources, each as `commits.changes_of` takes it."""
    wake: datetime
    """When to ask again though nothing has changed."""


Ask = Callable[[PatientFacts, datetime], Answer]


def ask(facts: PatientFacts, now: datetime, window: timedelta = visits.WINDOW) -> Answer:
    """`window`: how far ahead visits stand."""
    away = absences(facts.encounters, facts.holds)
    amended = visits.amended(
        facts.decisions, facts.visits, away, now=now, until=now + window, died=facts.died
    )
    return Answer((*amended, *_released(facts)), tomorrow(now))


def _released(facts: PatientFacts) -> Iterable[Resource]:
    """A bed is not kept for the dead."""
    if facts.died is None:
        return ()
    return given_back(facts, [hold for hold in facts.holds if hold["status"] == "booked"], "death")


def given_back(facts: PatientFacts, holds: Iterable[Resource], reason: str) -> list[Resource]:
    """Each bed once, though several holds on it are given back."""
    places = {str(place["id"]): place for place in facts.beds}
    released: list[Resource] = []
    for hold in holds:
        place = places.get(beds.bed_of(hold))
        if place is not None and (changed := beds.release(place, hold, reason)):
            places[str(place["id"])] = changed[0]
            released.append(changed[1])
    touched = [place for place in facts.beds if places[str(place["id"])] is not place]
    return [*(places[str(place["id"])] for place in touched), *released]


def tomorrow(now: datetime) -> datetime:
    """Four in the morning, on a Norwegian clock: the window has a day more."""
    local = now.astimezone(NORWAY)
    next = local.replace(hour=4, minute=0, second=0, microsecond=0)
    return next if next > local else next + timedelta(days=1)
