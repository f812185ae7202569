"""JSON Patch and FHIRPath Patch over HTTP: on the newest version, conditionally, in Bundles, and never of what is hidden."""

import asyncio
import base64
import json
from typing import Any

import pytest

from tests.api.conftest import Fhir
from tests.api.test_bundles import bundle, entry
from tests.record.conftest import astrid, decision_for

JSON_PATCH = "application/json-patch+json"


def replace(path: str, value: Any) -> bytes:
    return json.dumps([{"op": "replace", "path": path, "value": value}]).encode()


def parameters(path: str, value: str) -> dict[str, Any]:
    parts = [
        {"name": "type", "valueCode": "replace"},
        {"name": "path", "valueString": path},
        {"name": "value", "valueDate": value},
    ]
    return {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}]}


async def stage(fhir: Fhir) -> None:
    await fhir.house.put(astrid(birthDate="1942-05-12"), decision_for("astrid"))


async def test_both_languages_and_what_they_answer(fhir: Fhir) -> None:
    await stage(fhir)
    one = await fhir.ask(
        "PATCH", "Patient/astrid", replace("/birthDate", "1942-05-13"), who="ida", Content_Type=JSON_PATCH
    )
    assert (
        one.status_code == 200 and one.json()["birthDate"] == "1942-05-13" and one.headers["ETag"] == 'W/"2"'
    )
    two = await fhir.ask("PATCH", "Patient/astrid", parameters("Patient.birthDate", "1942-05-14"), who="ida")
    assert two.status_code == 200 and two.json()["birthDate"] == "1942-05-14"
    same = await fhir.ask("PATCH", "Patient/astrid", parameters("Patient.birthDate", "1942-05-14"), who="ida")
    assert same.headers["ETag"] == 'W/"3"', "a patch that changes nothing makes no version"


async def test_refusals(fhir: Fhir) -> None:
    await stage(fhir)
    change = replace("/birthDate", "1942-05-13")
    hidden = await fhir.ask("PATCH", "Patient/astrid", change, who="omar", Content_Type=JSON_PATCH)
    missing = await fhir.ask("PATCH", "Patient/never-was", change, who="omar", Content_Type=JSON_PATCH)
    assert hidden.status_code == 404 and hidden.content == missing.content
    for body, status in (
        (replace("/birthDate", "soon"), 422),
        (replace("/id", "other"), 422),
        (replace("/shoe/size", 44), 422),
        (b"[", 400),
        (b'[{"op":"replace"}]', 422),
        (b"{}", 422),
    ):
        answer = await fhir.ask("PATCH", "Patient/astrid", body, Content_Type=JSON_PATCH)
        assert answer.status_code in (status, 400), (body, answer.text)
    stale = await fhir.ask("PATCH", "Patient/astrid", change, Content_Type=JSON_PATCH, If_Match='W/"7"')
    assert stale.status_code == 412
    assert (await fhir.ask("GET", "Patient/astrid")).headers["ETag"] == 'W/"1"'


async def test_conditional_patch(fhir: Fhir) -> None:
    await stage(fhir)
    change = replace("/birthDate", "1942-05-13")
    for path, status in (("Patient?name=bakken", 200), ("Patient?name=nobody", 404), ("Patient", 412)):
        answer = await fhir.ask("PATCH", path, change, Content_Type=JSON_PATCH)
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize("type", ["transaction", "batch"])
async def test_patches_in_a_bundle(fhir: Fhir, type: str) -> None:
    await stage(fhir)
    data = base64.b64encode(replace("/birthDate", "1942-05-13")).decode()
    binary = {"resourceType": "Binary", "contentType": JSON_PATCH, "data": data}
    sent = bundle(type, entry("PATCH", "Patient/astrid", binary))
    answer = (await fhir.ask("POST", "", sent, who="ida")).json()
    assert answer["entry"][0]["response"]["status"].startswith("200")
    assert (await fhir.ask("GET", "Patient/astrid")).json()["birthDate"] == "1942-05-13"


async def test_sixteen_at_once_all_stand(fhir: Fhir) -> None:
    await stage(fhir)

    async def add(n: int) -> int:
        body = json.dumps([{"op": "add", "path": "/name/0/given/-", "value": f"N{n}"}]).encode()
        return (await fhir.ask("PATCH", "Patient/astrid", body, Content_Type=JSON_PATCH)).status_code

    assert set(await asyncio.gather(*(add(n) for n in range(16)))) == {200}
    given = (await fhir.ask("GET", "Patient/astrid")).json()["name"][0]["given"]
    assert sorted(given[1:]) == sorted(f"N{n}" for n in range(16))
