"""No door lets somebody give what she may not: each way of writing, with a task, a power of attorney and a closing."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.api.conftest import Fhir
from tests.api.test_bundles import bundle, entry
from tests.record.conftest import astrid, decision_for, pulse
from tests.record.test_giving import attorney, closing, task

JSON_PATCH = "application/json-patch+json"
WRITTEN: dict[str, dict[str, Any]] = {
    "a task": task("Practitioner/omar"),
    "a power of attorney": attorney(),
    "a closing": closing(),
}
INERT = {
    "Task": task("Practitioner/ida") | {"id": "x"},
    "Consent": {**closing(), "id": "x", "status": "draft"},
}
"""What stands before an update gives nobody anything."""
Door = Callable[[Fhir, dict[str, Any]], Awaitable[Any]]


async def create(fhir: Fhir, body: dict[str, Any]) -> Any:
    return await fhir.ask("POST", body["resourceType"], body, who="ida")


async def create_unless_there(fhir: Fhir, body: dict[str, Any]) -> Any:
    return await fhir.ask("POST", body["resourceType"], body, who="ida", If_None_Exist="_id=none")


async def update(fhir: Fhir, body: dict[str, Any]) -> Any:
    return await fhir.ask("PUT", f"{body['resourceType']}/x", body | {"id": "x"}, who="ida")


async def update_by_condition(fhir: Fhir, body: dict[str, Any]) -> Any:
    return await fhir.ask("PUT", f"{body['resourceType']}?_id=x", body, who="ida")


async def patch(fhir: Fhir, body: dict[str, Any]) -> Any:
    operations = [{"op": "add", "path": f"/{name}", "value": value} for name, value in body.items()]
    content = json.dumps(operations).encode()
    return await fhir.ask("PATCH", f"{body['resourceType']}/x", content, who="ida", Content_Type=JSON_PATCH)


async def transaction(fhir: Fhir, body: dict[str, Any]) -> Any:
    note = {k: v for k, v in pulse("", "astrid").items() if k != "id"}
    whole = bundle(
        "transaction",
        entry("POST", "Observation", note),
        entry("POST", body["resourceType"], body),
    )
    return await fhir.ask("POST", "", whole, who="ida")


async def batch(fhir: Fhir, body: dict[str, Any]) -> Any:
    return await fhir.ask("POST", "", bundle("batch", entry("POST", body["resourceType"], body)), who="ida")


DOORS: tuple[Door, ...] = (
    create,
    create_unless_there,
    update,
    update_by_condition,
    patch,
    transaction,
    batch,
)


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
async def test_no_door_gives(fhir: Fhir, door: Door, written: str) -> None:
    body = WRITTEN[written]
    standing = INERT[body["resourceType"]]
    await fhir.house.put(astrid(birthDate="1942-05-12"), decision_for("astrid"), standing)
    answer = await door(fhir, body)
    if door is batch:
        assert answer.status_code == 200
        assert answer.json()["entry"][0]["response"]["status"].startswith("403"), answer.text
    else:
        assert answer.status_code == 403, answer.text
    assert "AKS-RECORD-057" in answer.text
    assert len(await fhir.ids(body["resourceType"])) == 1 and await fhir.ids("Observation") == []
    assert await fhir.ids("Observation", who="omar") == []


@pytest.mark.parametrize("path", ["Consent/x", "Consent?_id=x"])
async def test_no_door_takes_away(fhir: Fhir, path: str) -> None:
    await fhir.house.put(astrid(), decision_for("astrid"), {**closing(), "id": "x"})
    answer = await fhir.ask("DELETE", path, who="ida")
    assert answer.status_code == 403 and "AKS-RECORD-057" in answer.text


CHILD = astrid(birthDate="2020-05-12", address=[{"line": ["Fjordveien 12"], "postalCode": "0123"}])
IDENTITY: dict[str, dict[str, Any]] = {
    "a child's date of birth": {"birthDate": "2009-05-12"},
    "a child's home": {"address": [{"line": ["Havnegata 1"], "postalCode": "0123"}]},
    "one person": {"link": [{"other": {"reference": "Patient/bjarne"}, "type": "replaces"}]},
}


async def patch_person(fhir: Fhir, body: dict[str, Any]) -> Any:
    operations = [{"op": "add", "path": f"/{name}", "value": value} for name, value in body.items()]
    content = json.dumps(operations).encode()
    return await fhir.ask("PATCH", "Patient/astrid", content, who="ida", Content_Type=JSON_PATCH)


async def update_person(fhir: Fhir, body: dict[str, Any]) -> Any:
    return await fhir.ask("PUT", "Patient/astrid", body, who="ida")


async def update_person_by_condition(fhir: Fhir, body: dict[str, Any]) -> Any:
    return await fhir.ask("PUT", "Patient?_id=astrid", body, who="ida")


async def transaction_of_person(fhir: Fhir, body: dict[str, Any]) -> Any:
    return await fhir.ask("POST", "", bundle("transaction", entry("PUT", "Patient/astrid", body)), who="ida")


async def batch_of_person(fhir: Fhir, body: dict[str, Any]) -> Any:
    return await fhir.ask("POST", "", bundle("batch", entry("PUT", "Patient/astrid", body)), who="ida")


@pytest.mark.parametrize("written", IDENTITY)
@pytest.mark.parametrize(
    "door",
    (patch_person, update_person, update_person_by_condition, transaction_of_person, batch_of_person),
    ids=lambda door: door.__name__,
)
async def test_no_door_says_who_somebody_is(fhir: Fhir, door: Door, written: str) -> None:
    await fhir.house.put(astrid() | {"id": "bjarne"}, CHILD, decision_for("astrid"))
    answer = await door(fhir, CHILD | IDENTITY[written])
    if door is batch_of_person:
        assert answer.json()["entry"][0]["response"]["status"].startswith("403"), answer.text
    else:
        assert answer.status_code == 403, answer.text
    assert "AKS-RECORD-057" in answer.text
    stands = (await fhir.ask("GET", "Patient/astrid", who="ida")).json()
    assert {name: stands.get(name) for name in IDENTITY[written]} == {
        name: CHILD.get(name) for name in IDENTITY[written]
    }
