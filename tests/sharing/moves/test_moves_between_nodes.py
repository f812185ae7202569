"""One citizen moves from Lillefjord to Storvik: two whole nodes over HTTP, and clocks that go to the date."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from akson.access.actor import Actor, PurposeOfUse
from akson.app.cast import CAST
from akson.app.moving import moves_of
from akson.app.playing.neighbourhood import Neighbour, Neighbourhood
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, ReferenceValue, Term
from akson.record.session import RecordSession
from akson.sharing.moves import messages
from akson.sharing.moves.keeping import Held, waits_here
from akson.sharing.moves.moves import Moves
from akson.sharing.moves.package import Part
from akson.sharing.moves.settling import Settler
from akson.sharing.moves.steps import Form, Kind, Stage, Why
from akson.sharing.moves.steps import Side as StepSide
from akson.world import Clock
from akson_lab.nhn.people_tokens import Person
from tests.sharing import people
from tests.sharing.conftest import town

__all__ = ["town"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

LIN = Person("03827190072", "Lin Vik", "9900077")
DAY = timedelta(days=1)
ALL = tuple(Part)
SERVICES = "urn:oid:2.16.578.1.12.4.1.1.9151"


class Moved:
    """A clock that goes as the world's does, so much later. Fulfils Clock."""

    def __init__(self, inner: Clock, by: timedelta) -> None:
        self.inner, self.by = inner, by

    def now(self) -> datetime:
        return self.inner.now() + self.by

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class Side:
    def __init__(self, town: Neighbourhood, node: str, who: Actor) -> None:
        self.one: Neighbour = town[node]
        self.who = who

    @property
    def moves(self) -> Moves:
        made = moves_of(self.one.node)
        assert made is not None
        return made

    @property
    def session(self) -> RecordSession:
        return self.one.node.record.open(self.who, PurposeOfUse.TREATMENT)

    def as_(self, who: str, purpose: PurposeOfUse = PurposeOfUse.TREATMENT) -> RecordSession:
        return self.one.node.record.open(CAST[who], purpose)

    async def sees(self, type: str, patient: str) -> list[dict[str, Any]]:
        return await found(self.session, type, patient)

    @contextmanager
    def later(self, by: timedelta) -> Iterator[None]:
        """What this node takes the time to be."""
        node = self.one.node
        record, clock = node.record, node.clock
        moved = Moved(clock, by)
        record.clock = moved
        object.__setattr__(node, "clock", moved)
        try:
            yield
        finally:
            record.clock = clock
            object.__setattr__(node, "clock", clock)


async def found(session: RecordSession, type: str, patient: str) -> list[dict[str, Any]]:
    whose = Term("patient", "reference", None, (ReferenceValue("Patient", patient),))
    page = await session.search(Query(type, (whose,), count=100))
    return [json.loads(v.body or b"{}") for v in page.matches]


async def may_read(side: Side, patient: str) -> bool:
    try:
        await side.session.read("Patient", patient)
    except Problem as problem:
        assert problem.kind is ProblemKind.NOT_FOUND
        return False
    return True


def service(id: str, of: str) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "id": id,
        "status": "active",
        "intent": "order",
        "code": {"coding": [{"system": SERVICES, "code": "2"}], "text": "Helsetjenester i hjemmet"},
        "subject": {"reference": f"Patient/{of}"},
        "performer": [people.UNIT],
        "occurrenceTiming": {"repeat": {"boundsPeriod": {"start": "2026-01-03"}}},
    }


def task(id: str, of: str) -> dict[str, Any]:
    return {
        "resourceType": "Task",
        "id": id,
        "status": "requested",
        "intent": "order",
        "code": {"text": "Bestill ny multidose"},
        "for": {"reference": f"Patient/{of}"},
        "owner": people.UNIT,
    }


def closed_medicine(id: str, of: str) -> dict[str, Any]:
    made = people.medicine(id, of, "Disulfiram 200 mg")
    made["meta"] = {"security": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9603", "code": "NORS"}]}
    return made


async def sides(town: Neighbourhood, id: str, number: str) -> tuple[Side, Side]:
    """Lillefjord knows her under `id`; Storvik does not know her."""
    town.know(LIN)
    lin = replace(CAST["ida"], id="lin", name=LIN.name, reference="Practitioner/lin", hpr=LIN.hpr)
    old, new = Side(town, "lillefjord", lin), Side(town, "storvik", CAST["ida"])
    unit = {"resourceType": "Organization", "id": "hjemmetjenesten-ost", "name": "Hjemmetjenesten"}
    await people.put(
        old.one,
        unit,
        people.practitioner("lin", LIN),
        people.patient(id, number, "Moe"),
        people.episode(f"e-{id}", id),
        people.medicine(f"m-{id}", id, "Metoprolol 50 mg"),
        closed_medicine(f"c-{id}", id),
        people.allergy(f"a-{id}", id, "Penicillin"),
        service(f"s-{id}", id),
        task(f"t-{id}", id),
    )
    return old, new


async def planned(old: Side, new: Side, patient: str, form: Form = Form.MOVE, days: int = 5) -> Held:
    now = datetime.now(UTC)
    until = now + DAY * (days + 10) if form is Form.STAY else None
    return await old.moves.plan(old.session, patient, new.one.org, form, now + DAY * days, until, ALL)


async def accepted(
    old: Side, new: Side, patient: str, form: Form = Form.MOVE, days: int = 5
) -> tuple[Held, Held]:
    held = await planned(old, new, patient, form, days)
    await old.moves.send(old.session, held.id)
    there = await new.moves.answer(new.session, held.id, Kind.ACCEPTED)
    return await old.moves.open(old.moves.house(), held.id), there


async def finish_items(side: Side, patient: str) -> None:
    """What a unit has to do with somebody is a relation of its own: done, it is none."""
    for one in await side.sees("Task", patient):
        one.pop("meta")
        await people.put(side.one, {**one, "status": "completed"})


async def test_from_plan_to_the_date(town: Neighbourhood) -> None:
    old, new = await sides(town, "moe", "01813400190")
    held = await planned(old, new, "moe")
    preview = await old.moves.preview(old.session, "moe", ALL)
    assert "Disulfiram" not in preview.body.decode(), (
        "what is closed is not in the package, and nothing says so"
    )
    sent = await old.moves.send(old.session, held.id)
    assert sent.move.stage(old.one.node.clock.now()) is Stage.OFFERED and not sent.package
    # There it is an item of the intake unit; nobody's record has been opened by it.
    (item,) = [h for h in await new.moves.mine(new.session) if h.id == held.id]
    assert item.patient == "" and waits_here(item, new.one.node.clock.now())
    assert not await found(new.moves.house(), "Patient", "none")
    there = await new.moves.answer(new.session, held.id, Kind.ACCEPTED)
    patient = there.patient
    # Before she comes, the nurse has list, critical information and cases to decide; nothing decides by itself.
    (medicines,) = await new.sees("List", patient)
    assert "Metoprolol" in json.dumps(medicines) and not await new.sees("MedicationStatement", patient)
    assert [a["code"]["text"] for a in await new.sees("AllergyIntolerance", patient)] == ["Penicillin"]
    (case,) = await new.sees("ServiceRequest", patient)
    assert (case["intent"], case["category"][0]["coding"][0]["code"]) == ("proposal", "application")
    assert not await new.sees("EpisodeOfCare", patient)
    assert {"Bestill ny multidose", "Søknad om tjeneste"} <= {
        t["code"]["text"] for t in await new.sees("Task", patient)
    }
    # The old one keeps her until the date, to the second, and then has nothing.
    here = await old.moves.open(old.moves.house(), held.id)
    ends = here.move.old_ends
    assert ends is not None and here.move.answer is not None and here.move.answer.name == "Ida Nilsen"
    assert await may_read(old, "moe") and await may_read(new, patient)
    left = ends - old.one.node.clock.now()
    with old.later(left - timedelta(minutes=10)):
        assert await may_read(old, "moe")
    with old.later(left + timedelta(seconds=5)):
        await old.moves.round()
        assert not await may_read(old, "moe")
        assert (await old.moves.open(old.moves.house(), held.id)).closed
    with new.later(left + timedelta(seconds=5)):
        assert await may_read(new, patient)
    await finish_items(new, patient)
    with new.later(left + DAY * 43):
        assert not await may_read(new, patient), (
            "without a decision of its own the new one has nothing either"
        )


async def test_a_stay_ends_there_and_nowhere_else(town: Neighbourhood) -> None:
    old, new = await sides(town, "gjest", "05824100153")
    here, there = await accepted(old, new, "gjest", Form.STAY)
    assert here.move.old_ends is None
    with old.later(DAY * 30):
        await old.moves.round()
        assert await may_read(old, "gjest")
    with new.later(DAY * 10):
        assert await may_read(new, there.patient)
    with new.later(DAY * 16):
        await new.moves.round()
        assert not await may_read(new, there.patient)


async def test_what_comes_to_nothing_is_given_back(town: Neighbourhood) -> None:
    old, new = await sides(town, "angrer", "13896599885")
    held, there = await accepted(old, new, "angrer")
    await old.moves.postpone(old.session, held.id, datetime.now(UTC) + DAY * 9, None)
    assert "end" not in (await old.sees("EpisodeOfCare", "angrer"))[0]["period"], (
        "nobody has taken over on the new date"
    )
    assert not await may_read(new, there.patient)
    await new.moves.answer(new.session, held.id, Kind.ACCEPTED)
    assert await may_read(new, there.patient)
    await old.moves.withdraw(old.session, held.id, Why.DIED)
    assert not await may_read(new, there.patient)
    with old.later(DAY * 20):
        await old.moves.round()
        assert await may_read(old, "angrer")


async def test_what_is_not_theirs_is_not_believed(town: Neighbourhood) -> None:
    """Of another's move, of a person nobody vouches for, with steps of the other side; and a date in a package's place."""
    old, new = await sides(town, "falsk", "20037819485")
    held = await planned(old, new, "falsk")
    await old.moves.send(old.session, held.id)
    held = await old.moves.open(old.moves.house(), held.id)
    package = await old.moves.preview(old.session, "falsk", ALL)
    offer = messages.written(messages.Offer("m-x", held.own_steps, package.body.decode()))
    lillefjord, havneby = old.one.org, town["havneby"].org
    for org, vouched in ((havneby, ("20037819485",)), (lillefjord, ("01857090027",)), (lillefjord, ())):
        with pytest.raises(Problem, match="AKS-MOVE-021"):
            await new.moves.hear_offer(org, vouched, offer)
    forged = replace(held.own_steps[0], side=StepSide.NEW, kind=Kind.ACCEPTED, number=1, says={"answers": 2})
    for org, step in ((havneby, held.own_steps[0]), (lillefjord, forged)):
        with pytest.raises(Problem, match="AKS-MOVE-021"):
            await new.moves.hear_told(org, messages.written(messages.Tell(held.id, (step,))))
    told = await new.moves.hear_told(
        havneby, messages.written(messages.Tell("never-heard-of", held.own_steps))
    )
    assert b'"known":false' in told


async def test_two_here_with_her_number_are_for_a_person_to_sort_out(town: Neighbourhood) -> None:
    old, new = await sides(town, "to-av", "01813400270")
    await people.put(new.one, people.patient("en", "01813400270"), people.patient("to", "01813400270"))
    held = await planned(old, new, "to-av")
    await old.moves.send(old.session, held.id)
    with pytest.raises(Problem, match="AKS-MOVE-006"):
        await new.moves.answer(new.session, held.id, Kind.ACCEPTED)
    assert not await may_read(new, "en")
    await new.moves.answer(new.session, held.id, Kind.DECLINED, "Registrert to ganger her")
    here = await old.moves.open(old.moves.house(), held.id)
    assert here.move.stage(datetime.now(UTC)) is Stage.DECLINED and waits_here(here, datetime.now(UTC))


async def test_a_crash_after_the_answer_is_mended_by_the_round(
    town: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = await sides(town, "krasj", "01813400351")
    held = await planned(old, new, "krasj")
    await old.moves.send(old.session, held.id)

    async def killed(self: Settler, id: str) -> Held:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(Settler, "settle", killed)
        with pytest.raises(ConnectionError):
            await new.moves.answer(new.session, held.id, Kind.ACCEPTED)
    there = await new.moves.open(new.moves.house(), held.id)
    assert there.move.accepted and not there.patient, "said, and nothing made of it yet"
    with new.later(timedelta(minutes=11)):
        await new.moves.round()
        there = await new.moves.open(new.moves.house(), held.id)
        assert there.patient and not there.package and await may_read(new, there.patient)
    # The provider does not believe a clock that goes eleven minutes fast, so that is told when it goes right.
    assert await new.moves.tell(held.id)
    here = await old.moves.open(old.moves.house(), held.id)
    assert here.move.accepted and here.move.old_ends is not None
