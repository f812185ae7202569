"""What the house does about one patient now, from what is known of her: `care` asked, its answers in one list. Pure.

Visits follow from decisions and absences (`care.casework.visits`), which know of short-term beds and ended decisions beside
stays, and from the measures of her plan (`plan_visits`); Tasks and holds follow from her stays (`care.pathway.effects`). A
hold is given back together with its bed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from akson.app.pathways.facts import PatientFacts
from akson.app.pathways.missed_doses import missed_doses
from akson.app.pathways.plan_visits import plan_visits
from akson.care.casework import beds, gaps, visits
from akson.care.casework.absences import absences
from akson.care.casework.decision import decisions
from akson.care.casework.rows import NORWAY
from akson.care.fhir_json import Resource, reference
from akson.care.pathway import events, rules
from akson.care.pathway import stay as stays
from akson.care.pathway.effects import Change, effects
from akson.care.pathway.gp import GpThread, gp_threads
from akson.care.pathway.gp_effects import gp_effects

CASE_WORKER, NURSE, LEADER = "case-worker", "nurse", "leader"
_NOBODY = {CASE_WORKER: {"display": "Saksbehandling"}, NURSE: {"display": "Sykepleietjeneste"}}
_MADE_OF_TASKS = ("open-task", "change-task", "end-task")
_OVER = (stays.DISCHARGED, stays.DEAD, stays.NONE)
_A_MONTH = timedelta(days=30)
_GIVEN_BACK = {stays.DEAD: "death", stays.DISCHARGED: "not-come", stays.NONE: "never-admitted"}


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
    unbooked = gaps.told_of(facts.decisions, facts.visits, away, facts.tasks, now=now, died=facts.died)
    heard = events.stays_of(facts.encounters, facts.communications, facts.receipts)
    hers = [stays.stay(one, _rules(), now) for one in heard.stays]
    asked = gp_threads(heard.others, _rules(), now)
    owners = _owners(facts)
    known = {v["id"]: v for v in (*facts.visits, *amended)}
    rolled = plan_visits(facts, known.values(), away, now, now + window)
    known |= {v["id"]: v for v in rolled}
    wished = effects(
        hers,
        list(known.values()),
        beds.standing(facts.holds),
        facts.tasks,
        owners=owners,
        now=now,
        away=away,
    )
    wished += gp_effects(asked, facts.tasks, patient=facts.reference, owners=owners, now=now)
    over = _over(facts, hers, wished)
    doses = missed_doses(facts, known.values(), away, owners[NURSE], now)
    written = {v["id"]: v for v in (*amended, *rolled)}.values()
    changed = (*written, *unbooked, *_given_back(facts, over), *_tasks(wished), *doses.items)
    turns = (*_deadlines(hers, now), *_turns(asked, now), *doses.turns)
    return Answer(changed, min([_by_the_clock(facts, hers, now), *turns]))


@cache
def _rules() -> rules.Rules:
    return rules.load()


def _owners(facts: PatientFacts) -> dict[str, Resource]:
    """Who has her case and who nurses her: by her newest decision, else whoever the hospital wrote to."""
    granted = decisions(facts.decisions)
    if granted:
        found = {CASE_WORKER: granted[-1]["requester"], NURSE: granted[-1]["performer"][0]}
        return {**found, **_leader(facts, found[NURSE])}
    written_to = [r for c in facts.communications for r in c.get("recipient") or [] if _is_unit(r)]
    found = {owner: written_to[-1] if written_to else nobody for owner, nobody in _NOBODY.items()}
    return {**found, **_leader(facts, found[NURSE])}


def _leader(facts: PatientFacts, unit: Resource) -> dict[str, Resource]:
    """Whoever leads the unit, where one alone does: else it stays the unit's."""
    at_unit = [r for r in facts.leaders if reference(r.get("organization")) == reference(unit)]
    return {LEADER: at_unit[0]["practitioner"]} if len(at_unit) == 1 else {}


def _is_unit(recipient: Resource) -> bool:
    return reference(recipient).startswith("Organization/")


def _tasks(wished: Iterable[Change]) -> Iterator[Resource]:
    """Each once: the last that is said of one holds."""
    found = {}
    for change in wished:
        if change.kind in _MADE_OF_TASKS:
            resource = {**change.resource, "id": change.resource.get("id") or change.given_id}
            found[resource["id"]] = resource
    yield from found.values()


def _over(
    facts: PatientFacts, hers: Sequence[stays.Stay], wished: Iterable[Change]
) -> list[tuple[Resource, str]]:
    """(hold, reason) of each that waits for nobody."""
    held = [hold for hold in facts.holds if hold["status"] == "booked"]
    if facts.died is not None:
        return [(hold, "death") for hold in held]
    phases = {one.phase for one in hers}
    reason = next((why for phase, why in _GIVEN_BACK.items() if phase in phases), "not-come")
    given_up = {change.target for change in wished if change.kind == "release-hold"}
    return [(hold, reason) for hold in held if f"Appointment/{hold['id']}" in given_up]


def _given_back(facts: PatientFacts, over: Iterable[tuple[Resource, str]]) -> list[Resource]:
    """Each bed once, though several holds on it are given back."""
    places = {str(place["id"]): place for place in facts.beds}
    released: list[Resource] = []
    for hold, reason in over:
        place = places.get(beds.bed_of(hold))
        if place is not None and (changed := beds.release(place, hold, reason)):
            places[str(place["id"])] = changed[0]
            released.append(changed[1])
    touched = [place for place in facts.beds if places[str(place["id"])] is not place]
    return [*(places[str(place["id"])] for place in touched), *released]


def _deadlines(hers: Iterable[stays.Stay], now: datetime) -> Iterator[datetime]:
    """What turns red without anybody saying a word. A second later, so that it has."""
    a_second = timedelta(seconds=1)
    yield from (s.due + a_second for one in hers for s in one.steps if s.due is not None and s.due > now)


def _turns(asked: Iterable[GpThread], now: datetime) -> Iterator[datetime]:
    a_second = timedelta(seconds=1)
    yield from (at + a_second for thread in asked for at in thread.turns if at > now)


def _by_the_clock(facts: PatientFacts, hers: Iterable[stays.Stay], now: datetime) -> datetime:
    """Each look is a line in her log: without a running decision, a stay or a bed the clock alone is no reason for one."""
    granted = any(decision.get("status") == "active" for decision in facts.decisions)
    under_way = any(one.phase not in _OVER for one in hers)
    resident = any(one.covers(now) for one in facts.residences)
    waits = granted or under_way or resident or beds.standing(facts.holds)
    return tomorrow(now) if waits else now + _A_MONTH


def tomorrow(now: datetime) -> datetime:
    """Four in the morning, on a Norwegian clock: the window has a day more."""
    local = now.astimezone(NORWAY)
    next = local.replace(hour=4, minute=0, second=0, microsecond=0)
    return next if next > local else next + timedelta(days=1)
