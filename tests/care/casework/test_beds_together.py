"""Fifty at a time want four beds, through the real record: four get one, the others a plain answer, nothing twice."""

import asyncio
import random
from datetime import datetime, timedelta

import pytest
from tests.record.conftest import House, house

from akson.access.actor import PurposeOfUse
from akson.app.pathways.commits import changes_of
from akson.app.pathways.reading import found
from akson.care.casework import beds
from akson.care.casework.rows import NORWAY
from akson.care.worklist import conservation
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.record.values import Change
from akson.web.shell.beds import promised

__all__ = ["house"]
UNIT = {"reference": "Organization/storvik-sykehjem", "display": "Storvik sykehjem"}
WARD = beds.ward("korttid", "Korttidsavdelingen", UNIT)
BEDS = [beds.bed(f"korttid-{n}", f"Korttid {n}", WARD) for n in range(1, 5)]
USERS = 50
START = datetime(2026, 11, 24, 12, tzinfo=NORWAY)


async def every(house: House, type: str) -> list[dict]:
    return await found(house.as_("system"), parse(type, [("_count", "100")]))


def _case(number: int) -> dict:
    """What makes Kari's office see her."""
    owner = {"reference": "Organization/storvik-saksbehandling"}
    whose = {"reference": f"Patient/p{number}"}
    return {"resourceType": "Task", "id": f"case-{number}", "status": "requested", "intent": "order", "owner": owner,
            "for": whose}  # fmt: skip


async def placed(house: House, *, seed: int, same: bool) -> tuple[list[str], list[dict], list[dict]]:
    """What each user heard; the beds and the holds as they stand."""
    drawn = random.Random(seed)
    patients = [{"resourceType": "Patient", "id": f"p{n}"} for n in range(USERS)]
    await house.put(WARD, *BEDS, *patients, *(_case(n) for n in range(USERS)))

    async def one(number: int) -> str:
        begins = START if same else START + timedelta(days=drawn.randrange(0, 20))
        days = 14 if same else drawn.randrange(1, 10)
        wanted = beds.Hold(
            f"hold-{number}", {"reference": f"Patient/p{number}"}, begins, begins + timedelta(days=days), None
        )
        # The case worker's own pen, and her own word in the same commit as the bed.
        session = house.as_("kari", PurposeOfUse.CARE_COORDINATION)
        word = {**_case(number), "id": f"word-{number}"}
        said = Change("POST", "Task", resource=word, given_id=f"word-{number}")
        while free := beds.free(await every(house, "Location"), wanted.start, wanted.end):
            try:
                await promised(
                    session,
                    free[number % len(free)]["id"],
                    wanted,
                    lambda changes: session.commit([said, *changes]),
                )
                return wanted.id
            except Problem as refused:
                assert refused.id == "AKS-CASE-010"  # taken since she looked: she chooses another
        return "none free"

    said = await asyncio.wait_for(asyncio.gather(*(one(n) for n in range(USERS))), 60)
    return said, await every(house, "Location"), await every(house, "Appointment")


async def test_fifty_want_four_beds_and_four_get_one(house: House) -> None:
    said, places, holds = await placed(house, seed=0, same=True)
    assert said.count("none free") == 46
    counted = conservation.beds(places, holds)
    assert counted.balances and counted.held == 4 == len(holds)
    assert len({beds.bed_of(h) for h in holds}) == 4
    words = {t["id"] for t in await every(house, "Task") if t["id"].startswith("word-")}
    # Four promises were said, by those who hold the beds, and by nobody else.
    assert words == {h["id"].replace("hold", "word") for h in holds} and len(words) == 4


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_random_periods_are_never_promised_twice(house: House, seed: int) -> None:
    said, places, holds = await placed(house, seed=seed, same=False)
    counted = conservation.beds(places, holds)
    assert counted.balances and counted.held == len(holds) == sum(s.startswith("hold") for s in said)
    # Nobody was refused who could have had a bed: with what stands now, none of them fits.
    drawn, standing = random.Random(seed), [p for p in places if beds.is_bed(p)]
    for answer in said:
        begins = START + timedelta(days=drawn.randrange(0, 20))
        ends = begins + timedelta(days=drawn.randrange(1, 10))
        assert answer != "none free" or not beds.free(standing, begins, ends)


async def test_who_does_not_see_the_patient_promises_her_nothing(house: House) -> None:
    owned = {"reference": "Organization/storvik-saksbehandling"}
    task = {"resourceType": "Task", "id": "t1", "status": "requested", "intent": "order", "owner": owned}
    patients = [{"resourceType": "Patient", "id": id} for id in ("p1", "p2")]
    await house.put(WARD, *BEDS, *patients, {**task, "for": {"reference": "Patient/p1"}})
    kari = house.as_("kari", PurposeOfUse.CARE_COORDINATION)

    def wanted(patient: str) -> beds.Hold:
        return beds.Hold(
            f"hold-{patient}", {"reference": f"Patient/{patient}"}, START, START + timedelta(7), None
        )

    assert len(await promised(kari, "korttid-1", wanted("p1"), kari.commit)) == 2
    with pytest.raises(Problem) as hidden:
        await promised(kari, "korttid-2", wanted("p2"), kari.commit)
    assert hidden.value.id == "AKS-RECORD-023"
    assert [h["id"] for h in await every(house, "Appointment")] == ["hold-p1"], (
        "bed and hold stand together or not at all"
    )
    # Of the bed itself she writes its holds, and nothing else; nor does anybody who promises none.
    bed = next(b for b in await every(house, "Location") if b["id"] == "korttid-2")
    version = int(bed["meta"]["versionId"])
    for changed in (
        {**bed, "name": "x"},
        {**bed, "status": "inactive"},
        {k: bed[k] for k in bed if k != "partOf"},
    ):
        with pytest.raises(Problem) as forbidden:
            await kari.commit([Change("PUT", "Location", id="korttid-2", resource=changed, if_match=version)])
        assert forbidden.value.kind is ProblemKind.NOT_FOUND
    ida = house.as_("ida", PurposeOfUse.CARE_COORDINATION)
    held, _ = beds.hold(bed, wanted("p1"))
    with pytest.raises(Problem) as nurse:
        await ida.commit([Change("PUT", "Location", id="korttid-2", resource=held, if_match=version)])
    assert nurse.value.kind is ProblemKind.NOT_FOUND


async def test_given_back_it_can_be_held_again_under_the_same_id(house: House) -> None:
    await house.put(WARD, *BEDS, {"resourceType": "Patient", "id": "p1"})
    session = house.as_("system")
    wanted = beds.Hold("hold-1", {"reference": "Patient/p1"}, START, START + timedelta(7), None)
    await promised(session, "korttid-1", wanted, session.commit)
    bed = next(b for b in await every(house, "Location") if b["id"] == "korttid-1")
    await session.commit(changes_of(beds.release(bed, (await every(house, "Appointment"))[0], "not-wanted")))
    await promised(session, "korttid-1", wanted, session.commit)
    await promised(session, "korttid-1", wanted, session.commit)
    counted = conservation.beds(await every(house, "Location"), await every(house, "Appointment"))
    assert counted.balances and counted.held == 1
