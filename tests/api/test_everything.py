"""$everything: all of one patient and what it refers to; nothing of another, nothing for a stranger."""

from typing import Any

import pytest

from akson.store import compartment
from tests.api.conftest import Fhir
from tests.record.conftest import astrid, decision_for, pulse

TEAM: dict[str, Any] = {
    "resourceType": "Appointment",
    "id": "together",
    "status": "proposed",
    "participant": [
        {"actor": {"reference": "Patient/astrid"}, "status": "accepted"},
        {"actor": {"reference": "Patient/bjarne"}, "status": "accepted"},
    ],
}


async def stage(fhir: Fhir) -> None:
    await fhir.house.put(
        astrid(generalPractitioner=[{"reference": "Practitioner/grete"}]),
        {"resourceType": "Practitioner", "id": "grete"},
        {"resourceType": "Organization", "id": "hjemmetjenesten-ost", "name": "Øst"},
        {"resourceType": "Patient", "id": "bjarne"},
        decision_for("astrid"),
        pulse("o1", "astrid"),
        pulse("o2", "astrid"),
        pulse("b1", "bjarne"),
        TEAM,
    )


async def test_all_of_hers_and_what_it_refers_to(fhir: Fhir) -> None:
    await stage(fhir)
    answer = (await fhir.ask("GET", "Patient/astrid/$everything")).json()
    found = {(e["resource"]["id"], e["search"]["mode"]) for e in answer["entry"]}
    assert found == {
        ("astrid", "match"),
        ("o1", "match"),
        ("o2", "match"),
        ("vedtak-1", "match"),
        ("together", "match"),
        ("grete", "include"),
        ("hjemmetjenesten-ost", "include"),
    }
    assert answer["total"] == 5
    # Bjarne did not let Ida in, so what is his as well is not shown to her.
    ida = {
        e["resource"]["id"]
        for e in (await fhir.ask("GET", "Patient/astrid/$everything", who="ida")).json()["entry"]
    }
    assert ida == {"astrid", "o1", "o2", "vedtak-1", "grete", "hjemmetjenesten-ost"}


async def test_hidden_and_missing_look_alike(fhir: Fhir) -> None:
    await stage(fhir)
    hidden = await fhir.ask("GET", "Patient/astrid/$everything", who="omar")
    missing = await fhir.ask("GET", "Patient/never-was/$everything", who="omar")
    assert hidden.status_code == missing.status_code == 404 and hidden.content == missing.content
    assert (await fhir.ask("GET", "Patient/never-was/$everything")).status_code == 404
    assert (await fhir.ask("GET", "Observation/o1/$everything")).status_code == 404
    lines = await fhir.house.as_("astrid").access_log("astrid")
    assert [line.permitted for line in lines if line.name == "Omar Haddad"] == [False]


async def test_pages_types_and_times(fhir: Fhir) -> None:
    await stage(fhir)
    path, seen = "Patient/astrid/$everything?_count=2", []
    while path:
        page = (await fhir.ask("GET", path, who="ida")).json()
        seen += [e["resource"]["id"] for e in page["entry"] if e["search"]["mode"] == "match"]
        path = next((u["url"].partition("/fhir/")[2] for u in page["link"] if u["relation"] == "next"), "")
    assert sorted(seen) == ["astrid", "o1", "o2", "vedtak-1"]
    assert sorted(await fhir.ids("Patient/astrid/$everything?_type=Observation,Appointment")) == [
        "o1",
        "o2",
        "together",
    ]
    assert await fhir.ids("Patient/astrid/$everything?_type=Observation&_count=1") == ["o1"]
    assert await fhir.ids("Patient/astrid/$everything?_type=Observation&start=2026-11-25") == []
    assert len(await fhir.ids("Patient/astrid/$everything?_type=Observation&end=2026-11-24")) == 2
    assert await fhir.ids("Patient/astrid/$everything?_since=2100-01-01") == []
    assert (await fhir.ask("GET", "Patient/astrid/$everything?_since=yesterday")).status_code == 400
    assert (await fhir.ask("GET", "Patient/astrid/$everything?_type=Shoe")).status_code == 404


async def test_that_there_is_nothing_is_told_of_her_too(fhir: Fhir) -> None:
    await stage(fhir)
    assert await fhir.ids("Patient/astrid/$everything?_since=2100-01-01", who="ida") == []
    lines = await fhir.house.as_("astrid").access_log("astrid")
    assert [line.permitted for line in lines if line.name == "Ida Nilsen"] == [True]


async def test_a_record_too_large_for_one_answer_is_asked_for_in_pages(
    fhir: Fhir, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage(fhir)
    monkeypatch.setattr(compartment, "WHOLE_MAX", 3)
    whole = await fhir.ask("GET", "Patient/astrid/$everything", who="ida")
    assert whole.status_code == 413 and "_count" in whole.text
    assert (await fhir.ask("GET", "Patient/astrid/$everything?_count=3", who="ida")).status_code == 200
