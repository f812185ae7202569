"""The day and the proposal as the screen shows them."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from akson.care.fhir_json import Resource
from akson.care.replanning.day import Day
from akson.care.replanning.proposal import Proposal
from akson.care.replanning.rows import Rows, assumed_shifts, name_of, patient_of
from akson.web.shell.chart import person

REASONS = {
    "no-competence": "Ingen på jobb da har kompetansen som trengs.",
    "no-time": "Alle som kan, er opptatt da.",
    "refused": "De som kan, har innbyggeren sagt nei til.",
    "away": "Besøket er påbegynt av en som er borte.",
}


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    shift: str
    visits: int
    away: bool
    assumed: bool
    """Her shift is not in the record: the usual one is reckoned with."""


@dataclass(frozen=True, slots=True)
class Moved:
    visit: str
    path: str
    name: str
    what: str
    before: str
    """`Jon Lie 08:15`."""
    after: str
    time_changed: bool
    known: bool
    """Whether the one who comes has been there the last fourteen days."""


@dataclass(frozen=True, slots=True)
class Left:
    path: str
    name: str
    what: str
    before: str
    reason: str
    collides: bool
    """Not of those who are away: the day as planned had no time for it."""


@dataclass(frozen=True, slots=True)
class ReplanView:
    day: str
    people: tuple[Person, ...]
    visits: int
    proposed: bool = False
    moved: tuple[Moved, ...] = ()
    left: tuple[Left, ...] = ()
    made: str = ""
    """The proposal as the form carries it: `visit|minutes|staff,staff` by line."""
    seen: str = ""
    """Which day it was made for: visits and their versions."""
    known_before: int = 0
    known_after: int = 0
    """Per cent of visits made by somebody the citizen knows."""
    fault: str = ""
    said: str = ""


def people_of(everybody: Day, rows: Rows, away: Collection[str], on: date) -> tuple[Person, ...]:
    """Those who have a shift or visits that day, by name; first those who are said to be away."""
    assumed = assumed_shifts(rows, on)
    counts = Counter(id for visit in everybody.visits for id in visit.staff)
    found = [
        Person(
            p.id,
            name_of(rows.practitioners.get(p.id)) or "Uten navn",
            f"{_clock(p.start)}–{_clock(p.end)}",
            counts[p.id],
            p.id in away,
            p.id in assumed,
        )
        for p in everybody.staff
    ]
    return tuple(sorted(found, key=lambda p: (not p.away, p.name)))


def moved_of(day: Day, proposal: Proposal, rows: Rows, on: date) -> tuple[Moved, ...]:
    """What differs, by who takes over and then by the clock."""
    by_id = {str(r["id"]): r for r in rows.visits}
    visits = {v.id: v for v in day.visits}
    made = {m.visit: m for m in proposal.made}
    found = []
    for change in proposal.changes:
        if not change.after:
            continue
        visit, row, start = visits[change.visit], by_id[change.visit], made[change.visit].start
        met = day.known.get(visit.patient, frozenset())
        found.append(
            (
                (_names(change.after, rows), start),
                Moved(
                    change.visit,
                    f"/pasient/{visit.patient}",
                    _citizen(row, rows, on),
                    str(row.get("description") or "Besøk"),
                    f"{_names(change.before, rows) or 'Ingen'} {_clock(visit.planned)}",
                    f"{_names(change.after, rows)} {_clock(start)}",
                    abs(change.moved) > 0,
                    bool(met & set(change.after)),
                ),
            )
        )
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def left_of(day: Day, proposal: Proposal, rows: Rows, on: date, away: Collection[str]) -> tuple[Left, ...]:
    by_id = {str(r["id"]): r for r in rows.visits}
    visits = {v.id: v for v in day.visits}
    return tuple(
        Left(
            f"/pasient/{visits[u.visit].patient}",
            _citizen(by_id[u.visit], rows, on),
            str(by_id[u.visit].get("description") or "Besøk"),
            f"{_names(visits[u.visit].staff, rows) or 'Ingen'} {_clock(visits[u.visit].planned)}",
            REASONS[u.reason],
            bool(visits[u.visit].staff) and not set(visits[u.visit].staff) & set(away),
        )
        for u in proposal.unmade
    )


def _names(ids: Collection[str], rows: Rows) -> str:
    return " og ".join(name_of(rows.practitioners.get(id)) or "Uten navn" for id in sorted(ids))


def _citizen(row: Resource, rows: Rows, on: date) -> str:
    known = rows.patients.get(patient_of(row))
    return person(known, on).name if known else "Uten navn"


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
