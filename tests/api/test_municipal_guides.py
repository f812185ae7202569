"""The municipal guides at the door: their examples in and out, profiles pinned to versions, and who an app speaks for."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from akson import api
from akson.app.cast import CAST
from akson.fhir.validation import Profiles
from akson.identity.callers import Caller, Shown
from tests.api.conftest import ByName, Fhir
from tests.record.conftest import House

BASE = "http://example.org/guide"
SERVICE = f"{BASE}/StructureDefinition/service"
GUIDE = {
    "resourceType": "ImplementationGuide", "url": f"{BASE}/ImplementationGuide/example", "version": "0.2.0",
    "name": "Example", "status": "draft", "packageId": "example", "fhirVersion": ["4.0.1"],
}  # fmt: skip
PROFILE = {
    "resourceType": "StructureDefinition", "url": SERVICE, "name": "Service", "status": "draft", "kind": "resource",
    "abstract": False, "type": "EpisodeOfCare", "derivation": "constraint",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/EpisodeOfCare",
    "differential": {"element": [{"id": "EpisodeOfCare.type", "path": "EpisodeOfCare.type", "min": 1, "max": "1"}]},
}  # fmt: skip


def with_profiles(house: House, folder: Path) -> httpx.AsyncClient:
    """The door as the node wires it: the record holds claims to what the operator's folder has."""
    door = api.build(house.record, callers=ByName(), profiles=folder)
    house.record.claimed = door._profiles.known
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=door), base_url="http://akson.test")  # type: ignore[arg-type]


@pytest_asyncio.fixture(loop_scope="session")
async def guided(house: House, tmp_path: Path) -> AsyncIterator[Fhir]:
    (tmp_path / "guide.json").write_text(json.dumps(GUIDE))
    (tmp_path / "service.json").write_text(json.dumps(PROFILE))
    async with with_profiles(house, tmp_path) as client:
        yield Fhir(client, house)


def episode(*claims: str, typed: bool = True) -> dict[str, Any]:
    nine = {"system": "urn:oid:2.16.578.1.12.4.1.1.9151", "code": "15"}
    return {
        "resourceType": "EpisodeOfCare",
        "id": "e-guide",
        "meta": {"profile": list(claims)},
        "status": "active",
        "patient": {"reference": "Patient/p-guide"},
        **({"type": [{"coding": [nine]}]} if typed else {}),
    }


async def test_a_profile_is_declared_and_held_to_in_the_version_it_is_here(guided: Fhir) -> None:
    await guided.ask("PUT", "Patient/p-guide", {"resourceType": "Patient", "id": "p-guide"})
    statement = (await guided.ask("GET", "metadata")).json()
    (declared,) = [r for r in statement["rest"][0]["resource"] if r["type"] == "EpisodeOfCare"]
    assert declared["supportedProfile"] == [f"{SERVICE}|0.2.0"], "the version is the guide's"
    bad = await guided.ask("PUT", "EpisodeOfCare/e-guide", episode(f"{SERVICE}|0.2.0", typed=False))
    assert bad.status_code == 422 and "EpisodeOfCare.type" in bad.text
    assert (
        await guided.ask("PUT", "EpisodeOfCare/e-guide", episode(SERVICE, typed=False))
    ).status_code == 422
    # Of another version, or of a guide that nobody has loaded, nobody here can judge.
    for claim in (f"{SERVICE}|9.9", f"{BASE}/StructureDefinition/other|1.0"):
        taken = await guided.ask("PUT", "EpisodeOfCare/e-guide", episode(claim, typed=False))
        assert taken.status_code in (200, 201), taken.text
    good = await guided.ask("PUT", "EpisodeOfCare/e-guide", episode(f"{SERVICE}|0.2.0"))
    assert good.status_code == 200, good.text
    assert good.json()["meta"]["profile"] == [f"{SERVICE}|0.2.0"], "kept as it was claimed"
    assert await guided.ids(f"EpisodeOfCare?_profile={SERVICE}|0.2.0") == ["e-guide"]
    assert await guided.ids(f"EpisodeOfCare?_profile={SERVICE}|9.9") == []
    assert await guided.ids(f"EpisodeOfCare?_profile:below={SERVICE}") == ["e-guide"]
    found = "EpisodeOfCare?patient=Patient/p-guide&type=urn:oid:2.16.578.1.12.4.1.1.9151|15&status=active"
    assert await guided.ids(found) == ["e-guide"]


async def test_the_guides_examples_go_in_and_come_out_as_they_were(house: House, shared: Path) -> None:
    folders = [shared / "fhir" / "okt", shared / "fhir" / "municipal-oslo"]
    async with with_profiles(house, shared / "fhir" / "okt" / "definitions") as client:
        fhir = Fhir(client, house)
        examples = [
            json.loads(f.read_text("utf-8")) for d in folders for f in sorted((d / "examples").glob("*.json"))
        ]
        # What is no resource is an instance of a logical model (OktEvent, OktMessage), which no REST server stores.
        examples = [one for one in examples if "resourceType" in one and "id" in one]
        assert len(examples) >= 5
        for one in examples:
            path = f"{one['resourceType']}/{one['id']}"
            taken = await fhir.ask("PUT", path, one)
            assert taken.status_code in (200, 201), (path, taken.text)
            back = (await fhir.ask("GET", path)).json()
            meta = {k: v for k, v in back.get("meta", {}).items() if k not in ("versionId", "lastUpdated")}
            assert {**back, "meta": meta} == {**one, "meta": one.get("meta", {})}, path
        assert await fhir.ids("EpisodeOfCare?_include=EpisodeOfCare:patient")
    known = Profiles(
        json.loads(f.read_text("utf-8")) for d in folders for f in sorted((d / "definitions").glob("S*.json"))
    )
    assert {"EpisodeOfCare", "CarePlan", "Observation", "Patient"} <= known.of_resources().keys()


class AsApp(ByName):
    """Ida through an app that was opened for one patient."""

    async def identify(self, shown: Shown) -> Caller:
        caller = await super().identify(shown)
        return replace(caller, actor=replace(caller.actor, patient_context="astrid", client="sarmappen"))


async def test_an_app_asks_who_it_speaks_for(house: House) -> None:
    door = api.build(house.record, callers=AsApp())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=door), base_url="http://akson.test"
    ) as client:  # type: ignore[arg-type]
        fhir = Fhir(client, house)
        answer = await fhir.ask("GET", "$practitioner-context", who="ida")
        assert answer.status_code == 200, answer.text
        parts = answer.json()["parameter"]
        by_name = {part["name"]: part for part in parts}
        assert by_name["practitioner"]["valueReference"] == {
            "reference": "Practitioner/ida",
            "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.4", "value": CAST["ida"].hpr},
            "display": "Ida Nilsen",
        }
        units = [part["valueReference"]["reference"] for part in parts if part["name"] == "organization"]
        assert units == list(CAST["ida"].organisations)
        assert by_name["role"]["valueCoding"]["code"] == "nurse"
        assert by_name["patient"]["valueReference"] == {"reference": "Patient/astrid"}
        searches = [part["part"][1]["valueUrl"] for part in parts if part["name"] == "list"]
        for search in searches:
            assert (await fhir.ask("GET", search.partition("/fhir/")[2], who="ida")).status_code == 200
        refused = await fhir.ask("GET", "$practitioner-context", who="astrid")
        assert refused.status_code == 403 and "AKS-API-075" in refused.text
