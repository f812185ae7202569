"""Search through the door: where it begins, what its links say, what it cuts down, how it refuses."""

from typing import Any

from .conftest import Fhir

LOINC = "http://loinc.org"


def observation(id: str, who: str, code: str = "8867-4") -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{who}"},
        "note": [{"text": "sittende"}],
    }


def patient(id: str) -> dict[str, Any]:
    text = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">rullator</div>'}
    return {
        "resourceType": "Patient",
        "id": id,
        "text": text,
        "birthDate": "1941",
        "name": [{"family": "Ås"}],
    }


async def ward(fhir: Fhir) -> None:
    people = ("astrid", "bjarne")
    await fhir.house.put(
        *map(patient, people), *(observation(f"{who}-o{n}", who) for who in people for n in range(3))
    )


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in answer.json().get("entry", ())]


async def test_the_system_by_type(fhir: Fhir) -> None:
    await ward(fhir)
    answer = await fhir.ask("GET", "?_type=Patient,Observation&_count=3&_total=accurate")
    assert len(ids(answer)) == 3 and answer.json()["total"] == 8
    links = {link["relation"]: link["url"] for link in answer.json()["link"]}
    assert "_type=Patient,Observation" in links["self"]
    seen = ids(answer)
    while "next" in links:
        answer = await fhir.ask("GET", "?" + links["next"].partition("?")[2])
        seen += ids(answer)
        links = {link["relation"]: link["url"] for link in answer.json()["link"]}
    assert len(seen) == len(set(seen)) == 8
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    assert ids(await fhir.ask("POST", "_search", b"_type=Patient&_id=astrid", **form)) == ["Patient/astrid"]
    assert ids(await fhir.ask("POST", "Patient/astrid/Observation/_search", b"_count=1", **form)) == [
        "Observation/astrid-o0"
    ]
    assert (await fhir.ask("GET", "?name=x")).status_code == 400


async def test_a_compartment(fhir: Fhir) -> None:
    await ward(fhir)
    assert ids(await fhir.ask("GET", "Patient/astrid/Observation?code=8867-4&_count=2")) == [
        "Observation/astrid-o0",
        "Observation/astrid-o1",
    ]
    assert len(ids(await fhir.ask("GET", "Patient/astrid/*"))) == 3
    assert ids(await fhir.ask("GET", "Patient/nobody/Observation")) == []
    for path in ("Patient/astrid/Organization", "Organization/x/Patient", "Patient/astrid/Shoe"):
        assert (await fhir.ask("GET", path)).status_code == 404


async def test_what_is_not_understood_is_left_out_or_refused(fhir: Fhir) -> None:
    await ward(fhir)
    lenient = await fhir.ask("GET", "Patient?shoe=44&family=ås")
    assert len(ids(lenient)) == 2 and "shoe" not in lenient.json()["link"][0]["url"]
    assert (await fhir.ask("GET", "Patient?family:shoe=44")).status_code == 400
    assert (await fhir.ask("GET", "Patient?_contained=true")).status_code == 400


async def test_cut_down(fhir: Fhir) -> None:
    await ward(fhir)

    async def first(path: str) -> dict[str, Any]:
        found = (await fhir.ask("GET", path)).json()["entry"][0]["resource"]
        assert found["meta"]["tag"][0]["code"] == "SUBSETTED"
        return found

    whole = "Patient?_id=astrid&"
    assert set(await first(whole + "_elements=birthDate")) == {"resourceType", "id", "meta", "birthDate"}
    assert set(await first(whole + "_summary=text")) == {"resourceType", "id", "meta", "text"}
    assert "text" not in await first(whole + "_summary=data")
    assert "text" not in await first(whole + "_summary=true")
    counted = (await fhir.ask("GET", "Patient?_summary=count")).json()
    assert counted["total"] == 2 and "entry" not in counted
    assert (await fhir.ask("GET", "Patient?_count=0")).json()["total"] == 2
    assert "total" not in (await fhir.ask("GET", "Patient?_total=none")).json()
