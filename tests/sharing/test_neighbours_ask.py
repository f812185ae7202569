"""Real nodes ask each other: tokens, proofs, attestation, the rules of each source, one decision in both logs."""

import pytest

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.app.cast import CAST
from akson.app.neighbours import declared
from akson.app.neighbours.opening import federation_of, subject_of
from akson.app.playing.neighbourhood import Neighbourhood
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.record.acts import closing
from akson.record.facts.choices import CHOICE_SYSTEM
from akson.sharing.classes import SharedClass
from akson.sharing.federation.federation import UNVOUCHED
from akson.sharing.values import Answer, Outcome, Question
from tests.sharing import people
from tests.sharing.people import ASTRID, IDA

MEDICATION = Question(ASTRID, "MedicationStatement?status=active", SharedClass.MEDICATION)
CRITICAL = Question(ASTRID, "AllergyIntolerance", SharedClass.CRITICAL)


async def asked(
    town: Neighbourhood,
    *questions: Question,
    who: str = "ida",
    purpose: PurposeOfUse = PurposeOfUse.TREATMENT,
) -> list[Answer]:
    node = town["storvik"].node
    told = declared.load(node.settings.data)
    session = node.record.open(CAST[who], purpose)
    leave = await session.leave_to_ask("astrid")
    subject = await subject_of(node.record, CAST[who])
    federation = federation_of(node, told)
    assert federation is not None
    asked = await federation.ask(session, leave, subject, questions or (MEDICATION,), told.sources)
    return list(asked.answers)


def names(answer: Answer) -> dict[str, list[str]]:
    return {p.source.id: sorted(json.parse(r)["id"] for r in p.resources) for p in answer.parts}


async def test_both_sources_answer_about_this_one_patient_and_keep_what_they_grade(
    town: Neighbourhood,
) -> None:
    medication, critical = await asked(town, MEDICATION, CRITICAL)
    assert [p.outcome for p in medication.parts] == [Outcome.ANSWERED] * 2, medication.parts
    assert names(medication) == {"lillefjord": ["m-1"], "havneby": ["h-1"]}, (
        "graded R stays there; Bo is nobody's"
    )
    assert names(critical) == {"lillefjord": [], "havneby": ["h-2"]}
    assert medication.whole and medication.decision == critical.decision


async def test_one_decision_stands_in_the_log_of_who_asked_and_of_each_who_was_asked(
    town: Neighbourhood,
) -> None:
    (answer,) = await asked(town)
    ours = [e for _, e in await town["storvik"].node.log.events_of(1, "astrid", count=50)]
    mine = next(e for e in ours if e.action == "ask-elsewhere")
    assert mine.decision_ref == answer.decision and mine.actor_name == "Ida Nilsen"
    assert mine.words.startswith("Spurte Lillefjord kommune og Havneby kommune om legemidler.")
    for source, patient in (("lillefjord", "p-17"), ("havneby", "x-9")):
        theirs = [e for _, e in await town[source].node.log.events_of(1, patient, count=50)]
        seen = next(e for e in theirs if e.action == "search" and e.rules == ("AKS-RULE-ATTESTED",))
        assert seen.decision_ref == answer.decision, source
        assert (seen.actor_name, seen.enterprise) == ("Ida Nilsen", town["storvik"].org)
        assert seen.resources and seen.attest


async def test_who_has_no_relation_asks_nobody_and_the_attempt_stands_in_the_log(town: Neighbourhood) -> None:
    before = town.helseid.given
    with pytest.raises(Problem) as refused:
        await asked(town, who="omar")
    assert refused.value.kind is ProblemKind.NOT_FOUND and town.helseid.given == before
    ours = [e for _, e in await town["storvik"].node.log.events_of(1, "astrid", count=50)]
    assert [e.outcome for e in ours if e.actor_id == "omar" and e.action == "ask-elsewhere"] == ["deny"]


async def test_a_node_that_has_gone_is_named_and_the_others_answer(town: Neighbourhood) -> None:
    await town["havneby"].leave()
    try:
        (answer,) = await asked(town)
    finally:
        await town["havneby"].come_back()
    assert names(answer) == {"lillefjord": ["m-1"], "havneby": []}
    assert [part.source.name for part in answer.missing] == ["Havneby kommune"]
    (again,) = await asked(town)
    assert again.whole


async def test_one_whom_the_registers_do_not_have_is_vouched_for_by_nobody(town: Neighbourhood) -> None:
    del town.helseid.people[IDA.national_id]
    try:
        (answer,) = await asked(town)
    finally:
        town.know(IDA)
    assert {p.why for p in answer.parts} == {UNVOUCHED} and not answer.whole


async def test_a_token_of_another_enterprise_for_our_attestation_is_refused(town: Neighbourhood) -> None:
    """The provider knows which enterprise a client is of; what is attested must be by that one."""
    client = town.helseid.clients["storvik"]
    from dataclasses import replace

    from akson_lab.nhn.people_tokens import Enterprise

    town.helseid.register(replace(client, enterprise=Enterprise("999999998", "En annen")))
    try:
        (answer,) = await asked(town)
    finally:
        town.helseid.register(client)
    assert {p.why for p in answer.parts} == {UNVOUCHED}


async def test_who_wants_nothing_shared_is_closed_to_everyone_elsewhere_and_to_nobody_at_home(
    town: Neighbourhood,
) -> None:
    said = {
        "resourceType": "Consent",
        "id": "ingen-deling",
        "status": "active",
        "scope": {"text": "Deling"},
        "category": [{"coding": [{"system": CHOICE_SYSTEM, "code": "no-sharing"}]}],
        "patient": {"reference": "Patient/p-17"},
        "dateTime": "2026-11-01",
        "policyRule": {"text": "Reservasjon"},
    }
    await people.put(town["lillefjord"], said)
    try:
        (answer,) = await asked(town)
        (unknown,) = await asked(town, Question(ASTRID, "Condition", SharedClass.PROBLEMS))
        herself = Actor(ActorKind.CITIZEN, "p-17", "Astrid", 1, reference="Patient/p-17")
        session = town["lillefjord"].node.record.open(herself, PurposeOfUse.PATIENT_REQUEST)
        standing = await closing.closings(session, "p-17")
    finally:
        await people.put(town["lillefjord"], said | {"status": "inactive"})
    assert names(answer) == {"lillefjord": [], "havneby": ["h-1"]}, "she has said it in Lillefjord alone"
    hidden, nothing = (next(p for p in a.parts if p.source.id == "lillefjord") for a in (answer, unknown))
    assert (hidden.outcome, hidden.why) == (nothing.outcome, nothing.why), "it looks as if there is nothing"
    assert [(s.kind, s.to) for s in standing] == [("block", ("Alle utenfor kommunen",))]
    (again,) = await asked(town)
    assert names(again)["lillefjord"] == ["m-1"]
