"""`akson bench replan`: a day of 300 visits and 30 people, made so that it can be worked, with somebody away.

The day as made breaks no rule (`checks.broken` says so); then some are away, and `propose` is asked. What is measured is how
long it took against its limit, what could not be made, and whether any rule was broken.
"""

import random
import time
from dataclasses import dataclass, replace

from akson.care.replanning.checks import Made, broken
from akson.care.replanning.day import Day, Place, Staff, Visit
from akson.care.replanning.proposal import Proposal, propose
from akson.care.replanning.travel import by_line

TOWN: Place = (10.40, 63.43)
DAY, EVENING = (450, 900), (900, 1350)
LENGTHS = (10, 15, 15, 20, 25, 30, 45)
WINDOWS = (20, 30, 60, 90)
LIMIT_SECONDS = 10.0
PAUSE = 210
"""Minutes into the shift when the pause of a made day begins."""


@dataclass(frozen=True, slots=True)
class Measured:
    seed: int
    away: int
    visits: int
    unmade: int
    changed: int
    seconds: float
    continuity: tuple[float, float]
    broken: int


def made_day(seed: int, *, visits: int = 300, staff: int = 30) -> Day:
    """A day that can be worked as it is planned, the same for the same seed. One in twenty visits takes two people."""
    chance = random.Random(seed)  # noqa: S311 (a made day, not a secret)
    people = tuple(_person(n) for n in range(staff))
    homes = {p.id: _near(chance, TOWN, 0.03) for p in people}
    free = {p.id: p.start for p in people}
    at = {p.id: p.place for p in people}
    made: list[Visit] = []
    tries = 0
    while len(made) < visits and tries < visits * 20:
        person = people[tries % staff]
        tries += 1
        visit = _next(chance, person, homes[person.id], free[person.id], at[person.id], len(made))
        if visit is None:
            continue
        if len(made) % 20 == 7:
            visit = _for_two(visit, people, free, at)
        for id in visit.staff:
            free[id], at[id] = visit.planned + visit.minutes, visit.place
        made.append(visit)
    ids = [p.id for p in people]
    known = {v.patient: frozenset(v.staff) | frozenset(chance.sample(ids, 3)) for v in made}
    day = Day(tuple(made), people, by_line, known)
    assert not broken(day, planned(day)), "a made day that cannot be worked measures nothing"
    return day


def planned(day: Day) -> list[Made]:
    return [Made(v.id, v.planned, v.staff) for v in day.visits]


def without(day: Day, away: int) -> Day:
    """The day when its first `away` people are ill."""
    return replace(day, staff=day.staff[away:])


def measure(seeds: tuple[int, ...], *, away: tuple[int, ...] = (1, 2, 3)) -> list[Measured]:
    """One run per seed and number of people away."""
    return [_one(seed, missing) for seed in seeds for missing in away]


def _one(seed: int, away: int) -> Measured:
    day = without(made_day(seed), away)
    began = time.perf_counter()
    proposal: Proposal = propose(day)
    seconds = time.perf_counter() - began
    return Measured(
        seed=seed,
        away=away,
        visits=len(day.visits),
        unmade=len(proposal.unmade),
        changed=len(proposal.changes),
        seconds=seconds,
        continuity=proposal.continuity,
        broken=len(broken(day, proposal.made)),
    )


def table(measured: list[Measured]) -> str:
    """Lines for people."""
    head = "seed  away  visits  not made  changed  known before/after  broken  seconds (of 10)"
    lines = [
        f"{m.seed:>4}  {m.away:>4}  {m.visits:>6}  {m.unmade:>8}  {m.changed:>7}"
        f"  {m.continuity[0]:>9.0%} / {m.continuity[1]:<6.0%}  {m.broken:>6}  {m.seconds:>7.1f}"
        for m in measured
    ]
    return "\n".join([head, *lines])


def _person(n: int) -> Staff:
    start, end = EVENING if n % 5 == 4 else DAY
    return Staff(f"s{n}", start, end, frozenset({"HF", "SP"} if n % 2 == 0 else {"HF"}), TOWN)


def _near(chance: random.Random, place: Place, degrees: float) -> Place:
    return place[0] + chance.gauss(0, degrees), place[1] + chance.gauss(0, degrees / 2)


def _next(
    chance: random.Random, person: Staff, home: Place, free: int, at: Place | None, n: int
) -> Visit | None:
    place = _near(chance, home, 0.006)
    minutes = chance.choice(LENGTHS)
    start = free + by_line(at, place) + chance.choice((0, 5, 10, 20))
    if not _beside_pause(person, free, start, minutes):
        start = max(start, person.start + PAUSE + person.pause + by_line(at, place))
    if start + minutes > person.end:
        return None
    about = chance.choice(WINDOWS)
    skilled = "SP" in person.competences and chance.random() < 0.4
    return Visit(
        f"v{n}",
        f"p{n % 220}",
        start,
        start - about,
        start + about,
        minutes,
        (person.id,),
        frozenset({"SP"}) if skilled else frozenset(),
        place=place,
        importance=chance.choice((1, 2, 2, 3)),
    )


def _beside_pause(person: Staff, free: int, start: int, minutes: int) -> bool:
    """Whether the visit leaves the half hour of rest alone: done before it, or with room for it and the way after."""
    rest = person.start + PAUSE
    return start + minutes <= rest or free >= rest + person.pause


def _for_two(
    visit: Visit, people: tuple[Staff, ...], free: dict[str, int], at: dict[str, Place | None]
) -> Visit:
    """With the first other who can be there then; alone when nobody can."""
    for other in people:
        there = free[other.id] + by_line(at[other.id], visit.place) <= visit.planned
        ends = visit.planned + visit.minutes <= other.end
        rests = _beside_pause(other, free[other.id], visit.planned, visit.minutes)
        # Near in time, so that the rest of her day is still to be made.
        near = visit.planned - free[other.id] < 60
        if other.id not in visit.staff and other.start <= visit.planned and there and ends and rests and near:
            return replace(visit, hands=2, staff=(*visit.staff, other.id), needs=frozenset())
    return visit
