"""The log followed up: the privacy officer's search, the export, and cases from the node's own log."""

from dataclasses import replace
from datetime import timedelta

import pytest

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.app.cast import CAST
from akson.fhir.problem import Problem, ProblemKind
from akson.record import log_search, snooping
from akson.record.log_search import LogQuestion
from tests.record.conftest import House, astrid, decision_for, pulse

NATIONAL = "urn:oid:2.16.578.1.12.4.1.4.1"


def living(street):
    return [{"use": "home", "line": [street], "postalCode": "0123"}]


def numbered(number):
    return [{"system": NATIONAL, "value": number}]


def practitioner(id, family, street, number="", **more):
    return {
        "resourceType": "Practitioner",
        "id": id,
        "name": [{"family": family}],
        "address": living(street),
        **({"identifier": numbered(number)} if number else {}),
        **more,
    }


async def attempted(house: House, who, patient="astrid", purpose=PurposeOfUse.TREATMENT):
    try:
        await house.as_(who, purpose).read("Patient", patient)
    except Problem as hidden:
        assert hidden.kind is ProblemKind.NOT_FOUND


@pytest.fixture
async def seen(house):
    """Ida has read of Astrid, Omar was refused."""
    await house.put(astrid(), {**astrid(), "id": "berit"}, decision_for("astrid"), pulse("o1", "astrid"))
    await house.as_("ida").read("Patient", "astrid")
    await house.as_("ida").read("Observation", "o1")
    await attempted(house, "omar")
    await attempted(house, "omar", "berit")
    return house


async def asked(house, who, **question):
    found = await house.as_(who).search_log(LogQuestion(**question))
    return [(event.actor_id, event.patient, event.outcome) for _, event in found.events]


async def test_the_officer_asks_by_actor_patient_outcome_unit_and_time(seen):
    assert await asked(seen, "per", actor="omar") == [("omar", "berit", "deny"), ("omar", "astrid", "deny")]
    assert await asked(seen, "per", actor="omar", patient="astrid") == [("omar", "astrid", "deny")]
    assert {who for who, *_ in await asked(seen, "per", patient="astrid", outcome="deny")} == {"omar"}
    assert {who for who, *_ in await asked(seen, "per", unit="tjenesten øst")} == {"ida"}
    assert await asked(seen, "per", purpose="emergency") == []
    assert await asked(seen, "per", actor="omar", until=seen.record.clock.now() - timedelta(days=1)) == []
    assert (
        len(await asked(seen, "per", actor="omar", since=seen.record.clock.now() - timedelta(hours=1))) == 2
    )


async def test_it_is_paged(seen):
    first = await seen.as_("per").search_log(LogQuestion(actor="omar", count=1))
    second = await seen.as_("per").search_log(LogQuestion(actor="omar", count=1, before=first.further))
    third = await seen.as_("per").search_log(LogQuestion(actor="omar", count=1, before=second.further))
    assert [e.patient for page in (first, second, third) for _, e in page.events] == ["berit", "astrid"]
    assert third.further is None


async def test_that_he_asked_stands_in_each_log(seen):
    await asked(seen, "per", actor="omar")
    for patient in ("astrid", "berit"):
        newest = (await seen.log.events_of(1, patient, count=1))[0][1]
        assert (newest.actor_id, newest.action, newest.outcome) == ("per", "log", "permit")
        assert "Personvernombudet" in newest.words


@pytest.mark.parametrize("who", ["ida", "astrid", "arne", "grete", "system"])
async def test_nobody_else_asks_without_a_patient(seen, who):
    with pytest.raises(Problem) as refused:
        await asked(seen, who, actor="omar")
    assert refused.value.kind is ProblemKind.NOT_FOUND
    newest = (await seen.log.events_found(1, actor=who, count=1))[0][1]
    assert (newest.action, newest.outcome) == ("log", "deny")


async def test_the_citizen_gets_all_of_hers_and_staff_their_own_lines(seen):
    assert {who for who, *_ in await asked(seen, "astrid", patient="astrid")} >= {"ida", "omar"}
    assert {who for who, *_ in await asked(seen, "ida", patient="astrid")} == {"ida"}
    for who in ("astrid", "omar"):
        with pytest.raises(Problem):
            await asked(seen, who, patient="berit")


async def test_export_says_once_in_each_log_that_it_left(seen):
    session = seen.as_("per")
    found = [event async for _, event in log_search.export(session, LogQuestion(actor="omar", count=1))]
    assert [event.patient for event in found] == ["berit", "astrid"]
    exported = await seen.log.events_found(1, actor="per")
    assert sorted(e.patient for _, e in exported if e.action == "export") == ["", "astrid", "berit"]


async def test_another_tenant_sees_nothing(seen):
    assert await asked(seen, replace(CAST["per"], tenant=2)) == []


async def looked_for(house):
    return await snooping.look_for(house.as_("system", PurposeOfUse.OPERATIONS))


async def cases(house):
    return await log_search.open_cases(house.as_("per"))


async def test_a_neighbour_becomes_a_case(house):
    await house.put(
        astrid(address=living("Storgata 12 B")),
        {**astrid(), "id": "berit", "address": living("Storgata 30")},
        practitioner("omar", "Haddad", "Storgata 10"),
    )
    await attempted(house, "omar")
    await attempted(house, "omar", "berit")
    assert (await looked_for(house)).new == 1
    (case,) = await cases(house)
    assert (case.kind, case.actor, case.name, case.patients) == (
        "neighbour",
        "omar",
        "Omar Haddad",
        ("astrid",),
    )
    assert any("nabo" in words for words in case.reasons) and any("avvist" in words for words in case.reasons)


async def test_a_graded_address_makes_no_neighbour(house):
    graded = [{"system": "http://ehelse.no/fhir/CodeSystem/gd-address-confidentiality", "code": "fortrolig"}]
    await house.put(
        astrid(address=living("Storgata 12"), meta={"security": graded}),
        practitioner("omar", "Haddad", "Storgata 10"),
    )
    await attempted(house, "omar")
    assert (await looked_for(house)).cases == 0


async def test_a_former_spouse_and_a_colleague(house):
    ended = {
        "resourceType": "RelatedPerson",
        "id": "eks",
        "patient": {"reference": "Patient/astrid"},
        "identifier": numbered("01017000000"),
        "period": {"end": "2024-01-01"},
    }
    siri = {**astrid(), "id": "siri-p", "identifier": numbered("02028000000")}
    await house.put(
        astrid(), siri, ended,
        practitioner("omar", "Haddad", "Storgata 10", "01017000000"),
        practitioner("vera", "Vik", "Nygata 1", "02028000000"),
    )  # fmt: skip
    vera = replace(CAST["omar"], id="vera", name="Vera Vik", reference="Practitioner/vera")
    await attempted(house, vera)
    await attempted(house, "omar")
    await attempted(house, "omar", "siri-p")
    await looked_for(house)
    found = {(case.kind, case.actor, *case.patients) for case in await cases(house)}
    assert found == {("family", "omar", "astrid"), ("colleague", "omar", "siri-p")}


async def test_an_open_case_is_one_and_a_closed_one_stays_closed(house):
    await house.put(astrid(address=living("Storgata 12")), practitioner("omar", "Haddad", "Storgata 10"))
    await attempted(house, "omar")
    assert ((await looked_for(house)).new, (await looked_for(house)).new) == (1, 0)
    (case,) = await cases(house)
    assert await log_search.close_case(house.as_("per"), case.id, "Feil navn i søket.")
    assert not await log_search.close_case(house.as_("per"), case.id, "igjen")
    assert (await looked_for(house)).new == 0 and await cases(house) == []
    await attempted(house, "omar")
    assert (await looked_for(house)).new == 1


async def test_cases_are_for_the_officer_and_the_run_for_the_system(seen):
    for who in ("ida", "arne", "astrid"):
        with pytest.raises(Problem):
            await log_search.open_cases(seen.as_(who))
    with pytest.raises(Problem) as refused:
        await snooping.look_for(seen.as_("per"))
    assert refused.value.id == "AKS-RECORD-050"


async def test_what_opened_the_record_is_read_from_the_evidence(house):
    team = {
        "resourceType": "CareTeam",
        "id": "t1",
        "status": "active",
        "subject": {"reference": "Patient/astrid"},
        "participant": [{"member": {"reference": "Practitioner/omar"}}],
    }
    await house.put(astrid(), team)
    await house.as_("omar").read("Patient", "astrid")
    (event,) = [e for _, e in await house.log.events_of(1, "astrid", actor="omar")]
    assert snooping._look(event).opening is snooping.Opening.ORDINARY
    assert snooping._look(replace(event, purpose="emergency")).opening is snooping.Opening.EMERGENCY
    assert snooping._look(replace(event, outcome="deny")).opening is snooping.Opening.REFUSED
    declared = event.decision.replace(b'"care-team"', b'"self-declared"')
    assert declared != event.decision
    assert snooping._look(replace(event, decision=declared)).opening is snooping.Opening.DECLARED
    citizen = Actor(kind=ActorKind.CITIZEN, id="astrid", name="", tenant=1)
    assert snooping._look(replace(event, actor_kind=citizen.kind.value)) is None
