"""The moves of one node: planned, sent, answered, told of, and settled in the record. One for each process.

    moves = Moves(Party("999000001", "Lillefjord kommune"), record, clock, lines, intake)
    held = await moves.plan(session, "p-17", "999000000", Form.MOVE, date, None, parts)
    held = await moves.send(session, held.id)                 sent, or kept and said why; pressed again it is the same
    held = await moves.answer(session, held.id, Kind.ACCEPTED)
    told = await moves.hear_offer(org, vouched, body)         what the other node's officer sends
    await moves.round()                                       what was not told is; what the clock has brought is done

An officer's step is her own commit, under the rules of her record. What follows from it is the house's (`settling.py`), and
worked out from the steps alone, so that a crash between the two is mended by the next round.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from akson.access.actor import ActorKind
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import ReferenceValue, Term
from akson.record.acts import moving
from akson.record.door import Record
from akson.record.facts.patients import protected
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.sharing.moves import keeping, messages
from akson.sharing.moves.keeping import IN, OUT, Held
from akson.sharing.moves.lines import Lines, NoAnswer, Party, Refused
from akson.sharing.moves.package import (
    TYPES,
    Package,
    Part,
    Resource,
    digest_of,
    packed,
)
from akson.sharing.moves.package import read as read_package
from akson.sharing.moves.reading import coded, found, held_of, looked_at_by, of_patient, parsed
from akson.sharing.moves.settling import Prepares, Settler, no_applications
from akson.sharing.moves.steps import (
    BY_NEW,
    BY_OLD,
    ENDED,
    Form,
    Kind,
    Side,
    Step,
    Why,
    check,
    check_period,
)
from akson.world import Clock

TRIES = 5
ABOUT = "opplysninger du trenger at de har"


class Moves:
    def __init__(
        self,
        us: Party,
        record: Record,
        clock: Clock,
        lines: Lines | None,
        intake: Resource | None,
        *,
        tenant: int = 1,
        prepares: Prepares = no_applications,
    ) -> None:
        """`intake`: the unit that owns what is offered to us, `{"reference": …, "display": …}`."""
        self.us = us
        self._record = record
        self._clock = clock
        self._lines = lines
        self._intake = intake
        self._settler = Settler(record, clock, tenant, prepares)

    @property
    def receivers(self) -> dict[str, str]:
        return dict(self._lines.names()) if self._lines else {}

    # --- the officer where she leaves ---

    async def plan(
        self,
        session: RecordSession,
        patient: str,
        to: str,
        form: Form,
        date: datetime,
        until: datetime | None,
        parts: Iterable[Part],
    ) -> Held:
        """Raises INVALID AKS-MOVE-002, CONFLICT AKS-MOVE-003 where a move is under way, PRECONDITION AKS-MOVE-004 of one
        who is dead, and NOT_FOUND for who may not."""
        now = self._clock.now()
        check_period(form, date, until, now)
        name = self.receivers.get(to)
        if name is None:
            raise Problem(ProblemKind.INVALID, "AKS-MOVE-002", "Velg hvilken kommune det gjelder.")
        await session.leave_to_ask(patient)
        if _dead(parsed(await session.read("Patient", patient))):
            raise Problem(
                ProblemKind.PRECONDITION,
                "AKS-MOVE-004",
                "Pasienten er registrert som død.",
                now="Rett det hvis det er feil.",
            )
        if any(h.move.stage(now) not in ENDED for h in await self.of(session, patient)):
            raise Problem(
                ProblemKind.CONFLICT,
                "AKS-MOVE-003",
                "Det er en flytting i gang for pasienten.",
                now="Endre eller avlys den.",
            )
        says = {"form": form.value, "old": self.us.org, "new": to, **_period(date, until)}
        id = self._record.store.new_id("Task")
        step = self._step(session, id, Side.OLD, 1, Kind.PLANNED, says)
        owner = {"reference": session.actor.organisations[0], "display": session.actor.unit_name}
        held = Held(
            id,
            Side.OLD,
            frozenset({step}),
            patient,
            owner,
            owner,
            name=name,
            parts=tuple(p.value for p in parts),
        )
        task = keeping.task_of(held, now)
        await self.house().commit([Change("POST", "Task", resource=task, given_id=id)])
        return await held_of(session, id)

    async def preview(self, session: RecordSession, patient: str, parts: Iterable[Part]) -> Package:
        """What would be sent: read as the officer, so that what is closed to her is not in it."""
        person = parsed(await session.read("Patient", patient))
        queries = [
            of_patient(type, patient) for part in Part for type in TYPES[part] if session.may("search", type)
        ]
        pages = await session.searches(queries)
        found = [parsed(v) for page in pages for v in page.matches]
        # The grade is hidden from her too (ADR 0103): the house asks, and the answer is what is left out.
        graded = protected(parsed(await self.house().read("Patient", patient)))
        drugs = await self._drugs(session, found)
        return packed(person, found, parts, self._clock.now(), graded=graded, drugs=drugs)

    async def send(self, session: RecordSession, id: str) -> Held:
        """The offer stands here before it leaves, and leaves as the same bytes each time. Raises Problem as `preview`;
        OVERLOADED AKS-MOVE-005 when it has not come there, and is kept."""
        held = await held_of(session, id)
        leave = await session.leave_to_ask(held.patient)
        if not held.package:
            check(held.move, Kind.OFFERED, self._clock.now())
            package = await self.preview(session, held.patient, map(Part, held.parts))
            says = {"digest": package.digest, "decision": moving.reference_of(session, leave)}
            held = await self._taken(
                session, replace(held, package=package.body.decode()), Side.OLD, Kind.OFFERED, says
            )
        decision = await moving.sent(session, leave, held.name, ABOUT)
        body = messages.written(messages.Offer(held.id, held.own_steps, held.package))
        person = read_package(held.package.encode()).person
        try:
            assert self._lines is not None
            answer = await self._lines.offer(session, leave, held.other, person, decision, body)
        except (NoAnswer, Refused) as none:
            raise Problem(
                ProblemKind.OVERLOADED,
                "AKS-MOVE-005",
                f"{held.name} har ikke fått pakken: {none}.",
                why="Den ligger klar her, og ingenting er tapt.",
                now="Send på nytt. Ring mottaket der hvis det haster.",
            ) from none
        told = messages.read(answer, messages.Told)
        await self._confirmed(held.id, len(held.own_steps), told.steps)
        return await self._settler.settle(held.id)

    async def postpone(self, session: RecordSession, id: str, date: datetime, until: datetime | None) -> Held:
        held = await held_of(session, id)
        now = self._clock.now()
        check(held.move, Kind.POSTPONED, now)
        check_period(held.move.form, date, until, now)
        await self._taken(session, held, Side.OLD, Kind.POSTPONED, _period(date, until))
        return await self._settled_and_told(id)

    async def withdraw(self, session: RecordSession, id: str, why: Why) -> Held:
        held = await held_of(session, id)
        check(held.move, Kind.WITHDRAWN, self._clock.now())
        await self._taken(session, held, Side.OLD, Kind.WITHDRAWN, {"why": why.value})
        return await self._settled_and_told(id)

    async def object(self, session: RecordSession, patient: str, id: str) -> Held:
        """The citizen does not want it: her own word ends it, as long as she has not come there. Raises NOT_FOUND for a
        move that is not hers, FORBIDDEN AKS-MOVE-008 for who only represents her and where she comes to."""
        held = next((h for h in await self.of(session, patient) if h.id == id), None)
        if held is None or session.actor.kind not in (ActorKind.CITIZEN, ActorKind.PROXY):
            raise Problem(ProblemKind.NOT_FOUND, "AKS-MOVE-007", "Flyttingen finnes ikke.")
        if session.actor.kind is not ActorKind.CITIZEN or held.side is not Side.OLD:
            raise Problem(ProblemKind.FORBIDDEN, "AKS-MOVE-008", "Det er ikke du som kan gjøre dette her.")
        check(held.move, Kind.WITHDRAWN, self._clock.now())
        says = {"why": Why.OBJECTED.value}
        made = self._step(session, id, Side.OLD, held.move.next_number(Side.OLD), Kind.WITHDRAWN, says)
        # Where nothing was taken in, not even her name is to be left.
        step = replace(made, name="Pasienten")
        task = keeping.task_of(held.with_steps([step]), self._clock.now())
        # Her word, by the house's pen: no rule lets a citizen write a Task.
        house = self.house()
        await moving.told(house, patient, f"{session.actor.name} ville ikke at opplysningene sendes.")
        await house.commit([Change("PUT", "Task", id=id, resource=task, if_match=held.version)])
        return await self._settled_and_told(id)

    # --- the officer where she comes ---

    async def answer(self, session: RecordSession, id: str, kind: Kind, why: str = "") -> Held:
        """ACCEPTED or DECLINED. Raises CONFLICT AKS-MOVE-006 where several patients here have the number."""
        assert kind in BY_NEW
        held = await held_of(session, id)
        check(held.move, kind, self._clock.now())
        if kind is Kind.ACCEPTED and held.package:
            await self._settler.patient_of(read_package(held.package.encode()))
        says = {"answers": held.move.offer, **({"why": why} if why else {})}
        await self._taken(session, held, Side.NEW, kind, says)
        return await self._settled_and_told(id)

    # --- whoever reads ---

    async def open(self, session: RecordSession, id: str) -> Held:
        """Raises NOT_FOUND for who may not, and for what is no move."""
        return await held_of(session, id)

    def house(self) -> RecordSession:
        return self._settler.house()

    async def of(self, session: RecordSession, patient: str) -> list[Held]:
        """Those of a patient, as the reader may see them; newest first."""
        whose = Term("patient", "reference", None, (ReferenceValue("Patient", patient),))
        return await found(session, whose, coded(OUT, IN))

    async def mine(self, session: RecordSession) -> list[Held]:
        """Those that the reader or her units own."""
        owners = tuple(ReferenceValue(*r.split("/", 1)) for r in session.actor.grantees)
        return await found(session, Term("owner", "reference", None, owners), coded(OUT, IN))

    # --- the other node ---

    async def hear_offer(self, org: str, vouched: Collection[str], body: bytes) -> bytes:
        """From an officer of `org`, who is vouched for about `vouched`. Raises FORBIDDEN AKS-MOVE-021 for another's move,
        for a person nobody vouches for, and for steps that are not its own; INVALID AKS-MOVE-012, -022."""
        said = messages.read(body, messages.Offer)
        package = read_package(said.package.encode())
        heard = Held(
            said.move,
            Side.NEW,
            frozenset(said.steps),
            owner=self._intake,
            unit=self._intake,
            package=said.package,
        )
        move = heard.move
        theirs = all(s.side is Side.OLD and s.org == org for s in said.steps)
        if not theirs or move.old != org or move.new != self.us.org or package.person not in vouched:
            raise _not_theirs()
        if (
            not move.offer
            or move.waiting
            or move.digest != digest_of(said.package.encode())
            or move.date is None
        ):
            raise Problem(
                ProblemKind.INVALID,
                "AKS-MOVE-022",
                "The offer and its package are not of one piece.",
                now="Send it as it was made.",
            )
        if self._intake is None:
            raise Problem(ProblemKind.NOT_FOUND, "AKS-SHARE-030", "There is nothing here.")
        held = await self._merged(said.move, org, said.steps, package=said.package)
        if held is None:
            name = self.receivers.get(org, org)
            held = replace(heard, name=name)
            task = keeping.task_of(held, self._clock.now())
            try:
                await self.house().commit([Change("POST", "Task", resource=task, given_id=held.id)])
            except Problem as problem:
                if problem.kind is not ProblemKind.CONFLICT:
                    raise
                return await self.hear_offer(org, vouched, body)
        held = await self._settler.settle(said.move)
        return messages.written(messages.Told(held.own_steps))

    async def hear_told(self, org: str, body: bytes) -> bytes:
        """From the enterprise `org`, of what it has done. What we have never heard of stays so: nothing is kept of it."""
        said = messages.read(body, messages.Tell)
        held = await self._merged(said.move, org, said.steps)
        if held is None:
            return messages.written(messages.Told((), known=False))
        held = await self._settler.settle(said.move)
        return messages.written(messages.Told(held.own_steps))

    async def round(self) -> int:
        """What the clock has brought: settled, and told where it has not been. Gives how many were touched. It asks for
        nothing else, so that a move that rests leaves no line in anybody's log."""
        touched = 0
        for held in await found(self.house(), coded(OUT, IN), *looked_at_by(self._clock.now())):
            after = await self._settler.settle(held.id)
            touched += 1
            if after.untold:
                await self.tell(held.id)
        return touched

    async def tell(self, id: str) -> bool:
        """What we have done, to the other side; without the package, which an officer sends. False when it is not there."""
        held = await held_of(self.house(), id)
        if self._lines is None or not held.untold or (held.package and held.side is Side.OLD):
            return False
        try:
            answer = await self._lines.tell(held.other, messages.written(messages.Tell(id, held.own_steps)))
        except (NoAnswer, Refused):
            return False
        await self._confirmed(id, len(held.own_steps), messages.read(answer, messages.Told).steps)
        await self._settler.settle(id)
        return True

    async def _settled_and_told(self, id: str) -> Held:
        held = await self._settler.settle(id)
        await self.tell(id)
        return held

    async def _merged(self, id: str, org: str, steps: Sequence[Step], package: str = "") -> Held | None:
        """The steps of the other side taken in; None for a move we do not have. Raises FORBIDDEN AKS-MOVE-021."""
        for attempt in range(TRIES):
            house = self.house()
            try:
                held = await held_of(house, id)
            except Problem as problem:
                if problem.kind not in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
                    raise
                return None
            side = Side.NEW if held.side is Side.OLD else Side.OLD
            allowed = BY_OLD if side is Side.OLD else BY_NEW
            if held.other != org or any(
                s.side is not side or s.org != org or s.kind not in allowed for s in steps
            ):
                raise _not_theirs()
            fresh = [s for s in steps if s not in held.steps]
            if not fresh:
                return held
            after = held.with_steps(fresh)
            # A package of another offer than the newest is not taken; a new date alone brings none.
            if package and after.move.digest == digest_of(package.encode()) and not held.patient:
                after = replace(after, package=package)
            if held.patient:
                for step in fresh:
                    await moving.told(house, held.patient, _told_words(step, held.name))
            task = keeping.task_of(after, self._clock.now())
            try:
                await house.commit([Change("PUT", "Task", id=id, resource=task, if_match=held.version)])
                return after
            except Problem as problem:
                if (
                    problem.kind not in (ProblemKind.CONFLICT, ProblemKind.PRECONDITION)
                    or attempt == TRIES - 1
                ):
                    raise
        raise AssertionError("unreachable")

    async def _confirmed(self, id: str, told: int, theirs: Sequence[Step]) -> None:
        held = await held_of(self.house(), id)
        if theirs:
            held = await self._merged(id, held.other, theirs) or held
            held = await held_of(self.house(), id)
        if told > held.told:
            task = keeping.task_of(replace(held, told=told), self._clock.now())
            await self.house().commit([Change("PUT", "Task", id=id, resource=task, if_match=held.version)])

    async def _taken(
        self, session: RecordSession, held: Held, side: Side, kind: Kind, says: dict[str, Any]
    ) -> Held:
        """One step of our side, as the officer's own commit."""
        if held.side is not side:
            raise Problem(ProblemKind.FORBIDDEN, "AKS-MOVE-008", "Det er den andre kommunen som gjør dette.")
        number = held.move.next_number(side)
        after = held.with_steps([self._step(session, held.id, side, number, kind, says)])
        task = keeping.task_of(after, self._clock.now())
        if held.side is Side.NEW and not held.move.accepted:
            # Her yes does not open the record by her own pen: the house does, when it settles.
            task.pop("for", None)
        await session.commit([Change("PUT", "Task", id=held.id, resource=task, if_match=held.version)])
        return await held_of(session, held.id)

    def _step(
        self, session: RecordSession, id: str, side: Side, number: int, kind: Kind, says: dict[str, Any]
    ) -> Step:
        name = self._record.random.bytes(12).hex()
        return Step(name, side, number, kind, self._clock.now(), session.actor.name, self.us.org, says)

    async def _drugs(self, session: RecordSession, found: Iterable[Resource]) -> dict[str, Resource]:
        wanted = {
            str((r.get("medicationReference") or {}).get("reference", ""))
            for r in found
            if r["resourceType"] == "MedicationStatement"
        }
        drugs = {}
        for reference in sorted(w for w in wanted if w.startswith("Medication/")):
            drugs[reference] = parsed(await session.read("Medication", reference.partition("/")[2]))
        return drugs


def _dead(patient: Resource) -> bool:
    return bool(patient.get("deceasedDateTime") or patient.get("deceasedBoolean"))


def _period(date: datetime, until: datetime | None) -> dict[str, str]:
    return {"date": date.isoformat(), **({"until": until.isoformat()} if until else {})}


def _not_theirs() -> Problem:
    return Problem(
        ProblemKind.FORBIDDEN,
        "AKS-MOVE-021",
        "This move is not yours to speak of.",
        now="Send it with a token whose attestation names the person, as the enterprise she leaves.",
    )


_TOLD = {
    Kind.ACCEPTED: "tok imot deg.",
    Kind.DECLINED: "tok ikke imot.",
    Kind.POSTPONED: "endret datoen.",
    Kind.WITHDRAWN: "avlyste.",
    Kind.OFFERED: "sendte opplysninger om deg.",
    Kind.PLANNED: "forberedte at du skal komme hit.",
}


def _told_words(step: Step, from_whom: str) -> str:
    return f"{step.name}, {from_whom}, {_TOLD[step.kind]}"
