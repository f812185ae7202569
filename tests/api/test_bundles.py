"""Transactions and batches: all or nothing, references, and what each entry is told."""

from typing import Any

from tests.api.conftest import Fhir
from tests.record.conftest import astrid, decision_for, pulse


def entry(method: str, url: str, resource: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    request = {"method": method, "url": url} | more.pop("request", {})
    return {"request": request} | ({"resource": resource} if resource else {}) | more


def bundle(type: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": type, "entry": list(entries)}


async def test_a_transaction_is_whole_and_its_references_are_resolved(fhir: Fhir) -> None:
    weight = pulse("x", "urn") | {"subject": {"reference": "urn:uuid:ada"}}
    del weight["id"]
    sent = bundle(
        "transaction",
        entry("POST", "Observation", weight),
        entry("POST", "Patient", {"resourceType": "Patient"}, fullUrl="urn:uuid:ada"),
        entry("GET", "Observation?code=8867-4"),
    )
    answer = (await fhir.ask("POST", "", sent)).json()
    assert answer["type"] == "transaction-response"
    made, person, found = answer["entry"]
    assert made["response"]["status"] == "201 Created" and made["response"]["etag"] == 'W/"1"'
    assert made["response"]["lastModified"].endswith("Z")
    assert found["resource"]["total"] == 1, "a read of a transaction sees what its writes made"
    patient = person["response"]["location"].split("/fhir/")[1].split("/_history")[0]
    assert found["resource"]["entry"][0]["resource"]["subject"]["reference"] == patient


async def test_one_bad_entry_and_nothing_is_stored(fhir: Fhir) -> None:
    bad = bundle(
        "transaction",
        entry("POST", "Patient", {"resourceType": "Patient"}),
        entry("POST", "Patient", {"resourceType": "Patient", "shoe": 44}),
    )
    answer = await fhir.ask("POST", "", bad)
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["expression"] == ["Bundle.entry[1].resource: Patient.shoe"]
    asks = bundle(
        "transaction",
        entry("POST", "Patient", {"resourceType": "Patient"}),
        entry("GET", "Patient/never-was"),
    )
    answer = await fhir.ask("POST", "", asks)
    assert answer.status_code == 404 and "Bundle.entry[1]" in answer.text
    assert await fhir.ids("Patient") == []


async def test_a_batch_answers_each_entry_for_itself(fhir: Fhir) -> None:
    await fhir.house.put(astrid(), decision_for("astrid"), pulse("o1", "astrid"))
    sent = bundle(
        "batch",
        entry("GET", "Patient/astrid"),
        entry("GET", "Observation?patient=astrid&_summary=count"),
        entry("POST", "Patient", {"resourceType": "Patient", "shoe": 44}),
        entry("GET", "Patient/astrid/nowhere"),
        entry("DELETE", "Observation/o1"),
        entry("GET", "metadata"),
        entry("GET", "Patient/astrid", request={"ifNoneMatch": 'W/"1"'}),
        entry("PUT", "Patient/astrid", astrid(), request={"ifMatch": 'W/"5"'}),
    )
    answer = (await fhir.ask("POST", "", sent, who="ida")).json()
    assert answer["type"] == "batch-response"
    statuses = [e["response"]["status"].split()[0] for e in answer["entry"]]
    assert statuses == ["200", "200", "422", "404", "204", "200", "304", "412"]
    assert answer["entry"][2]["response"]["outcome"]["issue"]
    omar = (await fhir.ask("POST", "", sent, who="omar")).json()
    assert omar["entry"][0]["response"]["status"].startswith("404")
    assert omar["entry"][1]["resource"]["total"] == 0


async def test_a_bundle_does_not_ask_without_end(fhir: Fhir) -> None:
    many = bundle("batch", *(entry("GET", "Patient") for _ in range(301)))
    assert (await fhir.ask("POST", "", many)).status_code == 413
    collection = await fhir.ask("POST", "", {"resourceType": "Bundle", "type": "collection"})
    assert collection.status_code == 400
