"""Fifty at a time want four beds, through the real record: four get one, the others a plain answer, nothing twice."""

import asyncio
import random
from datetime import datetime, timedelta

import pytest
from tests.record.conftest import House, house

from akson.access.actor import PurposeOfUse
from akson.app.pathways.commits import changes_of
from akson.app.pathways.promises import beds_of, promise, promise_for
from akson.care.casework import beds
from akson.care.casework.rows import NORWAY
from akson.care.worklist import conservation
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse

__all__ = ["house"]
UNIT = {"reference": "Organization/storvik-sykehjem", "display": "Storvik sykehjem"}
WARD = beds.ward("korttid", "Korttidsavdelingen", UNIT)
BEDS = [beds.bed(f"korttid-{n}", f"Korttid {n}", WARD) for n in range(1, 5)]
USERS = 50
START = datetime(2026, 11, 24, 12, tzinfo=NORWAY)


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
        try:
            held = await promise(house.as_("system"), "Location/korttid", wanted)
        except Problem as refused:
            return refused.id
        return held["id"]

    said = await asyncio.wait_for(asyncio.gather(*(one(n) for n in range(USERS))), 60)
    found = [
        [
            json.parse(v.body)
            for v in (await house.as_("system").search(parse(type, [("_count", "100")]))).matches
        ]
        for type in ("Location", "Appointment")
    ]
    return said, *found


async def test_fifty_want_four_beds_and_four_get_one(house: House) -> None:
    said, places, holds = await placed(house, seed=0, same=True)
    assert sorted(s for s in said if s.startswith("AKS")) == ["AKS-CASE-010"] * 46
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
        assert answer != "AKS-CASE-010" or not beds.free(standing, begins, ends)


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

    assert (await promise_for(kari, "Location/korttid", wanted("p1")))["status"] == "booked"
    with pytest.raises(Problem) as hidden:
        await promise_for(kari, "Location/korttid", wanted("p2"))
    assert hidden.value.kind is ProblemKind.NOT_FOUND
    with pytest.raises(Problem) as forbidden:
        await kari.commit(
            changes_of([{**(await beds_of(house.as_("system"), "Location/korttid"))[0], "name": "x"}])
        )
    assert forbidden.value.kind is ProblemKind.NOT_FOUND
