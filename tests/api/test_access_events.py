"""GET /fhir/AuditEvent: the access log as FHIR, for those who see all of it, and for nobody else."""

from dataclasses import replace

import pytest

from akson.access.actor import PurposeOfUse
from akson.access.scopes import read_scopes
from akson.app.cast import CAST
from akson.fhir.codec.json import parse
from akson.fhir.problem import Problem
from akson.fhir.validation import validate
from akson.record.log_search import LogQuestion
from tests.api.conftest import Fhir
from tests.record.conftest import astrid, decision_for, pulse


@pytest.fixture
async def seen(fhir: Fhir) -> Fhir:
    """Ida has read of Astrid, Omar was refused, of her and of Berit."""
    await fhir.house.put(astrid(), {**astrid(), "id": "berit"}, decision_for("astrid"), pulse("o1", "astrid"))
    for who, path in (
        ("ida", "Patient/astrid"),
        ("ida", "Observation/o1"),
        ("omar", "Patient/astrid"),
        ("omar", "Patient/berit"),
    ):
        await fhir.ask("GET", path, who=who)
    return fhir


async def bundle(fhir: Fhir, path: str, who: str) -> dict:
    answer = await fhir.ask("GET", path, who=who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def lines(fhir: Fhir, path: str, who: str = "per") -> list[tuple[str, str, str, str]]:
    """(who asked, interaction, outcome, patient) of each, newest first."""
    found = []
    for entry in (await bundle(fhir, path, who)).get("entry", ()):
        event = entry["resource"]
        asker = next(agent for agent in event["agent"] if agent["requestor"])
        patient = [e["what"]["reference"] for e in event["entity"] if e["type"]["code"] == "1"]
        found.append(
            (asker.get("name", ""), event["subtype"][0]["code"], event["outcome"], *(patient or [""]))
        )
    return found


async def test_the_officer_asks_by_each_parameter(seen: Fhir) -> None:
    name = CAST["omar"].name
    refused = [(name, "read", "4", "Patient/berit"), (name, "read", "4", "Patient/astrid")]
    assert await lines(seen, "AuditEvent?agent=Practitioner/omar") == refused
    assert await lines(seen, "AuditEvent?agent=omar&patient=Patient/astrid") == refused[1:]
    assert await lines(seen, "AuditEvent?agent=omar&entity=Patient/berit") == refused[:1]
    assert await lines(seen, f"AuditEvent?agent:identifier={CAST['omar'].hpr or 'omar'}") == refused
    assert await lines(seen, "AuditEvent?agent=omar&outcome=4&subtype=read&type=rest") == refused
    assert await lines(seen, "AuditEvent?agent=omar&outcome=0") == []
    assert await lines(seen, "AuditEvent?agent=omar&subtype=create,update") == []
    assert await lines(seen, "AuditEvent?agent=omar&type=110110") == []
    read = await lines(seen, "AuditEvent?entity=Observation/o1&agent=ida")
    assert [line[1:] for line in read] == [("read", "0", "Patient/astrid")]
    day = seen.house.record.clock.now().date()
    assert await lines(seen, f"AuditEvent?agent=omar&date={day}") == refused
    assert await lines(seen, f"AuditEvent?agent=omar&date=ge{day}&date=le{day}") == refused
    for none in (f"gt{day}", f"lt{day}", f"eb{day}", f"sa{day}"):
        assert await lines(seen, f"AuditEvent?agent=omar&date={none}") == []


async def test_a_page_leads_to_the_next_and_nobody_else_can_go_on_in_it(seen: Fhir) -> None:
    path, found = "AuditEvent?agent=omar&_count=1", []
    while path:
        page = await bundle(seen, path, "per")
        found += [entry["resource"]["id"] for entry in page.get("entry", ())]
        links = {link["relation"]: link["url"] for link in page["link"]}
        path = links.get("next", "").partition("/fhir/")[2]
        if path:
            stolen = await seen.ask("GET", path, who="astrid")
            assert stolen.status_code == 400
    assert len(found) == len(set(found)) == 2
    assert found == await seen.ids("AuditEvent?agent=omar", who="per")


async def test_an_event_told_as_two_is_paged_as_two(seen: Fhir) -> None:
    session = seen.house.record.open(CAST["ida"], PurposeOfUse.TREATMENT, ground="Kontroll")
    await session.read("Observation", "o1")
    await session.read("Observation", "o1")
    whole = await seen.ids("AuditEvent?agent=ida&patient=astrid", who="per")
    assert sum(id.endswith("-t") for id in whole) == 2
    path, found = "AuditEvent?agent=ida&patient=astrid&_count=1", []
    while path:
        page = await bundle(seen, path, "per")
        found += [entry["resource"]["id"] for entry in page.get("entry", ())]
        path = {link["relation"]: link["url"] for link in page["link"]}.get("next", "").partition("/fhir/")[2]
    assert found == whole
    national = await seen.ids("AuditEvent?agent=ida&type=110110", who="per")
    assert national == [id for id in whole if id.endswith("-t")]
    assert (await seen.ask("GET", f"AuditEvent/{national[0]}", who="per")).status_code == 200


async def test_the_citizen_and_who_represents_her_see_hers(seen: Fhir) -> None:
    hers = await lines(seen, "AuditEvent?agent=omar", who="astrid")
    assert [line[2:] for line in hers] == [("4", "Patient/astrid")]
    for path in ("AuditEvent?patient=astrid", "Patient/astrid/AuditEvent"):
        assert {line[3] for line in await lines(seen, path, who="astrid")} == {"Patient/astrid"}


@pytest.mark.parametrize("who", ["ida", "omar", "grete", "arne", "system", "mats"])
@pytest.mark.parametrize(
    "path",
    ["AuditEvent", "AuditEvent?patient=astrid", "AuditEvent?patient=never-was", "Patient/astrid/AuditEvent"],
)
async def test_a_clinician_and_everybody_else_get_nothing(seen: Fhir, who: str, path: str) -> None:
    answer = await seen.ask("GET", path, who=who)
    missing = await seen.ask("GET", "Patient/never-was", who=who)
    assert (answer.status_code, answer.content) == (404, missing.content)


async def test_hers_alone(seen: Fhir) -> None:
    other = await seen.ask("GET", "AuditEvent?patient=berit", who="astrid")
    none = await seen.ask("GET", "AuditEvent?patient=never-was", who="astrid")
    assert (other.status_code, other.content) == (404, none.content)


async def test_one_event_is_read_by_whom_it_is_for(seen: Fhir) -> None:
    hers = await seen.ids("AuditEvent?agent=omar&patient=astrid", who="per")
    another = await seen.ids("AuditEvent?agent=omar&patient=berit", who="per")
    for who, id, status in (
        ("per", hers[0], 200),
        ("astrid", hers[0], 200),
        ("astrid", another[0], 404),
        ("ida", hers[0], 404),
        ("system", hers[0], 404),
        ("per", "0" * 32, 404),
        ("per", "no-such", 404),
        ("per", hers[0] + "-t", 404),
    ):
        answer = await seen.ask("GET", f"AuditEvent/{id}", who=who)
        assert answer.status_code == status, (who, id)
    read = await seen.ask("GET", f"AuditEvent/{hers[0]}", who="per")
    assert read.json()["id"] == hers[0]
    assert not [fault for fault in validate(parse(read.content)) if fault.severity in ("error", "fatal")]
    xml = await seen.ask("GET", f"AuditEvent/{hers[0]}", who="per", Accept="application/fhir+xml")
    assert xml.status_code == 200 and b"<AuditEvent" in xml.content


async def test_an_app_opened_for_one_patient_does_not_get_the_officers_whole_tenant(seen: Fhir) -> None:
    scopes, _ = read_scopes("patient/AuditEvent.rs")
    per = replace(CAST["per"], scopes=scopes, patient_context="astrid")
    session = seen.house.record.open(per, PurposeOfUse.OPERATIONS)
    with pytest.raises(Problem):
        await session.search_log(LogQuestion(whole=True))
    found = await session.search_log(LogQuestion(patient="astrid", whole=True))
    assert {event.patient for _, event in found.events} == {"astrid"}
    with pytest.raises(Problem):
        await session.search_log(LogQuestion(patient="berit", whole=True))


async def test_that_it_was_asked_stands_in_each_log(seen: Fhir) -> None:
    await lines(seen, "AuditEvent?agent=omar")
    for patient in ("astrid", "berit"):
        newest = (await seen.house.log.events_of(1, patient, count=1))[0][1]
        assert (newest.actor_id, newest.action, newest.outcome) == ("per", "log", "permit")
    await seen.ask("GET", "AuditEvent?patient=astrid", who="ida")
    newest = (await seen.house.log.events_of(1, "astrid", count=1))[0][1]
    assert (newest.actor_id, newest.action, newest.outcome) == ("ida", "log", "deny")


@pytest.mark.parametrize(
    "asked",
    ["agent-name=omar", "_lastUpdated=2026", "patient:missing=true", "date=ne2026", "_include=AuditEvent:agent",
     "_sort=date", "patient=astrid,berit", "patient=astrid&patient=berit", "_has:Observation:patient:code=x",
     "agent.name=x", "_filter=date eq 2026", "patient.name=x", "date:missing=true"],
)  # fmt: skip
async def test_what_is_not_offered_is_refused_and_not_passed_over(seen: Fhir, asked: str) -> None:
    for headers in ({}, {"Prefer": "handling=lenient"}):
        answer = await seen.ask("GET", f"AuditEvent?{asked}", who="per", **headers)
        assert answer.status_code == 400, (asked, answer.text)


@pytest.mark.parametrize("who", ["system", "per", "ida"])
async def test_nobody_writes_one(seen: Fhir, who: str) -> None:
    body = {
        "resourceType": "AuditEvent",
        "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"},
        "recorded": "2026-11-26T08:00:00Z",
        "agent": [{"requestor": True}],
        "source": {"observer": {"display": "x"}},
    }
    for method, path in (
        ("POST", "AuditEvent"),
        ("PUT", "AuditEvent/x"),
        ("PUT", "AuditEvent?date=2026"),
        ("PATCH", "AuditEvent/x"),
        ("DELETE", "AuditEvent/x"),
        ("DELETE", "AuditEvent?date=2026"),
    ):
        answer = await seen.ask(method, path, {**body, "id": "x"} if method != "DELETE" else None, who=who)
        assert answer.status_code == 405, (method, path, answer.text)
    sent = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": body, "request": {"method": "POST", "url": "AuditEvent"}}],
    }
    answer = await seen.ask("POST", "", sent, who=who)
    assert answer.status_code == 405 and "AKS-RECORD-026" in answer.text


async def test_the_statement_says_what_is_offered(fhir: Fhir) -> None:
    statement = (await fhir.ask("GET", "metadata")).json()
    told = next(r for r in statement["rest"][0]["resource"] if r["type"] == "AuditEvent")
    assert {i["code"] for i in told["interaction"]} == {"read", "search-type"}
    assert [p["name"] for p in told["searchParam"]] == [
        "agent", "date", "entity", "outcome", "patient", "subtype", "type",
    ]  # fmt: skip
    assert "conditionalCreate" not in told
    paths = (await fhir.ask("GET", "openapi.json", who="nobody")).json()["paths"]
    assert set(paths["/AuditEvent"]) == {"get"} and set(paths["/AuditEvent/{id}"]) == {"get"}
