"""Tidslinje: every kind once, over pages, for a record of two thousand events; and the front page as it was known."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest_asyncio

from tests.web.conftest import Rooms
from tests.web.stage import helped
from tests.web.test_letters import shown

LONG = "lang-historie"
PATH = f"/pasient/{LONG}/tidslinje"
EVENTS = 2000
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
KINDS = (
    "opphold",
    "besok",
    "maalinger",
    "prover",
    "notater",
    "meldinger",
    "legemidler",
    "plan",
    "vedtak",
    "oppgaver",
)


def observation(number: int, at: datetime) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"{LONG}-{number}",
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}], "text": f"Puls nr. {number}"},
        "subject": {"reference": f"Patient/{LONG}"},
        "effectiveDateTime": at.isoformat(),
        "valueQuantity": {"value": 60 + number % 40, "unit": "/min", "code": "/min", "system": "http://unitsofmeasure.org"},
    }  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def long_record(rooms: Rooms) -> Rooms:
    """Two thousand measurements, some at the same moment, and a note for each hundred."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    patient = {"resourceType": "Patient", "id": LONG, "name": [{"family": "Historie", "given": ["Lang"]}]}
    await rooms.put(patient, helped(LONG))
    moments = [now - timedelta(hours=n - (n % 7 == 0)) for n in range(EVENTS)]
    rows = [observation(n, at) for n, at in enumerate(moments)]
    rows += [
        {"resourceType": "ClinicalImpression", "id": f"{LONG}-notat-{n}", "status": "completed",
         "subject": {"reference": f"Patient/{LONG}"}, "date": moments[n].isoformat(), "summary": f"Notat nr. {n}."}
        for n in range(0, EVENTS, 100)
    ]  # fmt: skip
    for start in range(0, len(rows), 500):
        await rooms.put(*rows[start : start + 500])
    return rooms


async def test_every_event_stands_on_one_page_and_one_page_alone(long_record: Rooms) -> None:
    ida, address, found = long_record.visitor("ida"), PATH, []
    for _ in range(EVENTS // 40 + 5):
        page = (await ida.get(address)).text
        found += re.findall(r"(?:Puls|Notat) nr\. \d+", page)
        older = re.search(r'href="(\?[^"]*eldre=[^"]*)">Vis eldre', page)
        if not older:
            break
        address = PATH + older[1].replace("&amp;", "&")
    pulses = [f for f in found if f.startswith("Puls")]
    assert len(pulses) == len(set(pulses)) == EVENTS
    assert len([f for f in found if f.startswith("Notat")]) == EVENTS // 100


async def test_one_kind_alone(long_record: Rooms) -> None:
    ida = long_record.visitor("ida")
    page = (await ida.get(f"{PATH}?vis=notater")).text
    assert "Notat nr. 0" in page and "Puls nr." not in page
    # Others write on Astrid, too: what there is of each kind stands on its first page, not on that of everything.
    told = {k: shown((await ida.get(f"/pasient/astrid/tidslinje?vis={k}")).text) for k in KINDS}
    for kind, words in (
        ("maalinger", "NEWS2 5"),
        ("meldinger", "Melding"),
        ("notater", "Notat"),
        ("besok", "Besøk"),
    ):
        assert words in told[kind], words
    assert "Besøk" in shown((await ida.get("/pasient/astrid/tidslinje")).text)
    assert (await ida.get(f"{PATH}?vis=<script>&eldre=x")).status_code == 200


async def test_the_front_page_as_it_was_known(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    await rooms.put({"resourceType": "Condition", "id": "tom-problem", "subject": {"reference": "Patient/tom"},
                     "code": {"text": "Nyoppdaget sår"}})  # fmt: skip
    before = datetime.now(UTC) - timedelta(days=2)
    page = (await ida.get("/pasient/tom")).text
    assert "Nyoppdaget sår" in page
    then = (await ida.get(f"/pasient/tom?kjent={quote(before.isoformat())}")).text
    assert "Slik journalen var kjent" in then and "Nyoppdaget sår" not in then
    now = (await ida.get(f"/pasient/tom?kjent={quote(datetime.now(UTC).isoformat())}")).text
    assert "Nyoppdaget sår" in now
    for wrong in ("2999-01-01T00:00", "i%20g%C3%A5r"):
        assert (await ida.get(f"/pasient/tom?kjent={wrong}")).status_code == 422


async def test_it_is_read_under_the_readers_own_rights(rooms: Rooms) -> None:
    assert (await rooms.visitor("omar").get("/pasient/astrid/tidslinje")).status_code == 404
    page = await rooms.visitor("kari").get("/pasient/astrid/tidslinje")
    if page.status_code == 200:
        assert "NEWS2" not in page.text and "Vises ikke for rollen din" in page.text
