"""The same script over HTTP: three whole nodes, tokens of the lab's HelseID with an attestation for one patient."""

import uuid
from dataclasses import replace

import pytest

from akson.access.actor import Actor, PurposeOfUse
from akson.app.cast import CAST
from akson.app.playing.neighbourhood import Neighbourhood
from akson.app.shared_plans import shared_plans
from akson.record.session import RecordSession
from akson.sharing.plan import editing, plans
from akson.sharing.plan.editing import By
from akson.sharing.plan.operation import CONTENT, MODES, Author, Kind
from akson.sharing.plan.plans import SharedPlans
from akson_lab.nhn.people_tokens import Person
from tests.sharing import people
from tests.sharing.conftest import town

__all__ = ["town"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

NUMBERS = {"federated": "05824100153", "central": "01813400190"}
LIN = Person("03827190072", "Lin Vik", "9900077")
ZONE = {"colour": "yellow", "signs": "Mer tungpusten", "do": "Ta ekstra dose"}


class Side:
    """One who works at one of the nodes, and what her worker of it remembers."""

    def __init__(self, town: Neighbourhood, node: str, who: Actor, patient: str) -> None:
        self.node, self.who, self.patient = town[node], who, patient
        self.plans: SharedPlans = shared_plans(self.node.node)

    @property
    def session(self) -> RecordSession:
        return self.node.node.record.open(self.who, PurposeOfUse.TREATMENT)

    @property
    def by(self) -> By:
        author = Author(self.who.reference, self.who.name, self.who.role, self.node.org, self.node.name)
        return By(author, self.node.org, self.node.node.clock.now(), str(uuid.uuid4()))

    async def see(self) -> plans.Opened:
        return await self.plans.open(self.session, self.patient)


async def sides(town: Neighbourhood, mode: str) -> tuple[Side, Side, Side]:
    number, lin = (
        NUMBERS[mode],
        replace(CAST["ida"], id="lin", name=LIN.name, reference="Practitioner/lin", hpr=LIN.hpr),
    )
    town.know(LIN)
    for node in ("storvik", "lillefjord", "havneby"):
        id = f"{mode}-{node}"
        await people.put(town[node], people.patient(id, number, "Per"), people.episode(f"v-{id}", id))
        if node != "storvik":
            await people.put(town[node], people.practitioner("lin", LIN))
    return (
        Side(town, "storvik", CAST["ida"], f"{mode}-storvik"),
        Side(town, "lillefjord", lin, f"{mode}-lillefjord"),
        Side(town, "havneby", lin, f"{mode}-havneby"),
    )


@pytest.mark.parametrize("mode", MODES)
async def test_one_plan_at_three_nodes(
    town: Neighbourhood, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "LOOKED_AFTER_S", 0)
    home, hospital, gp = await sides(town, mode)
    await home.plans.enter(home.session, home.patient, editing.founded("plan", mode, home.by))
    for one in (hospital, gp):
        invite = editing.invited(
            (await home.see()).plan, one.node.org, one.node.name, CONTENT, None, "", home.by
        )
        await home.plans.enter(home.session, home.patient, invite)
    plan = (await hospital.see()).plan
    assert plan.mode == mode and hospital.node.org in plan.members
    await hospital.plans.enter(
        hospital.session, hospital.patient, editing.edited(plan, "", Kind.ZONE, ZONE, hospital.by)
    )
    seen = {(await one.see()).plan.version for one in (gp, home, hospital, gp)}
    assert len(seen) == 1, "all see the same, whoever wrote"
    # Both edit what both saw.
    plans_seen = [(await one.see()).plan for one in (home, gp)]
    for one, plan in zip((home, gp), plans_seen, strict=True):
        said = {**ZONE, "do": f"Ring {one.node.name}"}
        await one.plans.enter(one.session, one.patient, editing.edited(plan, "", Kind.ZONE, said, one.by))
    opened = await hospital.see()
    (torn,) = opened.plan.conflicts
    assert {o.author.party for c in torn.choices for o in c.operations} == {home.node.org, gp.node.org}
    await hospital.plans.enter(
        hospital.session, hospital.patient, editing.chosen(opened.plan, torn.id, 1, hospital.by)
    )
    assert not (await gp.see()).plan.conflicts
    # Out: at home's door and at the hospital's, by what home has told it.
    opened = await home.see()
    await home.plans.enter(
        home.session, home.patient, editing.withdrawn(opened.plan, opened.operations, gp.node.org, home.by)
    )
    left = (await gp.see()).plan
    assert {o.author.party for line in left.shown for c in line.choices for o in c.operations} <= {
        gp.node.org
    }
    assert len({(await one.see()).plan.version for one in (home, hospital)}) == 1
