"""What the patient or her kin says becomes a list of its own, in their words, and a source of the reconciliation."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.care.medication.current import current_list
from akson.care.medication.lines import Said, SourceKind
from akson.care.medication.sources import sources
from akson.fhir.search.parsing import parse
from tests.web.conftest import Rooms
from tests.web.stage import helped
from tests.web.test_patient_pages import words

PATH = "/pasient/tora/legemidler/fortalt"
DAUGHTER = {
    "resourceType": "RelatedPerson", "id": "tora-datter", "active": True, "patient": {"reference": "Patient/tora"},
    "relationship": [{"text": "Datter"}], "name": [{"family": "Vik", "given": ["Gro"]}],
}  # fmt: skip
USED = {
    "resourceType": "MedicationStatement", "id": "tora-bruker", "status": "active",
    "subject": {"reference": "Patient/tora"}, "medicationCodeableConcept": {"text": "Ramipril 5 mg"},
}  # fmt: skip


async def tora(rooms: Rooms) -> None:
    """A patient of these tests alone."""
    patient = {"resourceType": "Patient", "id": "tora", "name": [{"family": "Vik", "given": ["Tora"]}]}
    await rooms.put(patient, helped("tora"), DAUGHTER, USED)


async def lists(rooms: Rooms) -> list[dict[str, Any]]:
    session = rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    asked = parse("List", [("patient", "tora"), ("_count", "100")])
    return [json.loads(v.body) for v in (await session.search(asked)).matches if v.body]


def fields(page: str) -> dict[str, str]:
    """The form as it stands: its token, the id of the list to be and the time."""
    return {
        name: re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page)[0] for name in ("token", "ny", "tid")
    }


async def test_words_of_the_daughter_are_a_source_and_change_no_list_in_use(rooms: Rooms) -> None:
    await tora(rooms)
    ida = rooms.visitor("ida")
    page = (await ida.get(PATH)).text
    assert "Gro Vik (datter)" in words(page)
    told = {**fields(page), "hvem": "RelatedPerson/tora-datter", "navn-0": "Den lille hvite for hjertet"}
    # An hour ago: what the neighbour says in the next test is newer, whatever the minute.
    earlier = datetime.fromisoformat(told["tid"]) - timedelta(hours=1)
    told |= {"dose-0": "en om morgenen", "navn-2": "Paracet", "tid": earlier.isoformat(timespec="minutes")}
    before = await lists(rooms)
    assert (await ida.post(PATH, data=told)).status_code == 303
    assert (await ida.post(PATH, data=told)).status_code == 303, "pressed twice"
    after = await lists(rooms)
    assert len(after) == len(before) + 1
    now = datetime.now(UTC)
    talk = next(s for s in sources(after, now) if s.kind is SourceKind.PATIENT)
    assert talk.title == "Samtale med Gro Vik (datter)" and talk.told_by.startswith("Ida")
    assert [(line.product or line.name, line.dose.text) for line in talk.lines] == [
        ("Den lille hvite for hjertet", "en om morgenen"),
        ("Paracet", ""),
    ]
    assert {line.provenance.by_reference for line in talk.lines} == {"RelatedPerson/tora-datter"}
    assert [line.name for line in current_list([*after, USED], now).in_use] == ["Ramipril 5 mg"]
    page = (await ida.get("/pasient/tora/legemidler/samstemming")).text
    assert "Samtale med Gro Vik (datter)" in page and PATH in page


async def test_none_is_said_and_not_asked_is_not_written(rooms: Rooms) -> None:
    await tora(rooms)
    ida = rooms.visitor("ida")
    page = (await ida.get(PATH)).text
    start = {**fields(page), "hvem": "annen", "hvem-navn": "Naboen Per"}
    before = await lists(rooms)
    for wrong, says in (
        ({}, "Er det ikke spurt, lagres ingenting."),
        ({"ingen": "ja", "navn-0": "Paracet"}, "Velg ett av dem."),
        ({"dose-1": "1+1"}, "Skriv navnet på legemiddelet"),
        ({"ingen": "ja", "hvem-navn": " "}, "Skriv navnet på den som fortalte."),
        ({"ingen": "ja", "tid": "2999-01-01T10:00"}, "Det kan ikke være fram i tid."),
    ):
        answer = await ida.post(PATH, data={**start, **wrong})
        assert answer.status_code == 422 and says in answer.text
        assert wrong.get("navn-0", "") in answer.text
    assert len(await lists(rooms)) == len(before)
    assert (await ida.post(PATH, data={**start, "ingen": "ja"})).status_code == 303
    talk = next(s for s in sources(await lists(rooms), datetime.now(UTC)) if s.kind is SourceKind.PATIENT)
    assert (talk.said, talk.title) == (Said.NONE, "Samtale med Naboen Per")


async def test_a_role_without_medicines_writes_none(rooms: Rooms) -> None:
    await tora(rooms)
    answer = await rooms.visitor("omar").get(PATH)
    assert answer.status_code in (403, 404)
