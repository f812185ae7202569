"""Scopes inside the query: what an app may see of the record is the user's, cut by its scopes, in every way of asking."""

from dataclasses import replace
from typing import Any

import pytest

from akson.access.actor import Actor
from akson.access.scopes import read_scopes
from akson.app.cast import CAST
from akson.fhir.problem import Problem
from akson.fhir.search import parse
from akson.record.values import Change
from tests.record.conftest import House, astrid, decision_for, pulse

CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def app(scopes: str, context: str = "", who: str = "ida") -> Actor:
    return replace(CAST[who], scopes=read_scopes(scopes)[0], patient_context=context, client="app")


def categorised(id: str, patient: str, code: str) -> dict[str, Any]:
    return pulse(id, patient) | {"category": [{"coding": [{"system": CATEGORY, "code": code}]}]}


async def found(house: House, actor: Actor, type: str = "Observation", **params: str) -> list[str]:
    page = await house.as_(actor).search(parse(type, list(params.items())))
    assert page.total in (None, len(page.matches))
    return [version.id for version in page.matches]


async def fill(house: House) -> None:
    bo = {"resourceType": "Patient", "id": "bo", "name": [{"family": "Bakken", "given": ["Bo"]}]}
    await house.put(astrid(), bo, decision_for("astrid"), decision_for("bo", id="vedtak-2"))
    await house.put(
        categorised("lab", "astrid", "laboratory"),
        categorised("vital", "astrid", "vital-signs"),
        categorised("bos", "bo", "vital-signs"),
    )


async def test_the_patient_in_context_alone(house: House) -> None:
    await fill(house)
    assert await found(house, CAST["ida"]) == ["bos", "lab", "vital"]
    assert await found(house, app("patient/*.rs", "astrid")) == ["lab", "vital"]
    assert await found(house, app("patient/*.rs", "bo")) == ["bos"]
    assert await found(house, app("patient/*.rs")) == []
    assert await found(house, app("patient/*.rs", "astrid", "omar")) == [], "her rights come first"
    with pytest.raises(Problem) as hidden:
        await house.as_(app("patient/*.rs", "astrid")).read("Observation", "bos")
    assert hidden.value.id == "AKS-RECORD-404"


async def test_search_arguments_hold_in_every_way_of_asking(house: House) -> None:
    await fill(house)
    labs = app(f"user/Observation.rs?category={CATEGORY}|laboratory user/Patient.rs")
    assert await found(house, labs) == ["lab"]
    assert await found(house, labs, category="vital-signs") == []
    assert await found(house, labs, _id="vital") == []
    assert await found(house, labs, "Patient", **{"_has:Observation:patient:category": "vital-signs"}) == []
    assert await found(house, labs, "Patient", **{"_has:Observation:patient:category": "laboratory"}) == [
        "astrid"
    ]
    assert await found(house, app("user/Observation.rs?category=laboratory")) == ["lab"]
    assert (await house.as_(labs).read("Observation", "lab")).id == "lab"
    page = await house.as_(labs).search(parse("Patient", [("_revinclude", "Observation:patient")]))
    assert [v.id for v in page.included] == ["lab"]
    for ask in (
        lambda s: s.read("Observation", "vital"),
        lambda s: s.vread("Observation", "vital", 1),
        lambda s: s.vread("Observation", "lab", 1),
        lambda s: s.history("Observation", "vital"),
        lambda s: s.history("Observation", "lab"),
    ):
        with pytest.raises(Problem) as hidden:
            await ask(house.as_(labs))
        assert hidden.value.id == "AKS-RECORD-404"


async def test_writing_stays_inside_the_arguments_before_and_after(house: House) -> None:
    await fill(house)
    vitals = house.as_(app("user/Observation.cruds?category=vital-signs"))

    def change(method: str, id: str, code: str) -> Change:
        import json

        return Change(method, "Observation", id=id, body=json.dumps(categorised(id, "astrid", code)).encode())

    await vitals.commit([change("PUT", "vital", "vital-signs")])
    for wrong in (change("PUT", "vital", "laboratory"), change("PUT", "lab", "vital-signs")):
        with pytest.raises(Problem) as refused:
            await vitals.commit([wrong])
        assert refused.value.id == "AKS-RECORD-404"
    with pytest.raises(Problem) as refused:
        await vitals.commit([Change("POST", "Observation", body=change("POST", "x", "laboratory").body)])
    assert refused.value.id == "AKS-RECORD-023"
    with pytest.raises(Problem):
        await vitals.commit([Change("DELETE", "Observation", id="lab")])
    await vitals.commit([Change("DELETE", "Observation", id="vital")])
    assert await found(house, CAST["ida"]) == ["bos", "lab"]
