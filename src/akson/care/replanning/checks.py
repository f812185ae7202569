"""What a proposal must never break, found anew from the day alone. Shares nothing with the solver but the day.

Each rule's words: README.md. A proposal with anything here is thrown away by `propose`, whatever the solver says of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from akson.care.replanning.day import Day, Staff, Visit


@dataclass(frozen=True, slots=True, order=True)
class Made:
    """One visit as it is to be made."""

    visit: str
    start: int
    staff: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Broken:
    rule: str
    visit: str
    staff: str = ""


def broken(day: Day, made: Iterable[Made]) -> list[Broken]:
    """Every rule that these visits break; [] when the day can be worked."""
    visits = {visit.id: visit for visit in day.visits}
    people = {person.id: person for person in day.staff}
    told = list(made)
    found = [*_each(day, told, visits, people), *_twice(told)]
    of_person: dict[str, list[Made]] = defaultdict(list)
    for one in told:
        for id in one.staff:
            of_person[id].append(one)
    for id, own in of_person.items():
        if id in people:
            found += _day_of(day, people[id], sorted(own, key=lambda m: m.start), visits)
    return sorted(found)


def _twice(told: Iterable[Made]) -> Iterator[Broken]:
    seen: set[str] = set()
    for one in told:
        if one.visit in seen:
            yield Broken("once", one.visit)
        seen.add(one.visit)


def _each(
    day: Day, told: Iterable[Made], visits: Mapping[str, Visit], people: Mapping[str, Staff]
) -> Iterator[Broken]:
    for one in told:
        visit = visits.get(one.visit)
        if visit is None:
            yield Broken("once", one.visit)
            continue
        if visit.fixed:
            if one.start != visit.planned or set(one.staff) != set(visit.staff):
                yield Broken("fixed", visit.id)
            continue
        if not max(visit.earliest, day.now) <= one.start <= visit.latest:
            yield Broken("window", visit.id)
        if len(one.staff) != visit.hands or len(set(one.staff)) != visit.hands:
            yield Broken("hands", visit.id)
        for id in one.staff:
            if id in visit.avoid:
                yield Broken("avoid", visit.id, id)
            if id not in people or not (
                people[id].start <= one.start and one.start + visit.minutes <= people[id].end
            ):
                yield Broken("shift", visit.id, id)
            elif not visit.needs <= people[id].competences:
                yield Broken("competence", visit.id, id)


def _day_of(day: Day, person: Staff, own: list[Made], visits: Mapping[str, Visit]) -> Iterator[Broken]:
    """Ways between visits, and room for the pause in one of the gaps."""
    place, free = person.place, person.start
    gaps: list[tuple[int, int, int]] = []
    for one in own:
        visit = visits.get(one.visit)
        if visit is None:
            continue
        way = day.travel(place, visit.place)
        if free + way > one.start and not visit.fixed:
            yield Broken("travel", visit.id, person.id)
        gaps.append((free, one.start, way))
        place, free = visit.place, one.start + visit.minutes
    gaps.append((free, person.end, 0))
    if person.pause and not any(_rests(person, *gap) for gap in gaps):
        yield Broken("pause", "", person.id)


def _rests(person: Staff, begin: int, end: int, way: int) -> bool:
    """Whether the pause fits in the gap beside the way, before it, after it or in the middle of it."""
    first, last = person.pause_window
    return end - begin - way >= person.pause and max(begin, first) <= min(end - person.pause, last)
