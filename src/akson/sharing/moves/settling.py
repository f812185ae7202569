"""The record made to say what a move's steps come to at this moment: relations, items, what was received. By the house.

settler = Settler(record, clock, tenant, prepares)
held = await settler.settle("m-1")              again and again the same; a crash is mended by the next
await settler.patient_of(package)               "p-17", or "" for one who is not known here
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, Term, TokenValue
from akson.record.acts import moving
from akson.record.door import Record
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.sharing.moves import keeping
from akson.sharing.moves.arriving import (
    Arrival,
    arrived,
    closed_with,
    id_of,
    marked,
    relation,
    team_id,
    waiting_with,
)
from akson.sharing.moves.keeping import Held
from akson.sharing.moves.leaving import changed, closing
from akson.sharing.moves.package import NUMBER_SYSTEMS, Package, Resource
from akson.sharing.moves.package import read as read_package
from akson.sharing.moves.reading import differs, every, held_of, of_patient, parsed, put, read_all
from akson.sharing.moves.steps import Kind, Move, Side, Stage
from akson.world import Clock

TRIES = 5
Prepares = Callable[[Package, Arrival], list[Resource]]
"""Services that were given there, as applications to be decided here: `akson.app.moving`."""


def no_applications(package: Package, arrival: Arrival) -> list[Resource]:
    return []


class Settler:
    def __init__(self, record: Record, clock: Clock, tenant: int, prepares: Prepares) -> None:
        self._record = record
        self._clock = clock
        self._tenant = tenant
        self._prepares = prepares

    def house(self) -> RecordSession:
        actor = Actor(ActorKind.SYSTEM, "moves", "Flytting", self._tenant)
        return self._record.open(actor, PurposeOfUse.OPERATIONS)

    async def settle(self, id: str) -> Held:
        """Makes the record say what the steps come to at this moment. Doing it again changes nothing."""
        for attempt in range(TRIES):
            house = self.house()
            held = await held_of(house, id)
            now = self._clock.now()
            changes, after = await (self._leaving if held.side is Side.OLD else self._arriving)(
                house, held, now
            )
            task = keeping.task_of(after, now)
            standing = keeping.task_of(held, now)
            stored = parsed(await house.read("Task", id))
            if task != standing or differs(stored, task):
                changes.append(Change("PUT", "Task", id=id, resource=task, if_match=held.version))
            try:
                if changes:
                    await house.commit(changes)
                return after
            except Problem as problem:
                if (
                    problem.kind not in (ProblemKind.CONFLICT, ProblemKind.PRECONDITION)
                    or attempt == TRIES - 1
                ):
                    raise
        raise AssertionError("unreachable")

    async def _leaving(self, house: RecordSession, held: Held, now: datetime) -> tuple[list[Change], Held]:
        move = held.move
        ends = move.old_ends
        found = await every(house, [of_patient(t, held.patient) for t in ("EpisodeOfCare", "CareTeam")])
        wanted = changed(found, held.id, ends)
        if ends is not None and now >= ends and not held.closed:
            types = ("Task", "ServiceRequest", "Appointment")
            rest = [
                r
                for r in await every(house, [of_patient(t, held.patient) for t in types])
                if r["id"] != held.id
            ]
            wanted += closing(rest, await self._goes_on(house, held.patient), ends, held.name)
            held = replace(held, closed=True)
        needs_it = held.package and not move.withdrawn and not held.told >= move.offer
        return [put(r) for r in wanted], replace(held, package=held.package if needs_it else "")

    async def _goes_on(self, house: RecordSession, patient: str) -> frozenset[str]:
        person = parsed(await house.read("Patient", patient))
        return frozenset(str(p.get("reference")) for p in person.get("generalPractitioner") or ())

    async def _arriving(self, house: RecordSession, held: Held, now: datetime) -> tuple[list[Change], Held]:
        move = held.move
        if move.accepted and held.package:
            return await self._taken_in(house, held, move, now)
        if move.accepted and held.patient:
            wanted = relation(self._arrival(held, move, held.patient, False, now))
            (standing,) = await read_all(house, [("CareTeam", team_id(held.id))])
            changes = []
            if differs(standing, wanted):
                work = await every(house, [of_patient("Task", held.patient)])
                changes = [
                    put({**wanted, "meta": standing["meta"]}),
                    *map(put, waiting_with(work, held.id, waits=False)),
                ]
            over = move.stage(now) is Stage.OVER
            if over and not held.closed:
                changes += await self._closed_with(house, held, "Oppholdet er slutt")
            return changes, replace(held, closed=over)
        if move.withdrawn or move.stage(now) is Stage.DECLINED:
            held = replace(held, package="")
        return await self._given_up(house, held, now) if held.patient else [], held

    async def _taken_in(
        self, house: RecordSession, held: Held, move: Move, now: datetime
    ) -> tuple[list[Change], Held]:
        package = read_package(held.package.encode())
        known = await self.patient_of(package)
        patient = known or id_of(held.id, "patient")
        arrival = self._arrival(held, move, patient, not known, now)
        made = [marked(r, held.id) for r in (*arrived(package, arrival), *self._prepares(package, arrival))]
        offered = next(s for s in held.steps if s.kind is Kind.OFFERED and s.says["digest"] == move.digest)
        assert move.answer is not None
        words = (
            f"{offered.name}, {held.name}, sendte opplysninger om deg hit fordi du skal komme hit. "
            f"{move.answer.name} tok imot."
        )
        await moving.told(house, patient, words, str(offered.says.get("decision", "")))
        changes = [Change("POST", r["resourceType"], resource=r, given_id=r["id"]) for r in made]
        return changes, replace(held, patient=patient, package="")

    def _arrival(self, held: Held, move: Move, patient: str, new: bool, now: datetime) -> Arrival:
        has = move.new_has
        assert has is not None and held.unit is not None
        return Arrival(held.id, patient, new, held.unit, has[0], has[1], held.name, held.other, now)

    async def _given_up(self, house: RecordSession, held: Held, now: datetime) -> list[Change]:
        """It was accepted once and is not any more: the relation ends now; what was written stays written."""
        (team,) = await read_all(house, [("CareTeam", team_id(held.id))])
        if team.get("status") != "active":
            return []
        period = {**team["period"], "end": now.isoformat(timespec="seconds")}
        ended = put({**team, "status": "inactive", "period": period})
        if held.move.withdrawn:
            return [ended, *await self._closed_with(house, held, "Flyttingen ble ikke noe av")]
        work = await every(house, [of_patient("Task", held.patient)])
        return [ended, *map(put, waiting_with(work, held.id, waits=True))]

    async def _closed_with(self, house: RecordSession, held: Held, why: str) -> list[Change]:
        found = await every(house, [of_patient(t, held.patient) for t in ("Task", "ServiceRequest")])
        return [put(r) for r in closed_with(found, held.id, why)]

    async def patient_of(self, package: Package) -> str:
        """Who has this number here; "" for nobody. Raises CONFLICT AKS-MOVE-006 for several."""
        values = tuple(TokenValue(system, package.person) for system in NUMBER_SYSTEMS)
        found = await self.house().search(
            Query("Patient", (Term("identifier", "token", None, values),), count=3)
        )
        standing = [p for p in map(parsed, found.matches) if not _replaced(p)]
        if len(standing) > 1:
            raise Problem(
                ProblemKind.CONFLICT,
                "AKS-MOVE-006",
                "Flere pasienter her har dette fødselsnummeret.",
                now="Be journalansvarlig slå dem sammen, og ta imot etterpå.",
            )
        return str(standing[0]["id"]) if standing else ""


def _replaced(patient: Resource) -> bool:
    return patient.get("active") is False or any(
        link.get("type") == "replaced-by" for link in patient.get("link") or ()
    )
