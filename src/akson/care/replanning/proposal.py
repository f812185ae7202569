"""Who is to make which visit when somebody is away, and what of it differs from what was planned.

Entry point: `propose`. The solver's answer leaves only when `checks.broken` finds nothing in it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from akson.care.replanning.checks import Broken, Made, broken
from akson.care.replanning.day import Day, Visit

SECONDS = 6.0
"""How long the solver may look for something better. A first answer stands after a fraction of it."""


@dataclass(frozen=True, slots=True)
class Unmade:
    visit: str
    reason: str
    """`no-competence`: nobody at work in its window has what it needs. `refused`: only those whom the citizen said no to.
    `away`: it is fixed to somebody who is not at work. `no-time`: they are all taken."""


@dataclass(frozen=True, slots=True)
class Change:
    visit: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    """() when nobody makes it."""
    moved: int
    """Minutes later than planned; negative is earlier. 0 when nobody makes it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    made: tuple[Made, ...]
    unmade: tuple[Unmade, ...]
    changes: tuple[Change, ...]
    """What differs from the plan: other people, or more than `TOLD` minutes."""
    continuity: tuple[float, float]
    """Share of the visits that have somebody, made by one whom the citizen knows: as planned, as proposed."""
    way: int
    """Minutes on the way, all together, from the first place to the last visit."""


TOLD = 15
"""A visit moved by less is not told as a change: within the quarter that visits are promised by."""


class NotFeasible(Exception):
    """The solver gave a day that breaks a rule: a fault of ours. Carries what is broken; no proposal is made."""

    def __init__(self, rules: Sequence[Broken]) -> None:
        super().__init__(", ".join(sorted({one.rule for one in rules})))
        self.rules = tuple(rules)


def propose(day: Day, *, seconds: float = SECONDS, seed: int = 0) -> Proposal:
    """The day with those who are at work. Takes about `seconds`.

    Raises:
        NotFeasible: what was found breaks a rule.
    """
    # The solver is eighty megabytes that only this needs.
    from akson.care.replanning.pairs import paired
    from akson.care.replanning.routes import routed, stops

    pairs = paired(day, seed=seed, seconds=seconds / 4)
    found = routed(day, stops(day, pairs), seconds=seconds * 3 / 4)
    people: dict[str, list[str]] = defaultdict(list)
    start: dict[str, int] = {}
    for one in found:
        people[one.visit].append(one.staff)
        start[one.visit] = one.start
    hands = {visit.id: len(visit.staff) if visit.fixed else visit.hands for visit in day.visits}
    made = tuple(
        sorted(
            Made(visit, start[visit], tuple(sorted(who)))
            for visit, who in people.items()
            # One of two is nobody: the other is not sent alone.
            if len(who) == hands[visit]
        )
    )
    rules = broken(day, made)
    if rules:
        raise NotFeasible(rules)
    return _told(day, made)


def _told(day: Day, made: tuple[Made, ...]) -> Proposal:
    by_id = {one.visit: one for one in made}
    return Proposal(
        made=made,
        unmade=tuple(Unmade(v.id, _why(day, v)) for v in day.visits if v.id not in by_id),
        changes=tuple(c for c in (_change(v, by_id.get(v.id)) for v in day.visits) if c is not None),
        continuity=(
            _continuity(day, ((v, v.staff) for v in day.visits)),
            _continuity(day, ((v, by_id[v.id].staff) for v in day.visits if v.id in by_id)),
        ),
        way=_way(day, made),
    )


def _change(visit: Visit, made: Made | None) -> Change | None:
    if made is None:
        return Change(visit.id, visit.staff, (), 0)
    moved = made.start - visit.planned
    if set(made.staff) == set(visit.staff) and abs(moved) <= TOLD:
        return None
    return Change(visit.id, visit.staff, made.staff, moved)


def _why(day: Day, visit: Visit) -> str:
    if visit.fixed:
        return "away"
    around = [
        person
        for person in day.staff
        if person.start <= visit.latest and person.end >= visit.earliest + visit.minutes
    ]
    able = [person for person in around if visit.needs <= person.competences]
    if len(able) < visit.hands:
        return "no-competence"
    return "no-time" if len([p for p in able if p.id not in visit.avoid]) >= visit.hands else "refused"


def _continuity(day: Day, told: Iterable[tuple[Visit, tuple[str, ...]]]) -> float:
    counts = Counter(
        any(id in day.known.get(visit.patient, frozenset()) for id in staff) for visit, staff in told if staff
    )
    return counts[True] / counts.total() if counts else 1.0


def _way(day: Day, made: Iterable[Made]) -> int:
    visits, people = {v.id: v for v in day.visits}, {p.id: p for p in day.staff}
    at = {id: person.place for id, person in people.items()}
    total = 0
    for one in sorted(made, key=lambda m: m.start):
        for id in one.staff:
            total += day.travel(at[id], visits[one.visit].place)
            at[id] = visits[one.visit].place
    return total
