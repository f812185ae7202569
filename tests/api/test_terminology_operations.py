"""The terminology operations as clients call them."""

from typing import Any
from xml.sax.saxutils import escape

import pytest

from tests.api.conftest import Fhir
from tests.terminology.library import ANIMALS, animals, value_set

GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def said(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    parameters = answer.json()["parameter"]
    return {
        p["name"]: next((v for k, v in p.items() if k.startswith("value")), p.get("resource"))
        for p in parameters
    }


async def test_by_get(fhir: Fhir) -> None:
    expansion = (await fhir.ask("GET", f"ValueSet/$expand?url={GENDER}", who="ida")).json()["expansion"]
    assert [c["code"] for c in expansion["contains"]] == ["male", "female", "other", "unknown"]
    asked = f"ValueSet/$validate-code?url={GENDER}&system=http://hl7.org/fhir/administrative-gender&code=male"
    assert said(await fhir.ask("GET", asked, who="ida"))["result"] is True
    assert (
        said(await fhir.ask("GET", f"CodeSystem/$validate-code?url={ACT}&code=AMB"))["display"]
        == "ambulatory"
    )
    described = said(await fhir.ask("GET", f"CodeSystem/$lookup?system={ACT}&code=AMB"))
    assert described["name"] == "v3.ActCode"
    compared = f"CodeSystem/$subsumes?system={ACT}&codeA=_ActEncounterCode&codeB=AMB"
    assert said(await fhir.ask("GET", compared)) == {"outcome": "subsumes"}


async def test_strangers_are_not_answered(fhir: Fhir) -> None:
    answer = await fhir.ask("GET", f"ValueSet/$expand?url={GENDER}", who="nobody")
    assert answer.status_code == 401


async def test_what_stands_in_the_record_counts(fhir: Fhir) -> None:
    assert (await fhir.ask("PUT", "CodeSystem/animals", {"id": "animals", **animals()})).status_code == 201
    pets = value_set("urn:pets", include=[{"system": ANIMALS, "concept": [{"code": "dog"}, {"code": "cat"}]}])
    other = value_set("urn:more", include=[{"valueSet": ["urn:pets"]}])
    for id, resource in (("pets", pets), ("more", other)):
        assert (await fhir.ask("PUT", f"ValueSet/{id}", {"id": id, **resource})).status_code == 201
    by_url = (await fhir.ask("GET", "ValueSet/$expand?url=urn:more", who="ida")).json()["expansion"]
    assert [c["code"] for c in by_url["contains"]] == ["dog", "cat"]
    by_id = (await fhir.ask("GET", "ValueSet/pets/$expand")).json()["expansion"]
    assert by_id["total"] == 2
    asked = f"CodeSystem/animals/$validate-code?coding={ANIMALS}|wolf&code=wolf"
    assert said(await fhir.ask("GET", asked))["result"] is False
    checked = said(await fhir.ask("GET", f"ValueSet/pets/$validate-code?system={ANIMALS}&code=poodle"))
    assert checked["result"] is False
    assert (
        said(await fhir.ask("GET", "CodeSystem/animals/$subsumes?codeA=dog&codeB=poodle"))["outcome"]
        == "subsumes"
    )


async def test_a_value_set_sent_alone(fhir: Fhir) -> None:
    sent = value_set(include=[{"system": ACT, "concept": [{"code": "AMB"}]}])
    answer = await fhir.ask("POST", "ValueSet/$expand", sent)
    assert answer.json()["expansion"]["total"] == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("ValueSet/$expand", 400),
        ("ValueSet/$expand?url=urn:no-such", 404),
        (f"ValueSet/$expand?url={GENDER}&count=-1", 400),
        ("ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/ucum-units", 422),
        ("ValueSet/$validate-code?url=urn:no-such&code=x", 404),
        (f"ValueSet/$validate-code?url={GENDER}", 400),
        ("CodeSystem/$validate-code?code=x", 400),
        ("CodeSystem/$lookup?code=x", 400),
        ("CodeSystem/$lookup?system=urn:no-such&code=x", 404),
        (f"CodeSystem/$lookup?system={ACT}&code=no-such", 404),
        (f"CodeSystem/$subsumes?system={ACT}&codeA=AMB", 400),
        ("Patient/$expand?url=urn:x", 404),
    ],
)
async def test_refusals(fhir: Fhir, path: str, status: int) -> None:
    answer = await fhir.ask("GET", path)
    assert answer.status_code == status, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    "broken",
    [
        {"resourceType": "CodeSystem", "url": ANIMALS, "content": "strange"},
        {"resourceType": "CodeSystem", "url": ANIMALS, "concept": "none"},
        {"resourceType": "CodeSystem", "url": ANIMALS, "concept": [{"code": "dog", "property": "none"}]},
        {"resourceType": "CodeSystem", "url": ANIMALS, "concept": [{"code": "dog", "designation": [1]}]},
        {"resourceType": "CodeSystem", "url": ANIMALS, "property": [7], "extension": [7]},
        {"resourceType": "ValueSet", "url": "urn:set", "compose": {"include": ["none"]}},
        {
            "resourceType": "ValueSet",
            "url": "urn:set",
            "compose": {"include": [{"system": ANIMALS, "filter": [1]}]},
        },
        {
            "resourceType": "ValueSet",
            "url": "urn:set",
            "compose": {"include": [{"system": ANIMALS, "concept": [1]}]},
        },
        {"resourceType": "ValueSet", "url": "urn:set", "compose": {"include": [{"valueSet": "urn:set"}]}},
        {"resourceType": "ValueSet", "url": "urn:set", "compose": {"include": [{"valueSet": 7}]}},
        {"resourceType": "ValueSet", "url": "urn:set", "expansion": {"contains": [1]}},
        {"resourceType": "ValueSet", "url": "urn:set", "extension": [1]},
    ],
)
async def test_what_a_client_sends_may_be_anything(fhir: Fhir, broken: dict[str, Any]) -> None:
    whole = value_set(include=[{"system": ANIMALS}])
    for operation in ("$expand", "$validate-code"):
        given = [
            {"name": "url", "valueUri": "urn:set"},
            {"name": "coding", "valueCoding": {"system": ANIMALS, "code": "dog"}},
            {"name": "tx-resource", "resource": broken},
            {
                "name": "tx-resource",
                "resource": whole if broken["resourceType"] == "CodeSystem" else animals(),
            },
        ]
        answer = await fhir.ask(
            "POST", f"ValueSet/{operation}", {"resourceType": "Parameters", "parameter": given}
        )
        assert answer.status_code < 500, answer.text


async def test_parameters_that_are_none(fhir: Fhir) -> None:
    for none in (7, True, "x", {"name": 1}, [7]):
        answer = await fhir.ask("POST", "ValueSet/$expand", {"resourceType": "Parameters", "parameter": none})
        assert answer.status_code == 400, answer.text


async def test_in_xml(fhir: Fhir) -> None:
    """R4's XML knows no `property`: it is said as extensions."""
    url = "http://hl7.org/fhir/ValueSet/resource-types"
    given = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "valueSet", "resource": value_set(include=[{"system": ANIMALS}])},
            {"name": "tx-resource", "resource": animals()},
            {"name": "property", "valueCode": "legs"},
        ],
    }
    answer = await fhir.ask("POST", "ValueSet/$expand", given, Accept="application/fhir+xml")
    assert answer.status_code == 200, answer.text
    assert "extension-ValueSet.expansion.contains.property" in answer.text and "<property" not in answer.text
    body = (
        f'<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="url"/><valueUri value="{escape(url)}"/>'
        "</parameter></Parameters>"
    ).encode()
    answer = await fhir.ask("POST", "ValueSet/$expand", body, Content_Type="application/fhir+xml")
    assert answer.status_code == 200, answer.text


async def test_what_is_declared(fhir: Fhir) -> None:
    statement = (await fhir.ask("GET", "metadata")).json()
    by_type = {
        r["type"]: {o["name"] for o in r.get("operation", ())} for r in statement["rest"][0]["resource"]
    }
    assert {"expand", "validate-code"} <= by_type["ValueSet"]
    assert {"lookup", "subsumes", "validate-code"} <= by_type["CodeSystem"]
    told = (await fhir.ask("GET", "metadata?mode=terminology")).json()
    assert told["resourceType"] == "TerminologyCapabilities"
    systems = {s["uri"]: s for s in told["codeSystem"]}
    assert {"http://unitsofmeasure.org", ACT} <= set(systems) and len(systems) > 1_000


async def test_searches_use_it(fhir: Fhir) -> None:
    found = await fhir.ask("GET", f"Encounter?class:below={ACT}|_ActEncounterCode")
    assert found.status_code == 200, found.text
    assert (await fhir.ask("GET", "Encounter?class:in=urn:no-such")).status_code in (400, 404, 422)
