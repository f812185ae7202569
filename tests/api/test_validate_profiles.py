"""$validate with profiles: of the operator's folder, of packages in it, and of the record as the reader may see it."""

import gzip
import io
import json
import shutil
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from akson import api
from tests.api.conftest import Fhir, who_is
from tests.record.conftest import House, astrid

BASE = "http://example.org/StructureDefinition/"


def profile(name: str, *elements: dict[str, Any], type: str = "Patient", base: str = "") -> dict[str, Any]:
    return {
        "resourceType": "StructureDefinition",
        "url": BASE + name,
        "name": name.title(),
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": type,
        "derivation": "constraint",
        "baseDefinition": base or f"http://hl7.org/fhir/StructureDefinition/{type}",
        "differential": {"element": [{"id": type, "path": type}, *elements]},
    }


def element(path: str, **rest: Any) -> dict[str, Any]:
    return {"id": path, "path": path, **rest}


NAMED = profile("named", element("Patient.name", min=1))
BORN = profile("born", element("Patient.birthDate", min=1), base=BASE + "named")
LANGUAGES = {
    "resourceType": "ValueSet",
    "url": "http://example.org/ValueSet/one",
    "status": "active",
    "compose": {
        "include": [{"system": "http://hl7.org/fhir/administrative-gender", "concept": [{"code": "female"}]}]
    },
}
WOMAN = profile(
    "woman", element("Patient.gender", min=1, binding={"strength": "required", "valueSet": LANGUAGES["url"]})
)


@pytest_asyncio.fixture(loop_scope="session")
async def guided(house: House, tmp_path: Path) -> AsyncIterator[Fhir]:
    """A node whose operator has a file, a package and a broken file."""
    (tmp_path / "named.json").write_text(json.dumps(NAMED))
    (tmp_path / "broken.json").write_text('{"resourceType":"StructureDefinition",')
    (tmp_path / "broken.tgz").write_bytes(gzip.compress(b"no archive"))
    with tarfile.open(tmp_path / "guide.tgz", "w:gz") as package:
        for name, content in (
            ("package/woman.json", WOMAN),
            ("package/one.json", LANGUAGES),
            ("other/born.json", BORN),
        ):
            written = json.dumps(content).encode()
            member = tarfile.TarInfo(name)
            member.size = len(written)
            package.addfile(member, io.BytesIO(written))
    async with asked_of(house, tmp_path) as client:
        yield Fhir(client, house)


def asked_of(house: House, folder: Path | None) -> httpx.AsyncClient:
    door = api.build(house.record, authenticate=who_is, profiles=folder)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=door), base_url="http://akson.test")  # type: ignore[arg-type]


async def told(fhir: Fhir, path: str, body: Any = None, who: str = "system") -> list[tuple[str, str, str]]:
    """(severity, code, expression) of each issue, without what is said of good content and of narratives."""
    answer = await fhir.ask("POST" if body is not None else "GET", path, body, who=who)
    assert answer.status_code == 200, answer.text
    found = [(i["severity"], i["code"], (i.get("expression") or [""])[0]) for i in answer.json()["issue"]]
    return [
        i
        for i in found
        if i[0] != "information" and "dom-6" not in str(i) and i != ("warning", "invariant", i[2])
    ]


def asking(resource: dict[str, Any], *profiles: str) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"name": "resource", "resource": resource}]
    return {
        "resourceType": "Parameters",
        "parameter": parts + [{"name": "profile", "valueUri": url} for url in profiles],
    }


BARE = {"resourceType": "Patient"}


async def test_a_profile_of_the_folder_is_asked_for_by_parameter(guided: Fhir) -> None:
    fault = [("error", "required", "Patient.name")]
    assert await told(guided, "Patient/$validate", asking(BARE, BASE + "named")) == fault
    assert await told(guided, f"Patient/$validate?profile={BASE}named", BARE) == fault
    assert await told(guided, "Patient/$validate", asking(astrid(), BASE + "named|1.0")) == []
    await guided.house.put(astrid(), {**BARE, "id": "bare"})
    assert await told(guided, f"Patient/astrid/$validate?profile={BASE}named") == []
    assert await told(guided, f"Patient/bare/$validate?profile={BASE}named") == fault


async def test_claims_are_held_also_in_a_bundle_and_unknown_ones_are_told(guided: Fhir) -> None:
    claiming = {**BARE, "meta": {"profile": [BASE + "named", BASE + "nowhere"]}}
    assert await told(guided, "Patient/$validate", claiming) == [
        ("error", "required", "Patient.name"),
        ("warning", "not-supported", "Patient.meta.profile[1]"),
    ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": claiming}]}
    assert ("error", "required", "Bundle.entry[0].resource.name") in await told(
        guided, "Bundle/$validate", bundle
    )


async def test_packages_are_read_with_their_value_sets(guided: Fhir) -> None:
    for gender, faults in (("female", []), ("male", [("error", "code-invalid", "Patient.gender")])):
        assert (
            await told(guided, "Patient/$validate", asking({**BARE, "gender": gender}, BASE + "woman"))
            == faults
        )


async def test_a_profile_that_is_not_known_is_said_so(guided: Fhir) -> None:
    for url in (BASE + "nowhere", BASE + "born", "http://127.0.0.1:9/x", "x,y|z$\\"):
        answer = await guided.ask("POST", "Patient/$validate", asking(BARE, url))
        assert answer.status_code == 400, answer.text
        assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "AKS-FHIR-102"
    many = await guided.ask("POST", "Patient/$validate", asking(BARE, *[BASE + "named"] * 21))
    assert many.status_code == 400


async def test_profiles_of_the_record_serve_who_may_read_them(guided: Fhir) -> None:
    for stored in (BORN, LANGUAGES):
        assert (await guided.ask("POST", stored["resourceType"], stored)).status_code == 201
    assert await told(guided, "Patient/$validate", asking(BARE, BASE + "born")) == [
        ("error", "required", "Patient.name"),
        ("error", "required", "Patient.birthDate"),
    ]
    # Without a folder nobody knows what it derives from.
    async with asked_of(guided.house, None) as client:
        assert await told(
            Fhir(client, guided.house), "Patient/$validate", asking(astrid(), BASE + "born")
        ) == [("error", "required", "Patient.birthDate")]


async def test_r4_itself_is_a_profile_everybody_has(fhir: Fhir) -> None:
    core = "http://hl7.org/fhir/StructureDefinition/"
    assert await told(fhir, "Patient/$validate", asking(astrid(), core + "Patient")) == []
    wrong = await told(fhir, "Patient/$validate", asking(astrid(), core + "Observation"))
    assert wrong == [("error", "structure", "Patient")]


async def test_a_profile_that_is_odd_breaks_nothing(guided: Fhir) -> None:
    odd = (
        profile("loop", base=BASE + "loop"),
        profile("regex", element("Patient.name", constraint=[
            {"key": "x-1", "severity": "error", "human": "x", "expression": "family.matches('(a+)+$')"}])),
        profile("slow", element("Patient", constraint=[
            {"key": "x-1", "severity": "error", "human": "x", "expression": "repeat(descendants()).exists()"}])),
        profile("nonsense", element("Patient.name", constraint=[
            {"key": "x-1", "severity": "error", "human": "x", "expression": "((("}])),
        profile("itself", element("Patient.contact", type=[{"code": "BackboneElement", "profile": [BASE + "itself"]}])),
    )  # fmt: skip
    for one in odd:
        stored = await guided.ask("POST", "StructureDefinition", one)
        if stored.status_code != 201:
            continue
        answer = await guided.ask("POST", "Patient/$validate", asking(astrid(), one["url"]))
        assert answer.status_code < 500, (one["url"], answer.text[:300])


@pytest.mark.parametrize(
    ("folder", "file", "spoiled"),
    [
        ("no-domain-vitalsigns", "Observation-no-pulse-rate.json", "category"),
        ("vkp-observation", "Observation-vkp-body-temperature-create.json", "code"),
    ],
)
async def test_norwegian_guides(
    house: House, shared: Path, tmp_path: Path, folder: str, file: str, spoiled: str
) -> None:
    for name in ("no-basis", "no-domain-vitalsigns", "vkp-observation"):
        shutil.copytree(shared / "fhir" / name / "definitions", tmp_path / name)
    good = json.loads((shared / "fhir" / folder / "examples" / file).read_text("utf-8"))
    claimed = good["meta"]["profile"]
    async with asked_of(house, tmp_path) as client:
        node = Fhir(client, house)
        kept = await told(node, "Observation/$validate", good)
        assert [i for i in kept if i[0] == "error"] == [], kept
        assert not any(i[1] == "not-supported" for i in kept), kept
        bad = {name: value for name, value in good.items() if name not in (spoiled, "meta")}
        found = await told(node, "Observation/$validate", asking(bad, *claimed))
        assert any(i[0] == "error" and spoiled in i[2] for i in found), found


async def test_bindings_are_asked_of_the_nodes_terminology(guided: Fhir) -> None:
    """Media types by their grammar, extensible sets as advice; R4's own profiles are known as the node comes."""
    pictured = {**astrid(), "photo": [{"contentType": "bilde", "url": "https://example.org/x"}]}
    assert await told(guided, "Patient/$validate", pictured) == [
        ("error", "code-invalid", "Patient.photo[0].contentType")
    ]
    single = {**astrid(), "maritalStatus": {"coding": [{"system": "urn:local", "code": "x"}]}}
    assert await told(guided, "Patient/$validate", single) == [
        ("warning", "code-invalid", "Patient.maritalStatus")
    ]
    pulse = {
        "resourceType": "Observation",
        "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/heartrate"]},
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
    }
    found = await told(guided, "Observation/$validate", pulse)
    assert ("error", "required", "Observation.category") in found
    assert not any(code == "not-supported" for _, code, _ in found)
