"""One script in both modes: three records, each another enterprise's, that ask each other; a cut, a switch, a withdrawal.

Records and doors are real; between them stands a line that can be cut. Over HTTP and with tokens: test_plan_over_http.py.
"""

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from akson.access.actor import Actor, ActorKind, Attested, PurposeOfUse
from akson.app.cast import CAST
from akson.fhir.problem import Problem
from akson.record.session import RecordSession
from akson.sharing.plan import editing
from akson.sharing.plan.editing import By
from akson.sharing.plan.exchange import Asked, Told
from akson.sharing.plan.joining import SharedPlan
from akson.sharing.plan.operation import CENTRAL, CITIZEN, CONTENT, FEDERATED, MODES, Author, Kind, Operation
from akson.sharing.plan.plans import NoAnswer, NotIn, Opened, Party, SharedPlans
from akson.world import SystemClock
from tests.conftest import _fresh_database
from tests.record.conftest import House, astrid, decision_for
from tests.record.conftest import house as one_house

HOME, HOSPITAL, GP = "999977774", "100100673", "200200676"
NAMES = {
    HOME: "Storvik kommune",
    HOSPITAL: "Havnes sykehus HF",
    GP: "Torget legesenter",
    CITIZEN: "Astrid Bakken",
}


@dataclass
class Town:
    houses: dict[str, House]
    plans: dict[str, SharedPlans] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    exchanges: int = 0
    patient: str = ""

    @property
    def citizen(self) -> Actor:
        return replace(CAST["astrid"], id=self.patient, reference=f"Patient/{self.patient}")

    def session(self, party: str) -> RecordSession:
        if party == CITIZEN:
            return self.houses[HOME].record.open(self.citizen, PurposeOfUse.PATIENT_REQUEST)
        return self.houses[party].record.open(CAST["ida"], PurposeOfUse.TREATMENT)

    def node(self, party: str) -> SharedPlans:
        return self.plans[HOME if party == CITIZEN else party]

    async def see(self, party: str) -> Opened:
        return await self.node(party).look(self.session(party), self.patient)

    async def write(self, party: str, made: Operation) -> Opened:
        return await self.node(party).enter(self.session(party), self.patient, made)


@dataclass
class Lines:
    """What one node reaches the others by."""

    town: Town
    us: str

    def names(self) -> dict[str, str]:
        return {party: NAMES[party] for party in self.town.houses if party != self.us}

    async def ticket(self, session: RecordSession, patient: str, whom: Sequence[str]) -> str | None:
        return self.us

    async def exchange(self, party: str, ticket: Any, asked: Asked) -> Told:
        self.town.exchanges += 1
        if {party, self.us} & self.town.cut:
            raise NoAnswer("svarte ikke")
        word = Attested((self.town.patient,), PurposeOfUse.TREATMENT, "dec-1", "00" * 32, self.us, self.us)
        who = Actor(
            ActorKind.PRACTITIONER, f"ida@{self.us}", "Ida Nilsen", 1, role="nurse", unit_name=NAMES[self.us], attested=word
        )  # fmt: skip
        session = self.town.houses[party].record.open(who, PurposeOfUse.TREATMENT)
        try:
            return await self.town.plans[party].answer(session, self.town.patient, asked)
        except Problem as refused:
            raise NotIn from refused


class Impatient(SystemClock):
    """Goes two seconds at every look, so that nobody has to wait before asking again."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> datetime:
        from datetime import timedelta

        self.ahead += 2
        return datetime.now(UTC) + timedelta(seconds=self.ahead)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def houses(postgres_dsn: str) -> AsyncIterator[Town]:
    made = Town({})
    databases, houses = [], []
    for party in (HOME, HOSPITAL, GP):
        pair = [_fresh_database(postgres_dsn), _fresh_database(postgres_dsn)]
        databases += pair
        opening = one_house.__wrapped__(*[await anext(d) for d in pair])  # type: ignore[attr-defined]
        houses.append(opening)
        made.houses[party] = await anext(opening)
        made.plans[party] = SharedPlans(Party(party, NAMES[party]), Impatient(), Lines(made, party))
    yield made
    for opening in houses:
        await anext(opening, None)
    for database in databases:
        await anext(database, None)


@pytest_asyncio.fixture(loop_scope="session", params=MODES)
async def town(houses: Town, request: pytest.FixtureRequest) -> tuple[Town, str]:
    """With a patient of the test's own, known to all three."""
    houses.patient, houses.cut = f"p-{uuid.uuid4().hex[:12]}", set()
    for one in houses.houses.values():
        her = {**astrid(), "id": houses.patient}
        await one.put(her, decision_for(houses.patient, id=f"v-{houses.patient}"))
    return houses, request.param


def by(party: str) -> By:
    author = Author(f"x-{party}", f"Noen ved {NAMES[party]}", "nurse", party, NAMES[party])
    return By(author, HOME if party == CITIZEN else party, datetime.now(UTC), str(uuid.uuid4()))


async def begun(town: Town, mode: str) -> SharedPlan:
    await town.write(
        HOME, editing.founded("plan", mode, by(HOME), ("Organization/hjemmetjenesten-ost", "Øst"))
    )
    for party in (HOSPITAL, GP):
        plan = (await town.see(HOME)).plan
        await town.write(HOME, editing.invited(plan, party, NAMES[party], CONTENT, None, "", by(HOME)))
    return (await town.see(HOME)).plan


async def versions(town: Town) -> set[str]:
    """What each sees, in the order of who can be asked last: after two looks everything has been heard."""
    for _ in range(2):
        seen = {party: (await town.see(party)).plan.version for party in (HOSPITAL, GP, HOME, CITIZEN)}
    return set(seen.values())


async def test_four_write_are_cut_off_and_see_the_same(town: tuple[Town, str]) -> None:
    place, mode = town
    await begun(place, mode)
    assert len(await versions(place)) == 1 and (await place.see(GP)).plan.mode == mode
    zone = {"colour": "yellow", "signs": "Mer tungpusten", "do": "Ta ekstra dose"}
    await place.write(
        HOSPITAL, editing.edited((await place.see(HOSPITAL)).plan, "", Kind.ZONE, zone, by(HOSPITAL))
    )
    plan = (await place.see(GP)).plan
    assert [line.id for line in plan.shown] == ["zone-yellow"]
    medicine = {"text": "Furosemid 40 mg", "dose": "1 tablett morgen"}
    await place.write(GP, editing.edited(plan, "medicine-1", Kind.MEDICINE, medicine, by(GP)))
    day = {"day": "2026-11-27", "colour": "yellow", "text": "Sov dårlig"}
    await place.write(
        CITIZEN, editing.edited((await place.see(CITIZEN)).plan, "", Kind.STATUS, day, by(CITIZEN))
    )
    assert len(await versions(place)) == 1
    # The GP's line is cut; both change the zone, and each something of her own.
    place.cut.add(GP)
    plan = (await place.see(GP)).plan
    theirs = {**zone, "do": "Ring fastlegen"}
    alone = await place.write(GP, editing.edited(plan, "zone-yellow", Kind.ZONE, theirs, by(GP)))
    assert alone.silent or mode == FEDERATED
    ours = {**zone, "do": "Ring hjemmetjenesten"}
    plan = (await place.see(HOME)).plan
    assert any(line.id == "medicine-1" for line in plan.shown) or mode == FEDERATED
    await place.write(HOME, editing.edited(plan, "zone-yellow", Kind.ZONE, ours, by(HOME)))
    await place.write(HOME, editing.edited(plan, "goal-1", Kind.GOAL, {"text": "Gå til butikken"}, by(HOME)))
    if mode == FEDERATED:
        assert [s.name for s in (await place.see(HOME)).silent] == [NAMES[GP]], "who did not answer is named"
    place.cut.clear()
    assert len(await versions(place)) == 1
    plan = (await place.see(HOSPITAL)).plan
    (torn,) = plan.conflicts
    assert {c.content["do"] for c in torn.choices if c.content} == {theirs["do"], ours["do"]}
    assert not (await place.see(GP)).unsent
    chosen = editing.chosen(plan, torn.id, 0, by(HOSPITAL))
    await place.write(HOSPITAL, chosen)
    assert len(await versions(place)) == 1 and not (await place.see(HOME)).plan.conflicts


async def test_a_switch_loses_nothing(town: tuple[Town, str]) -> None:
    place, mode = town
    await begun(place, mode)
    await versions(place)
    for party in (HOSPITAL, GP):
        plan = (await place.see(party)).plan
        await place.write(party, editing.edited(plan, f"goal-{party}", Kind.GOAL, {"text": "Mål"}, by(party)))
    plan = (await place.see(HOME)).plan
    other = CENTRAL if mode == FEDERATED else FEDERATED
    await place.write(HOME, editing.switched(plan, other, by(HOME)))
    await place.write(
        GP, editing.edited((await place.see(GP)).plan, "goal-x", Kind.GOAL, {"text": "Nytt"}, by(GP))
    )
    assert len(await versions(place)) == 1
    plan = (await place.see(HOSPITAL)).plan
    assert plan.mode == other and len(plan.shown) == 3
    for party in (HOSPITAL, GP):
        held = await place.session(party).search(_basics(place.patient))
        stored = [v for v in held.matches if b"goal-" in (v.body or b"")]
        wrote = {HOSPITAL: 1, GP: 2}[party]
        assert len(stored) == wrote, "a node that is no master keeps its own lines, and nobody else's"


def _basics(patient: str) -> Any:
    from akson.fhir.search.query import Query, ReferenceValue, Term

    return Query(
        "Basic", (Term("patient", "reference", None, (ReferenceValue("Patient", patient),)),), count=100
    )


async def test_who_is_withdrawn_gets_nothing_and_keeps_her_own(town: tuple[Town, str]) -> None:
    place, mode = town
    await begun(place, mode)
    await versions(place)
    opened = await place.see(GP)
    await place.write(GP, editing.edited(opened.plan, "goal-gp", Kind.GOAL, {"text": "Mål"}, by(GP)))
    opened = await place.see(HOME)
    out = editing.withdrawn(opened.plan, opened.operations, GP, by(HOME))
    await place.write(HOME, out)
    with pytest.raises(NotIn):
        await Lines(place, GP).exchange(HOME, GP, Asked())
    with pytest.raises(NotIn):
        await Lines(place, GP).exchange(HOSPITAL, GP, Asked())
    late = editing.edited(opened.plan, "goal-gp", Kind.GOAL, {"text": "For sent"}, by(GP))
    with pytest.raises(NotIn):
        await Lines(place, GP).exchange(HOME, GP, Asked(operations=(late,)))
    place.cut.clear()
    assert [line.id for line in (await place.see(GP)).plan.shown] == ["goal-gp"], "her own stands at her node"
    plan = (await place.see(HOME)).plan
    assert [line.choices[0].content for line in plan.shown] == [{"text": "Mål"}], (
        "what was hers stays, what is late does not"
    )


async def test_an_open_page_costs_no_line_in_any_log(town: tuple[Town, str]) -> None:
    place, mode = town
    await begun(place, mode)
    await versions(place)
    before = [
        len(await h.as_(place.citizen, PurposeOfUse.PATIENT_REQUEST).access_log(place.patient, count=500))
        for h in place.houses.values()
    ]
    asked = place.exchanges
    for _ in range(5):
        await place.see(HOSPITAL)
    after = [
        len(await h.as_(place.citizen, PurposeOfUse.PATIENT_REQUEST).access_log(place.patient, count=500))
        for h in place.houses.values()
    ]
    # Reading the log is a line of its own.
    assert [a - b for a, b in zip(after, before, strict=True)] == [1, 1, 1]
    assert place.exchanges > asked
