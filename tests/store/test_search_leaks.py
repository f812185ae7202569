"""Hidden and missing are one: every search answers the same in a world that holds hidden patients and in one that does not.

Tenant 1 has Astrid, whom Ida may see, and Bjarne and Cato, whom she may not; tenant 2 has Astrid and nobody else. What
Ida is told (ids, order, totals, includes, whether there is a next page) must not differ for any kind of question.
"""

from dataclasses import replace
from typing import Any

import pytest
from stage import LOINC, UCUM, Stage, nothing_hidden, observation, patient, query, relation, write
from test_restriction import idas

from akson.fhir.search.parsing import parse
from akson.fhir.search.query import Query
from akson.fhir.search.several import parse_compartment, parse_system
from akson.fhir.search.words import Words

HIDDEN = ("bjarne", "cato")
NARRATIVE = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">rullator</div>'}


def of(who: str) -> list[Any]:
    """The same things about each patient."""
    code = {"coding": [{"system": LOINC, "code": "8867-4", "display": "Heart rate"}]}
    amount = {"value": 72, "unit": "/min", "system": UCUM, "code": "/min"}
    told = {"text": NARRATIVE, "note": [{"text": "sittende"}], "valueQuantity": amount, "code": code}
    kind = {"coding": [{"system": "urn:type", "code": "MR"}]}
    entries = [{"item": {"reference": f"Patient/{who}"}}, {"item": {"reference": f"Observation/{who}-o1"}}]
    return [
        patient(
            who,
            "Bakken",
            gender="female",
            birthDate="1941",
            text=NARRATIVE,
            identifier=[{"system": "urn:x", "value": who, "type": kind}],
            managingOrganization={"reference": "Organization/ost"},
        ),
        observation(f"{who}-o1", who, effectiveDateTime="2026-11-01", **told),
        observation(f"{who}-o2", who, effectiveDateTime="2026-11-02", derivedFrom=[{"reference": f"Observation/{who}-o1"}]),
        {"resourceType": "List", "id": f"{who}-l", "status": "current", "mode": "working", "entry": entries}
        | {"subject": {"reference": f"Patient/{who}"}},
    ]  # fmt: skip


@pytest.fixture
async def worlds(stage: Stage) -> Stage:
    team = {
        "resourceType": "CareTeam",
        "id": "team",
        "status": "active",
        "subject": {"reference": "Patient/astrid"},
    }
    ost = {"resourceType": "Organization", "id": "ost", "name": "Øst"}
    for tenant, people in ((1, ("astrid", *HIDDEN)), (2, ("astrid",))):
        known = write(team, relations=[relation("astrid")])
        await stage.put(ost, known, *(one for who in people for one in of(who)), tenant=tenant)
    return stage


async def told(worlds: Stage, tenant: int, asked: Query) -> tuple[Any, ...]:
    page = await worlds.store.search(tenant, asked, restriction=idas, redactions=nothing_hidden)
    matches = [f"{m.type}/{m.id}" for m in page.matches]
    included = sorted(f"{m.type}/{m.id}" for m in page.included)
    return matches, included, page.total, page.next_cursor is None


SEARCHES = [
    "Observation?code=8867-4",
    "Observation?code:not=8867-4",
    "Observation?code:text=heart",
    "Observation?code:in=http://hl7.org/fhir/ValueSet/observation-status",
    "Observation?status:in=http://hl7.org/fhir/ValueSet/observation-status",
    "Observation?status:not-in=http://hl7.org/fhir/ValueSet/administrative-gender",
    "Observation?value-quantity=gt70",
    "Observation?value-quantity:missing=true",
    "Observation?date=ge2026",
    "Observation?_text=rullator",
    "Observation?_content=sittende",
    "Observation?_content=bjarne",
    "Observation?patient=Patient/bjarne,Patient/astrid",
    "Observation?subject:missing=false",
    "Observation?patient.family=bakken",
    "Observation?patient.identifier=urn:x|bjarne",
    "Observation?patient.identifier:of-type=urn:type|MR|bjarne",
    "Observation?patient.gender:not=male",
    "Observation?subject:Patient._text=rullator",
    "Observation?derived-from.code=8867-4",
    "Observation?_filter=patient.family co bak and code eq 8867-4",
    "Observation?_filter=not(patient.family co bak)",
    "Observation?_filter=not(code eq 8867-4) or date ge 2026",
    "Observation?_list=bjarne-l",
    "Observation?_list=astrid-l",
    "Observation?_sort=-date,_id",
    "Observation?_sort=code",
    "Observation?_sort=subject",
    "Observation?_sort=-value-quantity",
    "Observation?_include=Observation:subject",
    "Observation?_include=*&_include:iterate=Patient:organization",
    "Observation?_id=bjarne-o1",
    "Observation?_id=bjarne-o1,astrid-o1",
    "Observation?_lastUpdated=ge2026",
    "Patient?family=bakken",
    "Patient?family:contains=kk",
    "Patient?family:exact=Bakken",
    "Patient?identifier=bjarne",
    "Patient?identifier:of-type=urn:type|MR|bjarne",
    "Patient?birthdate=1941",
    "Patient?_has:Observation:patient:code=8867-4",
    "Patient?_has:Observation:patient:_text=rullator",
    "Patient?_has:List:item:_id=bjarne-l",
    "Patient?_has:Observation:patient:_has:List:item:status=current",
    "Patient?_list=bjarne-l",
    "Patient?_text=rullator",
    "Patient?_filter=family eq bakken",
    "Patient?_filter=not(_id eq astrid)",
    "Patient?_sort=gender,-birthdate",
    "Patient?_revinclude=Observation:subject",
    "Patient?_revinclude=*",
    "Patient?_revinclude=Observation:subject&_revinclude:iterate=Observation:derived-from",
    "Organization?_revinclude=Patient:organization",
    "Organization?_revinclude=*&_revinclude:iterate=*",
    "Organization?_has:Patient:organization:family=bakken",
    "Organization?_has:Patient:organization:identifier=bjarne",
    "Organization?_has:Patient:organization:_has:Observation:patient:code=8867-4&_has:Patient:organization:_id=bjarne",
    "List?item=Patient/bjarne",
    "List?item:Patient.family=bakken",
]


MORE = ["", "&_total=accurate", "&_total=estimate", "&_summary=count", "&_count=1"]


async def test_a_hidden_patient_makes_no_difference(worlds: Stage) -> None:
    differing = []
    for text in (search + more for search in SEARCHES for more in MORE):
        asked = query(text)
        if await told(worlds, 1, asked) != await told(worlds, 2, asked):
            differing.append(text)
    assert not differing


async def test_the_compartment_of_a_hidden_patient_is_empty(worlds: Stage) -> None:
    differing = []
    for member in ("Observation", "List", "*"):
        for params in ([], [("_summary", "count")], [("_count", "1")], [("_revinclude", "List:item")]):
            for who in ("bjarne", "astrid", "nobody"):
                asked = parse_compartment("Patient", who, member, params)
                if await told(worlds, 1, asked) != await told(worlds, 2, asked):
                    differing.append((who, member, params))
    assert not differing


async def test_several_types_at_once(worlds: Stage) -> None:
    for more in (
        [],
        [("_sort", "-_lastUpdated")],
        [("_text", "rullator")],
        [("_summary", "count")],
        [("_count", "2")],
    ):
        asked = parse_system([("_type", "Patient,Observation,List,Organization"), *more])
        assert await told(worlds, 1, asked) == await told(worlds, 2, asked), more


async def test_words_do_not_widen(worlds: Stage) -> None:
    words = Words(expand={"urn:heart": [(LOINC, "8867-4")]}.get)
    for name in ("code:in", "code:not-in"):
        asked = parse("Observation", [(name, "urn:heart"), ("_total", "accurate")], words=words)
        assert await told(worlds, 1, asked) == await told(worlds, 2, asked)


async def test_a_page_goes_on_where_it_would_without_the_hidden(worlds: Stage) -> None:
    asked = query("Observation?_sort=code&_count=1")
    seen: dict[int, list[str]] = {1: [], 2: []}
    for tenant, ids in seen.items():
        cursor = None
        while True:
            page = await worlds.store.search(
                tenant, replace(asked, cursor=cursor), restriction=idas, redactions=nothing_hidden
            )
            ids += [match.id for match in page.matches]
            if (cursor := page.next_cursor) is None:
                break
    assert seen[1] == seen[2] == ["astrid-o1", "astrid-o2"]
