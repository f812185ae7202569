"""Visits that take two: who, and when, decided first and together (CP-SAT), so that the routes can hold them fast.

A router moves one visit at a time and cannot keep two people together; a day has few such visits, so they are a small
problem of their own. Time and people found here are narrow windows there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from ortools.sat.python import cp_model

from akson.care.replanning.day import Day, Staff, Visit

STRANGER, CHANGED, UNMADE = 10, 30, 10_000


@dataclass(frozen=True, slots=True)
class Pair:
    visit: Visit
    start: int
    staff: tuple[str, ...]


def paired(day: Day, *, seed: int, seconds: float) -> list[Pair]:
    """As many of the day's visits for two as can be made, each with a time and its people."""
    doubles = [v for v in day.visits if v.hands > 1 and not v.fixed]
    if not doubles:
        return []
    model = cp_model.CpModel()
    starts = [model.new_int_var(max(v.earliest, day.now), max(v.latest, day.now), v.id) for v in doubles]
    made = [model.new_bool_var("") for _ in doubles]
    chosen = [
        _people(model, day, v, start, done) for v, start, done in zip(doubles, starts, made, strict=True)
    ]
    for first, second in combinations(range(len(doubles)), 2):
        _apart(model, day, doubles, starts, chosen, first, second)
    for person in day.staff:
        _beside_fixed(model, day, person, doubles, starts, chosen)
    costs: list[cp_model.LinearExprT] = []
    for visit, start, done, people in zip(doubles, starts, made, chosen, strict=True):
        late = model.new_int_var(0, 24 * 60, "")
        model.add_abs_equality(late, start - visit.planned)
        costs += [late, UNMADE * visit.importance * (1 - done)]
        costs += [_cost(day, visit, id) * use for id, use in people.items()]
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    # One thread: the same day gives the same answer, unless the clock runs out.
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return []
    return [
        Pair(visit, solver.value(start), tuple(id for id, use in people.items() if solver.value(use)))
        for visit, start, done, people in zip(doubles, starts, made, chosen, strict=True)
        if solver.value(done)
    ]


def _cost(day: Day, visit: Visit, id: str) -> int:
    changed = 0 if id in visit.staff else CHANGED
    return changed + (0 if id in day.known.get(visit.patient, frozenset()) or not changed else STRANGER)


def _people(
    model: cp_model.CpModel, day: Day, visit: Visit, start: cp_model.IntVar, done: cp_model.IntVar
) -> dict[str, cp_model.IntVar]:
    people: dict[str, cp_model.IntVar] = {}
    for person in day.staff:
        if day.may(person, visit):
            use = people[person.id] = model.new_bool_var("")
            way = day.travel(person.place, visit.place)
            model.add(start >= person.start + way).only_enforce_if(use)
            model.add(start + visit.minutes <= person.end).only_enforce_if(use)
    model.add(sum(people.values()) == visit.hands * done)
    return people


def _apart(
    model: cp_model.CpModel,
    day: Day,
    doubles: Sequence[Visit],
    starts: Sequence[cp_model.IntVar],
    chosen: Sequence[dict[str, cp_model.IntVar]],
    first: int,
    second: int,
) -> None:
    """Whoever makes both has time between them."""
    one, other = doubles[first], doubles[second]
    if one.latest + one.minutes + 60 < other.earliest or other.latest + other.minutes + 60 < one.earliest:
        return
    way = day.travel(one.place, other.place)
    before = model.new_bool_var("")
    for id in chosen[first].keys() & chosen[second].keys():
        both = (chosen[first][id], chosen[second][id])
        model.add(starts[first] + one.minutes + way <= starts[second]).only_enforce_if(*both, before)
        model.add(starts[second] + other.minutes + way <= starts[first]).only_enforce_if(
            *both, before.negated()
        )


def _beside_fixed(
    model: cp_model.CpModel,
    day: Day,
    person: Staff,
    doubles: Sequence[Visit],
    starts: Sequence[cp_model.IntVar],
    chosen: Sequence[dict[str, cp_model.IntVar]],
) -> None:
    for kept in (v for v in day.visits if v.fixed and person.id in v.staff):
        for visit, start, people in zip(doubles, starts, chosen, strict=True):
            if person.id not in people:
                continue
            way, before = day.travel(kept.place, visit.place), model.new_bool_var("")
            use = people[person.id]
            model.add(start + visit.minutes + way <= kept.planned).only_enforce_if(use, before)
            model.add(start >= kept.planned + kept.minutes + way).only_enforce_if(use, before.negated())
