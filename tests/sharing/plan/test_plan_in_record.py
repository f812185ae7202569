"""A shared plan over a real record: who may read and write it, what stands as FHIR, and who is out at once."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from akson.access.actor import Actor, ActorKind, Attested, PurposeOfUse
from akson.app.cast import CAST
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, ReferenceValue, Term
from akson.sharing.plan import editing, keeping
from akson.sharing.plan.editing import By
from akson.sharing.plan.joining import SharedPlan, joined
from akson.sharing.plan.operation import CENTRAL, CITIZEN, CONTENT, Author, Kind, Operation
from tests.record.conftest import House, astrid, decision_for, house

__all__ = ["house"]

HOME, GP = "999977774", "200200676"
NAMES = {HOME: "Storvik kommune", GP: "Torget legesenter", CITIZEN: "Astrid Bakken"}
UNIT = {"reference": "Organization/hjemmetjenesten-ost", "display": "Hjemmetjenesten Øst"}
VISIT = {"text": "Måle vekt", "times": ["08:00"], "days": [], "minutes": 15}
PATIENT_REQUEST = PurposeOfUse.PATIENT_REQUEST


def by(party: str, at: datetime | None = None) -> By:
    author = Author(f"x-{party}", f"Noen ved {NAMES[party]}", "nurse", party, NAMES[party])
    return By(author, HOME if party == CITIZEN else party, at or datetime.now(UTC), str(uuid.uuid4()))


def doctor() -> Actor:
    """Of the GP's office, vouched for by it."""
    word = Attested(("astrid",), PurposeOfUse.TREATMENT, "dec-1", "00" * 32, GP, GP)
    return Actor(
        ActorKind.PRACTITIONER, "lund@torget", "Grete Lund", 1, role="gp", unit_name=NAMES[GP], attested=word,
        reference="", hpr="9900003",
    )  # fmt: skip


async def begun(house: House, **more: Any) -> SharedPlan:
    await house.put(astrid(), decision_for("astrid"))
    ida = house.as_("ida")
    first = editing.founded("plan", CENTRAL, by(HOME))
    held = await keeping.take_in(ida, "astrid", [first], UNIT)
    invite = editing.invited(joined(held), GP, NAMES[GP], CONTENT, more.get("until"), "", by(HOME))
    return joined(await keeping.take_in(house.as_("ida"), "astrid", [invite], UNIT))


async def told(
    house: House, who: str | Actor, operation: Operation, purpose: PurposeOfUse | None = None
) -> SharedPlan:
    session = house.as_(who, purpose or PurposeOfUse.TREATMENT)
    return joined(await keeping.take_in(session, "astrid", [operation], UNIT))


async def found(house: House, type: str, who: str | Actor = "system") -> list[dict[str, Any]]:
    query = Query(
        type, (Term("patient", "reference", None, (ReferenceValue("Patient", "astrid"),)),), count=100
    )
    return [json.loads(v.body or b"") for v in (await house.as_(who).search(query)).matches]


async def test_three_write_and_all_of_it_stands_as_fhir_with_its_authors(house: House) -> None:
    plan = await begun(house)
    zone = {
        "colour": "red",
        "signs": "Tung pust i hvile",
        "limits": [{"measure": "saturation", "high": "88"}],
        "do": "Ring 113",
    }
    plan = await told(house, doctor(), editing.edited(plan, "", Kind.ZONE, zone, by(GP)))
    plan = await told(house, "ida", editing.edited(plan, "measure-1", Kind.MEASURE, VISIT, by(HOME)))
    day = {"day": "2026-11-24", "colour": "yellow", "text": "Hoven i beina"}
    plan = await told(
        house, "astrid", editing.edited(plan, "", Kind.STATUS, day, by(CITIZEN)), PATIENT_REQUEST
    )
    assert {line.kind for line in plan.shown} == {Kind.ZONE, Kind.MEASURE, Kind.STATUS}
    plans = {p["category"][0]["coding"][0]["code"]: p for p in await found(house, "CarePlan")}
    assert plans["zone"]["contained"][0]["severity"]["coding"][0]["code"] == "red"
    assert "SpO₂ 88 eller mindre" in plans["zone"]["contained"][0]["code"]["text"]
    assert [a["reference"]["reference"].split("/")[0] for a in plans["shared"]["activity"]] == [
        "ServiceRequest"
    ]
    (request,) = await found(house, "ServiceRequest")
    assert request["intent"] == "plan" and request["occurrenceTiming"]["repeat"]["timeOfDay"] == ["08:00:00"]
    (observed,) = await found(house, "Observation")
    assert observed["valueCodeableConcept"]["text"] == "Gul sone"
    trail = await found(house, "Provenance")
    wrote = {p["target"][0]["reference"].split("/")[0]: p["agent"][0]["onBehalfOf"]["display"] for p in trail}
    assert wrote["ServiceRequest"] == NAMES[HOME] and wrote["Observation"] == NAMES[CITIZEN]
    log = await house.as_("astrid", PATIENT_REQUEST).access_log("astrid")
    assert "Grete Lund (Torget legesenter) skrev i den delte planen din." in {line.words for line in log}


async def test_the_same_again_changes_nothing_and_an_id_is_used_once(house: House) -> None:
    plan = await begun(house)
    goal = editing.edited(plan, "goal-1", Kind.GOAL, {"text": "Gå tur"}, by(HOME))
    await told(house, "ida", goal)
    before = await keeping.version(house.as_("ida"), "astrid")
    again = await told(house, "ida", goal)
    assert await keeping.version(house.as_("ida"), "astrid") == before and len(again.shown) == 1
    with pytest.raises(Problem) as other:
        await told(house, "ida", replace(goal, content={"text": "Noe annet"}))
    assert other.value.id == "AKS-PLAN-008"


async def test_a_conflict_is_an_item_until_somebody_chooses(house: House) -> None:
    plan = await begun(house)
    ours = editing.edited(plan, "goal-1", Kind.GOAL, {"text": "Gå tur"}, by(HOME))
    theirs = editing.edited(plan, "goal-1", Kind.GOAL, {"text": "Sykle"}, by(GP))
    await told(house, "ida", ours)
    plan = await told(house, doctor(), theirs)
    assert [line.id for line in plan.conflicts] == ["goal-1"]
    (item,) = [t for t in await found(house, "Task") if t["status"] == "requested"]
    assert item["owner"] == UNIT and "Storvik kommune og Torget legesenter" in item["description"]
    plan = await told(house, "ida", editing.chosen(plan, "goal-1", 1, by(HOME)))
    assert not plan.conflicts
    assert [t["status"] for t in await found(house, "Task")] == ["completed"]


async def test_a_withdrawn_partner_is_out_at_the_next_request(house: House) -> None:
    plan = await begun(house)
    zone = {"colour": "green", "signs": "Som vanlig", "do": "Fortsett"}
    await told(house, doctor(), editing.edited(plan, "", Kind.ZONE, zone, by(GP)))
    assert await found(house, "Basic", doctor()) and await found(house, "CarePlan", doctor())
    held = await keeping.operations(house.as_("ida"), "astrid")
    out = editing.withdrawn(joined(held), held, GP, by(CITIZEN))
    plan = await told(house, "astrid", out, PATIENT_REQUEST)
    assert not await found(house, "Basic", doctor()), "the plain FHIR door is closed too"
    assert not await found(house, "CarePlan", doctor())
    with pytest.raises(Problem) as refused:
        await keeping.version(house.as_(doctor()), "astrid")
    assert refused.value.kind is ProblemKind.NOT_FOUND
    assert [line.id for line in plan.shown] == ["zone-green"], "what was hers stays"
    back = editing.invited(plan, GP, NAMES[GP], CONTENT, None, "", by(HOME))
    await told(house, "ida", back)
    assert await found(house, "Basic", doctor())


async def test_how_a_goal_went_is_kept_when_the_plan_goes_on(house: House) -> None:
    plan = await begun(house)
    plan = await told(house, "ida", editing.edited(plan, "goal-1", Kind.GOAL, {"text": "Gå tur"}, by(HOME)))
    (goal,) = await found(house, "Goal")
    await house.put(
        {**goal, "achievementStatus": {"text": "Bedre"}, "note": [{"text": "Bedre. Går lenger."}]}
    )
    await told(house, "ida", editing.edited(plan, "goal-1", Kind.GOAL, {"text": "Gå tur hver dag"}, by(HOME)))
    (goal,) = await found(house, "Goal")
    assert (
        goal["description"]["text"] == "Gå tur hver dag" and goal["note"][0]["text"] == "Bedre. Går lenger."
    )


async def test_an_invitation_ends_by_itself(house: House) -> None:
    clock = house.stand_still(datetime.now(UTC))
    await begun(house, until=clock.now() + timedelta(hours=1))
    assert await keeping.version(house.as_(doctor()), "astrid") > 0
    clock.advance(timedelta(hours=2))
    with pytest.raises(Problem):
        await keeping.version(house.as_(doctor()), "astrid")


async def test_who_has_no_relation_sees_and_writes_nothing(house: House) -> None:
    plan = await begun(house)
    goal = editing.edited(plan, "goal-1", Kind.GOAL, {"text": "Gå tur"}, by(HOME))
    assert await keeping.operations(house.as_("omar"), "astrid") == []
    for who in ("omar", replace(CAST["astrid"], reference="Patient/bo", id="bo")):
        with pytest.raises(Problem):
            await told(house, who, goal, PATIENT_REQUEST if who != "omar" else None)
    assert len(await keeping.operations(house.as_("ida"), "astrid")) == 2
