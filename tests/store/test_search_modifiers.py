"""Every modifier and every parameter that is none of a type's own, against a real PostgreSQL."""

from typing import Any

import pytest
from stage import LOINC, UCUM, Stage, nothing_hidden, observation, patient, query

from akson.fhir.problem import Problem
from akson.fhir.search.parsing import parse
from akson.fhir.search.several import parse_compartment, parse_system
from akson.fhir.search.words import Words

MR = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}],
    "text": "Journalnummer",
}


def coded(code: str, display: str, text: str | None = None) -> dict[str, Any]:
    concept: dict[str, Any] = {"coding": [{"system": LOINC, "code": code, "display": display}]}
    return {"code": concept | ({"text": text} if text else {})}


def value_set(id: str, url: str) -> dict[str, Any]:
    return {"resourceType": "ValueSet", "id": id, "status": "active", "url": url}


def location(id: str, latitude: float, longitude: float) -> dict[str, Any]:
    position = {"latitude": latitude, "longitude": longitude}
    return {"resourceType": "Location", "id": id, "position": position, "name": id}


@pytest.fixture
async def ward(stage: Stage) -> Stage:
    await stage.put(
        patient(
            "astrid",
            "Ås",
            gender="female",
            birthDate="1941-02-03",
            identifier=[{"type": MR, "system": "urn:j", "value": "77"}, {"system": "urn:x", "value": "77"}],
            text={"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><b>Bruker</b> rullator</div>'},
        ),
        patient("bjarne", "Dal", gender="male", birthDate="1950", identifier=[{"system": "urn:j", "value": "77"}]),
        patient("cato", "Dalen"),
        observation("pulse", effectiveDateTime="2026-11-01", **coded("8867-4", "Heart rate", "Puls")),
        observation(
            "weight",
            "bjarne",
            effectiveDateTime="2026-11-02",
            valueQuantity={"value": 80, "unit": "kg", "system": UCUM, "code": "kg"},
            note=[{"text": "Målt på Åsgård, sittende"}],
            **coded("29463-7", "Body weight"),
        ),
        observation("bare", "bjarne", code={"text": "Ørepine"}, performer=[{"reference": "Patient/astrid"}]),
        {
            "resourceType": "List",
            "id": "l1",
            "status": "current",
            "mode": "working",
            "entry": [{"item": {"reference": "Patient/astrid"}}, {"item": {"reference": "Observation/weight"}}],
        },
        {"resourceType": "Organization", "id": "ost", "name": "Øst"},
        value_set("foo", "http://acme.org/fhir/ValueSet/foo"),
        value_set("root", "http://acme.org/fhir"),
        value_set("oid", "urn:oid:2.16.578.1"),
        value_set("other", "http://acme.org/fhirside/ValueSet/foo"),
        location("oslo", 59.9139, 10.7522),
        location("bergen", 60.3913, 5.3221),
    )  # fmt: skip
    return stage


FOUND = (
        ("Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|77", {"astrid"}),
        ("Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|7", set()),
        ("Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MRT|77", set()),
        ("Patient?identifier:text=journal", {"astrid"}),
        ("Patient?identifier:missing=true", {"cato"}),
        ("Patient?gender:not=male", {"astrid", "cato"}),
        ("Patient?gender:not=male,female", {"cato"}),
        ("Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender", {"astrid", "bjarne"}),
        ("Patient?gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender", {"cato"}),
        ("Observation?code:text=puls", {"pulse"}),
        ("Observation?code:text=HEART", {"pulse"}),
        ("Observation?code:text=rate", set()),
        ("Observation?code:text=øre", {"bare"}),
        ("Observation?code:text=heart,body", {"pulse", "weight"}),
        ("Observation?subject:Patient=bjarne", {"weight", "bare"}),
        ("Observation?subject:missing=true", set()),
        ("Observation?value-quantity:missing=false", {"weight"}),
        ("Observation?date:missing=true", {"bare"}),
        ("Observation?_tag:missing=true", {"pulse", "weight", "bare"}),
        # What follows from others is not indexed for itself: unions, composites, systems of codes that carry none.
        ("Observation?combo-code=8867-4,29463-7", {"pulse", "weight"}),
        ("Observation?combo-code=http://loinc.org|29463-7", {"weight"}),
        ("Observation?combo-code:not=8867-4", {"weight", "bare"}),
        ("Observation?combo-code:text=body", {"weight"}),
        ("Observation?combo-code:missing=true", set()),
        ("Observation?combo-value-quantity:missing=false", {"weight"}),
        ("Observation?combo-value-quantity:missing=true", {"pulse", "bare"}),
        ("Observation?combo-value-quantity=gt79||kg", {"weight"}),
        ("Observation?code-value-quantity:missing=false", {"weight"}),
        ("Observation?code-value-quantity:missing=true", {"pulse", "bare"}),
        ("Observation?combo-code-value-quantity:missing=false", {"weight"}),
        ("Patient?gender=http://hl7.org/fhir/administrative-gender|male", {"bjarne"}),
        ("Patient?gender=http://hl7.org/fhir/administrative-gender|", {"astrid", "bjarne"}),
        ("Patient?gender=http://loinc.org|male", set()),
        ("Patient?gender=http://loinc.org|", set()),
        ("Patient?gender=|male", set()),
        ("Patient?gender:not=http://loinc.org|male", {"astrid", "bjarne", "cato"}),
        ("Observation?patient._text=rullator&code:text=puls", {"pulse"}),
        ("Patient?_has:Observation:patient:code:text=body&_text=rullator", set()),
        ("ValueSet?url:below=http://acme.org/fhir/", {"foo"}),
        ("ValueSet?url:below=http://acme.org/fhir", {"foo", "root"}),
        ("ValueSet?url:below=urn:oid:2.16", {"oid"}),
        ("ValueSet?url:above=http://acme.org/fhir/ValueSet/foo/_history/5", {"foo", "root"}),
        ("ValueSet?url:above=urn:oid:2.16.578.1.4", {"oid"}),
        ("ValueSet?url:above=urn:oid:2.16.578.12", set()),
        ("ValueSet?url:contains=VALUESET", {"foo", "other"}),
        ("Location?near=59.9|10.7|20|km", {"oslo"}),
        ("Location?near=59.9|10.7|500|km", {"oslo", "bergen"}),
        ("Location?near=59.9139|10.7522|1|m", {"oslo"}),
        ("Location?near:missing=true", set()),
        ("Patient?_list=l1", {"astrid"}),
        ("Observation?_list=l1,nobody", {"weight"}),
        ("Observation?_list=nobody", set()),
        ("Patient?_text=rullator", {"astrid"}),
        ("Patient?_text=bruker -rullator", set()),
        ("Patient?_text=xmlns", set()),
        ("Patient?_text=finnes-ikke", set()),
        ("Patient?_content=dalen or rullator", {"astrid", "cato"}),
        ("Observation?_content=åsgård", {"weight"}),
        ('Observation?_content="på åsgård"', {"weight"}),
        ('Observation?_content="åsgård på"', set()),
        ("Observation?_content=MÅLT&patient=bjarne", {"weight"}),
        ("Patient?_has:Observation:patient:code:text=body", {"bjarne"}),
        ("Observation?patient.gender:not=male", {"pulse"}),
        ("Observation?subject:Patient.family:exact=Dal", {"weight", "bare"}),
        ("Patient?family:contains=AL", {"bjarne", "cato"}),
)  # fmt: skip


async def test_found(ward: Stage) -> None:
    for text, found in FOUND:
        assert set(await ward.ids(text)) == found, text
        assert (await ward.search(text + "&_summary=count")).total == len(found), text


FILTERS = (
    ('family eq "dal"', {"bjarne"}),
    ("family ne dal", {"astrid", "cato"}),
    ("family sw DA", {"bjarne", "cato"}),
    ("family ew en", {"cato"}),
    ('family co "ås"', {"astrid"}),
    ("gender pr true", {"astrid", "bjarne"}),
    ("gender pr false", {"cato"}),
    ("not(gender eq male)", {"astrid", "cato"}),
    ("not(gender eq male or family eq dalen)", {"astrid"}),
    ("birthdate ge 1945", {"bjarne"}),
    ("birthdate lt 1945 or family sw dal", {"astrid", "bjarne", "cato"}),
    ("gender eq female and birthdate eq 1941-02-03", {"astrid"}),
    ("gender eq female or gender eq male and family eq dal", {"astrid", "bjarne"}),
    ("(gender eq female or gender eq male) and family eq dal", {"bjarne"}),
    ("gender in http://hl7.org/fhir/ValueSet/administrative-gender", {"astrid", "bjarne"}),
    ("_id eq cato", {"cato"}),
    ("_id ne cato and _lastUpdated gt 2000", {"astrid", "bjarne"}),
    ("identifier eq urn:j|77", {"astrid", "bjarne"}),
    ('_has:Observation:patient:code eq "29463-7"', {"bjarne"}),
)


async def test_filter(ward: Stage) -> None:
    for text, found in FILTERS:
        assert set(await ward.ids(f"Patient?_filter={text}")) == found, text


async def test_filter_on_other_kinds(ward: Stage) -> None:
    assert await ward.ids("Observation?_filter=value-quantity gt 70") == ["weight"]
    assert await ward.ids("Observation?_filter=patient.family co ås") == ["pulse"]
    assert set(await ward.ids("Observation?_filter=subject ne Patient/astrid")) == {"weight", "bare"}
    assert await ward.ids("ValueSet?_filter=url sb http://acme.org/fhir/") == ["foo"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Patient?_filter=family", "AKS-FHIR-307"),
        ("Patient?_filter=family like dal", "AKS-FHIR-307"),
        ("Patient?_filter=(family eq dal", "AKS-FHIR-307"),
        ('Patient?_filter=family eq "dal', "AKS-FHIR-307"),
        ("Patient?_filter=family eq dal gender eq male", "AKS-FHIR-307"),
        ("Patient?_filter=" + "not(" * 40 + "family eq x" + ")" * 40, "AKS-FHIR-303"),
        ("Patient?_filter=" + " or ".join(["family eq x"] * 60), "AKS-FHIR-303"),
        ("Patient?_filter=name[use eq official].given eq x", "AKS-FHIR-302"),
        ("Patient?_filter=family gt dal", "AKS-FHIR-302"),
        ("Patient?_filter=shoesize eq 42", "AKS-FHIR-302"),
        ("Patient?_filter=birthdate eq notadate", "AKS-FHIR-310"),
        ("Patient?family:text=x", "AKS-FHIR-302"),
        ("Patient?family:=x", "AKS-FHIR-302"),
        ("Patient?birthdate:not=2000", "AKS-FHIR-302"),
        ("Patient?general-practitioner:below=1", "AKS-FHIR-302"),
        ("Patient?_id:not=x", "AKS-FHIR-302"),
        ("Patient?identifier:of-type=MR|77", "AKS-FHIR-310"),
        ("Patient?gender:in=http://example.org/unknown", "AKS-FHIR-308"),
        ("Observation?code:below=http://loinc.org|1", "AKS-FHIR-308"),
        ("Patient?_list=$current-allergies", "AKS-FHIR-302"),
        ("Patient?_contained=true", "AKS-FHIR-302"),
        ("Patient?_query=x", "AKS-FHIR-302"),
        ("Patient?_score=1", "AKS-FHIR-302"),
        ("Patient?_text=", "AKS-FHIR-310"),
        ("Patient?_summary=text&_revinclude=Observation:subject", "AKS-FHIR-310"),
        ("Location?near=north", "AKS-FHIR-310"),
    ],
)
def test_refused(text: str, problem: str) -> None:
    with pytest.raises(Problem) as refused:
        query(text)
    assert refused.value.id == problem


def test_what_is_not_known_is_left_out_only_when_it_is_a_parameter() -> None:
    lenient = parse("Patient", [("shoesize", "42"), ("gender", "male")], strict=False)
    assert [term.param for term in lenient.terms] == ["gender"] and lenient.text == (("gender", "male"),)
    with pytest.raises(Problem):
        parse("Patient", [("gender:is", "male")], strict=False)
    assert parse("Patient", [("_contained", "false")]).terms == ()
    assert parse("Patient", [("_count", "99999")]).text == (("_count", "1000"),), (
        "the self link tells the truth"
    )


async def test_words_come_from_whoever_knows_them(ward: Stage) -> None:
    tree = {"pulse": {(LOINC, "8867-4")}, "vital": {(LOINC, "8867-4"), (LOINC, "29463-7")}}
    words = Words(
        expand={"urn:vitals": tree["vital"]}.get,
        below=lambda _system, code: tree.get(code),
        above=lambda _system, code: [(LOINC, code)],
    )

    async def found(name: str, value: str) -> set[str]:
        page = await ward.store.search(
            1,
            parse("Observation", [(name, value)], words=words),
            restriction=ward_sees_all,
            redactions=nothing_hidden,
        )
        return {match.id for match in page.matches}

    assert await found("code:in", "urn:vitals") == {"pulse", "weight"}
    assert await found("code:not-in", "urn:vitals") == {"bare"}
    assert await found("code:below", f"{LOINC}|vital") == {"pulse", "weight"}
    assert await found("code:above", f"{LOINC}|8867-4") == {"pulse"}
    empty = parse("Observation", [("code:in", "urn:none")], words=Words(expand={"urn:none": ()}.get))
    assert (
        await ward.store.search(1, empty, restriction=ward_sees_all, redactions=nothing_hidden)
    ).matches == ()


def ward_sees_all(_type: str) -> Any:
    from akson.access.decision import Everything

    return Everything()


ORDERS = (
    ("Patient?_sort=gender", ["astrid", "bjarne", "cato"]),
    ("Patient?_sort=-gender", ["bjarne", "astrid", "cato"]),
    ("Patient?_sort=family", ["bjarne", "cato", "astrid"]),
    ("Patient?_sort=-family", ["astrid", "cato", "bjarne"]),
    ("Patient?_sort=birthdate", ["astrid", "bjarne", "cato"]),
    ("Observation?_sort=code", ["weight", "pulse", "bare"]),
    ("Observation?_sort=-subject,code", ["weight", "bare", "pulse"]),
    ("Observation?_sort=value-quantity", ["weight", "bare", "pulse"]),
    ("ValueSet?_sort=url", ["root", "foo", "other", "oid"]),
)


async def test_sorted_with_what_has_no_value_last(ward: Stage) -> None:
    for text, order in ORDERS:
        assert await ward.ids(text) == order, text
        paged, cursor = [], None
        while True:
            page = await ward.search(f"{text}&_count=1", cursor=cursor)
            paged += [match.id for match in page.matches]
            if (cursor := page.next_cursor) is None:
                break
        assert paged == order, f"{text} page by page"


async def test_a_compartment_and_the_whole_of_it(ward: Stage) -> None:
    async def found(member: str, *params: tuple[str, str]) -> list[str]:
        asked = parse_compartment("Patient", "astrid", member, params)
        return [
            f"{m.type}/{m.id}"
            for m in (
                await ward.store.search(1, asked, restriction=ward_sees_all, redactions=nothing_hidden)
            ).matches
        ]

    assert await found("Observation") == ["Observation/bare", "Observation/pulse"]
    assert await found("Observation", ("code", "8867-4")) == ["Observation/pulse"]
    assert await found("*") == ["Observation/bare", "Observation/pulse"]
    assert await found("*", ("_type", "Condition")) == []
    counted = parse_compartment("Patient", "astrid", "*", [("_summary", "count")])
    assert (
        await ward.store.search(1, counted, restriction=ward_sees_all, redactions=nothing_hidden)
    ).total == 2
    with pytest.raises(Problem) as refused:
        parse_compartment("Patient", "astrid", "Organization", [])
    assert refused.value.id == "AKS-FHIR-309"
    with pytest.raises(Problem):
        parse_compartment("Organization", "ost", "Patient", [])


async def test_several_types_are_one_order_page_by_page(ward: Stage) -> None:
    await ward.put(patient("same"), observation("same"))
    params = [("_type", "Patient,Observation,Condition"), ("_count", "2")]
    seen: list[str] = []
    cursor = None
    while True:
        from dataclasses import replace

        asked = replace(parse_system(params), cursor=cursor)
        page = await ward.store.search(1, asked, restriction=ward_sees_all, redactions=nothing_hidden)
        seen += [f"{m.type}/{m.id}" for m in page.matches]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == [
        "Patient/astrid", "Observation/bare", "Patient/bjarne", "Patient/cato", "Observation/pulse",
        "Patient/same", "Observation/same", "Observation/weight",
    ]  # fmt: skip
    newest = parse_system([("_type", "Patient,Observation"), ("_sort", "-_lastUpdated"), ("_count", "2")])
    page = await ward.store.search(1, newest, restriction=ward_sees_all, redactions=nothing_hidden)
    assert {m.id for m in page.matches} == {"same"}
    counted = parse_system([("_type", "Patient,Observation"), ("_total", "accurate"), ("_id", "same,cato")])
    page = await ward.store.search(1, counted, restriction=ward_sees_all, redactions=nothing_hidden)
    assert page.total == 3 == len(page.matches)
    included = parse_system(
        [("_type", "Patient,Observation"), ("_id", "pulse"), ("_include", "Observation:subject")]
    )
    page = await ward.store.search(1, included, restriction=ward_sees_all, redactions=nothing_hidden)
    assert [m.id for m in page.included] == ["astrid"]
    for wrong in ([], [("_type", "Nothing")], [("_type", "Patient,Observation"), ("_sort", "-date")]):
        with pytest.raises(Problem):
            parse_system(wrong)


async def test_every_include_and_every_reverse_include(ward: Stage) -> None:
    async def included(text: str) -> set[str]:
        return {f"{m.type}/{m.id}" for m in (await ward.search(text)).included}

    assert await included("Patient?_id=astrid&_revinclude=*") == {
        "Observation/pulse",
        "Observation/bare",
        "List/l1",
    }
    assert await included("Patient?_id=astrid&_revinclude=List:item") == {"List/l1"}
    assert await included("Observation?_id=bare&_include=*") == {"Patient/bjarne", "Patient/astrid"}
    assert await included("Observation?_id=bare&_include=Observation:performer:Patient") == {"Patient/astrid"}
    assert await included("List?_include=*&_include:iterate=Observation:subject") == {
        "Patient/astrid", "Observation/weight", "Patient/bjarne"
    }  # fmt: skip
    assert await included("Patient?_id=astrid&_revinclude=List:item&_include:iterate=List:item") == {
        "List/l1", "Observation/weight",
    }  # fmt: skip


async def test_text_that_the_database_cannot_hold_is_no_error(ward: Stage) -> None:
    """A body with a zero character cannot be read as JSON by PostgreSQL; nobody may learn of it by a failure."""
    from akson.fhir.index_values import IndexValues
    from akson.store.values import Write

    body = b'{"resourceType":"Basic","id":"odd","code":{"text":"x\\u0000rullator"}}'
    await ward.put(Write("Basic", "odd", 1, body, IndexValues(), "PUT"))
    assert await ward.ids("Basic?_content=rullator") == []
    assert await ward.ids("Basic?_sort=code") == ["odd"]


async def test_a_book_or_an_attachment_is_no_error(ward: Stage) -> None:
    """More words than PostgreSQL can hold of one text, and one word that is longer than any."""
    book = " ".join(f"ord{number}" for number in range(200_000))
    notes = [{"text": book[start : start + 90_000]} for start in range(0, len(book), 90_000)]
    await ward.put(
        observation("book", note=notes),
        observation("data", note=[{"text": "QUJD" * 50_000}, {"text": "vedlegg"}]),
    )
    assert await ward.ids("Observation?_content=ord17") == ["book"]
    assert await ward.ids("Observation?_content=vedlegg") == ["data"]
    assert await ward.ids("Observation?_content=ord199999") == []


async def test_the_database_folds_as_the_program_does(ward: Stage) -> None:
    from akson.fhir.search.values.string import fold

    words = ["Åse", "ÅSE", "  Ærlig\tØst ", "Érika", "Müller", "A\u030ase", "Aas", "STRAßE", "ÇÑ", "naïve"]
    rows = await ward.store._search_pool.fetch("select record.folded(w) f from unnest($1::text[]) w", words)
    assert [row["f"] for row in rows] == [fold(word) for word in words]
