"""Takes the units of one file into the record, once each, also across a kill; says what was refused and why.

A unit that an earlier load finished is left alone, except for the entries that were refused then. One in doubt (begun, not
finished) is settled by its witness: the resource whose id was written to the journal before the commit.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from akson.app.loading.journal import Doubt, Journal
from akson.app.loading.sources import Source
from akson.app.loading.units import Unit, units
from akson.fhir.problem import Problem, ProblemKind
from akson.record.door import Record
from akson.record.session import RecordSession
from akson.record.values import Change

MISSES_REFERENCE = "AKS-RECORD-033"
"""What the record says when a conditional reference fits nothing: perhaps another file brings it."""
TRIES_MAX = 6
PAUSE_S = 0.25
ISSUES_TOLD_MAX = 10


class Waits(Exception):
    """The file refers to what is not here yet."""


@dataclass(slots=True)
class Outcome:
    """What became of one file."""

    taken: int = 0
    before: int = 0
    """Taken by an earlier load."""
    faults: list[dict[str, Any]] = field(default_factory=list)


class Taking:
    """`told(n)` hears of each n resources as they are taken."""

    def __init__(
        self,
        record: Record,
        open_session: Callable[[], RecordSession],
        journal: Journal,
        told: Callable[[int], None],
    ) -> None:
        self._record = record
        self._open_session = open_session
        self._journal = journal
        self._told = told

    async def file(self, source: Source, *, last_chance: bool) -> Outcome:
        """Raises Waits when a reference is missing and `last_chance` is false."""
        outcome = Outcome()
        try:
            for unit in units(source):
                await self._unit(f"{source.key}#{unit.number}", unit, outcome, last_chance)
        except Problem as problem:
            outcome.faults.append(_fault(None, problem))
        return outcome

    async def _unit(self, key: str, unit: Unit, outcome: Outcome, last_chance: bool) -> None:
        done = self._journal.done.get(key)
        if done is not None:
            outcome.before += done["taken"]
            unit = _refused_before(unit, done["faults"])
            if not unit.changes and not unit.faults:
                return
        elif (doubt := self._journal.doubts.get(key)) and await self._stands(doubt):
            self._journal.finish(key, len(unit.changes), [])
            outcome.before += len(unit.changes)
            return
        taken, faults = await self._take(key, unit, last_chance)
        self._journal.finish(key, taken + (done["taken"] if done else 0), faults)
        outcome.taken += taken
        outcome.faults += faults

    async def _take(self, key: str, unit: Unit, last_chance: bool) -> tuple[int, list[dict[str, Any]]]:
        faults = [_fault(place, problem) for place, problem in unit.faults]
        if not unit.changes:
            return 0, faults
        try:
            await self._commit(key, unit.changes)
            return len(unit.changes), faults
        except Problem as problem:
            if problem.id == MISSES_REFERENCE and not last_chance:
                raise Waits from problem
            if unit.whole or len(unit.changes) == 1:
                place = None if unit.whole else unit.places[0]
                return 0, [*faults, _fault(place, problem, entries=len(unit.changes))]
        taken = 0
        for place, change in zip(unit.places, unit.changes, strict=True):
            try:
                await self._commit(f"{key}.{place}", (change,))
                taken += 1
            except Problem as problem:
                faults.append(_fault(place, problem))
        return taken, faults

    async def _commit(self, key: str, changes: tuple[Change, ...]) -> None:
        """Tried again when the record was busy; a refusal for good is raised at once."""
        witness, changes = self._with_witness(changes)
        if witness:
            self._journal.begin(key, witness, self._record.clock.now())
        for attempt in range(1, TRIES_MAX + 1):
            try:
                await self._open_session().commit(changes)
                break
            except Problem as problem:
                if problem.permanent or attempt == TRIES_MAX:
                    raise
                await asyncio.sleep(PAUSE_S * attempt)
        self._told(len(changes))

    def _with_witness(self, changes: tuple[Change, ...]) -> tuple[str, tuple[Change, ...]]:
        """A change whose id is known before the commit. Conditional ones may be done twice: they find what they made."""
        plain = [n for n, c in enumerate(changes) if c.method == "POST" and not c.if_none_exist]
        if plain:
            place = next((n for n in plain if changes[n].type == "Patient"), plain[0])
            chosen = changes[place]
            id = self._record.store.new_id(chosen.type)
            given = (*changes[:place], replace(chosen, given_id=id), *changes[place + 1 :])
            return f"{chosen.type}/{id}", given
        put = next((c for c in changes if c.method == "PUT" and c.id), None)
        return (f"{put.type}/{put.id}" if put else ""), changes

    async def _stands(self, doubt: Doubt) -> bool:
        """Whether the commit came about: its witness is there, and was written after it was begun."""
        type, _, id = doubt.witness.partition("/")
        try:
            found = await self._open_session().read(type, id)
        except Problem as problem:
            if problem.kind in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
                return False
            raise
        return found.updated >= doubt.at


def _refused_before(unit: Unit, faults: list[dict[str, Any]]) -> Unit:
    """What an earlier load refused of this unit; None as a place means all of it."""
    places = {fault["entry"] for fault in faults}
    if None in places:
        return unit
    kept = [(p, c) for p, c in zip(unit.places, unit.changes, strict=True) if p in places]
    return replace(unit, changes=tuple(c for _, c in kept), places=tuple(p for p, _ in kept))


def _fault(place: int | None, problem: Problem, *, entries: int = 1) -> dict[str, Any]:
    return {
        "entry": place,
        "resources": entries,
        "id": problem.id,
        "what": problem.what,
        "why": problem.why,
        "now": problem.now,
        "issues": [
            {"path": i.expression, "code": i.code, "text": i.text}
            for i in problem.issues[:ISSUES_TOLD_MAX]
            if i.expression
        ],
    }
