"""Fifty at a time want four beds, through the real record: four get one, the others a plain answer, nothing twice."""

import asyncio
import random
from datetime import datetime, timedelta

import pytest
from tests.record.conftest import House, house

from akson.access.actor import PurposeOfUse
from akson.app.pathways.commits import changes_of
from akson.app.pathways.held import HouseBeds
from akson.app.pathways.promises import give_back, promise
from akson.app.pathways.reading import found
from akson.care.casework import beds
from akson.care.casework.rows import NORWAY
from akson.care.worklist import conservation
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse

__all__ = ["house"]
UNIT = {"reference": "Organization/storvik-sykehjem", "display": "Storvik sykehjem"}
WARD = beds.ward("korttid", "Korttidsavdelingen", UNIT)
BEDS = [beds.bed(f"korttid-{n}", f"Korttid {n}", WARD) for n in range(1, 5)]
USERS = 50
START = datetime(2026, 11, 24, 12, tzinfo=NORWAY)


async def every(house: House, type: str) -> list[dict]:
    return await found(house.as_("system"), parse(type, [("_count", "100")]))


async def placed(house: House, *, seed: int, same: bool) -> tuple[list[str], list[dict], list[dict]]:
    """What each user heard; the beds and the holds as they stand."""
    drawn = random.Random(seed)
    patients = [{"resourceType": "Patient", "id": f"p{n}"} for n in range(USERS)]
    await house.put(WARD, *BEDS, *patients)

    async def one(number: int) -> str:
        begins = START if same else START + timedelta(days=drawn.randrange(0, 20))
        days = 14 if same else drawn.randrange(1, 10)
        wanted = beds.Hold(
            f"hold-{number}", {"reference": f"Patient/p{number}"}, begins, begins + timedelta(days=days), None
        )
        session = house.as_("system")
        while free := beds.free(await every(house, "Location"), wanted.start, wanted.end):
            try:
                return (await promise(session, free[number % len(free)]["id"], wanted))["id"]
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

    keeper = HouseBeds(house.record)
    assert (await keeper.hold(kari, "korttid-1", wanted("p1")))["status"] == "booked"
    with pytest.raises(Problem) as hidden:
        await keeper.hold(kari, "korttid-1", wanted("p2"))
    assert hidden.value.kind is ProblemKind.NOT_FOUND
    with pytest.raises(Problem) as forbidden:
        await kari.commit(changes_of([{**(await every(house, "Location"))[0], "name": "x"}]))
    assert forbidden.value.kind is ProblemKind.NOT_FOUND


async def test_given_back_it_can_be_held_again_under_the_same_id(house: House) -> None:
    await house.put(WARD, *BEDS, {"resourceType": "Patient", "id": "p1"})
    session = house.as_("system")
    wanted = beds.Hold("hold-1", {"reference": "Patient/p1"}, START, START + timedelta(7), None)
    await promise(session, "korttid-1", wanted)
    await give_back(session, "hold-1", "not-wanted")
    await promise(session, "korttid-1", wanted)
    await promise(session, "korttid-1", wanted)
    counted = conservation.beds(await every(house, "Location"), await every(house, "Appointment"))
    assert counted.balances and counted.held == 1
