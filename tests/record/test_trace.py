"""What the citizen's log says: every look at her data, every refusal, with the reason that was hers."""

import json
from datetime import timedelta
from typing import Any

import pytest

from akson.access.actor import PurposeOfUse
from akson.access.policies import current
from akson.access.recording import replay
from akson.audit.event import AccessEvent
from akson.audit.verification import verify
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.record.explanation import NO_RELATION
from akson.record.values import Change
from tests.record.conftest import House, astrid, decision_for, power_of_attorney, pulse

REQUEST = PurposeOfUse.PATIENT_REQUEST


async def staged(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"), pulse("o1", "astrid"))


async def events(house: House, patient: str = "astrid", *, of: str = "") -> list[AccessEvent]:
    """Oldest first, those of one actor."""
    found = await house.log.events_of(1, patient)
    return [event for _, event in reversed(found) if event.actor_id == of or not of]


def body(resource: dict[str, Any]) -> bytes:
    return json.dumps({k: v for k, v in resource.items() if k != "id"}).encode()


async def test_each_look_is_one_event_with_what_was_shown(house: House) -> None:
    await staged(house)
    ida = house.as_("ida")
    await ida.read("Observation", "o1")
    await ida.vread("Observation", "o1", 1)
    await ida.search(parse("Observation", [("_include", "Observation:subject")]))
    await ida.history("Observation", "o1")
    await ida.commit(
        [Change("PUT", "Observation", id="o1", body=json.dumps(pulse("o1", "astrid", 80)).encode())]
    )
    await ida.commit([Change("DELETE", "Observation", id="o1", if_match=2)])
    said = [(e.action, e.outcome, e.count, set(e.resources)) for e in await events(house, of="ida")]
    assert said == [
        ("read", "permit", 1, {"Observation/o1/1"}),
        ("vread", "permit", 1, {"Observation/o1/1"}),
        ("search", "permit", 2, {"Observation/o1/1", "Patient/astrid/1"}),
        ("history", "permit", 1, {"Observation/o1/1"}),
        ("update", "permit", 1, {"Observation/o1/2"}),
        ("delete", "permit", 1, {"Observation/o1/3"}),
    ]
    assert {e.request for e in await events(house, of="ida")} == {ida.events.request}


async def test_a_page_with_many_patients_is_one_event_for_each(house: House) -> None:
    await staged(house)
    await house.put(
        {"resourceType": "Patient", "id": "bjarne"},
        decision_for("bjarne", id="vedtak-2"),
        pulse("o2", "bjarne"),
    )
    await house.as_("ida").search(parse("Observation", []))
    for patient, shown in (("astrid", "Observation/o1/1"), ("bjarne", "Observation/o2/1")):
        assert [e.resources for e in await events(house, patient, of="ida")] == [(shown,)]


async def test_the_reason_is_of_her_data_not_of_the_page(house: House) -> None:
    """Ida looks up a colleague and takes the Observations along: that is no look at reference data to Astrid."""
    await house.put({"resourceType": "Practitioner", "id": "siri"})
    await staged(house)
    await house.put(pulse("o1", "astrid") | {"performer": [{"reference": "Practitioner/siri"}]})
    asked = parse("Practitioner", [("_id", "siri"), ("_revinclude", "Observation:performer")])
    found = await house.as_("ida").search(asked)
    assert [v.id for v in found.included] == ["o1"]
    (event,) = await events(house, of="ida")
    assert event.rules == ("AKS-RULE-CARE-RELATION",)
    assert event.words.startswith("Hjemmetjenesten Øst gir deg helsehjelp")
    (open_data,) = await events(house, "", of="ida")
    assert open_data.rules == ("AKS-RULE-REFERENCE",)


@pytest.mark.parametrize(
    ("type", "asked"),
    [
        ("Observation", [("patient", "astrid"), ("_summary", "count")]),
        ("Observation", [("subject", "Patient/astrid"), ("_count", "0")]),
        ("Observation", [("patient", "Patient/astrid"), ("code", "no-such")]),
        ("Patient", [("_id", "astrid"), ("_summary", "count")]),
    ],
)
async def test_a_count_or_nothing_about_her_is_told_of_her_too(
    house: House, type: str, asked: list[tuple[str, str]]
) -> None:
    await staged(house)
    for who, outcome in (("ida", "permit"), ("omar", "deny"), ("kari", "deny")):
        await house.as_(who).search(parse(type, asked))
        assert [(e.action, e.outcome, e.count) for e in await events(house, of=who)] == [
            ("search", outcome, 0)
        ]
        assert not await events(house, "", of=who)


async def test_every_refusal_says_no_and_why(house: House) -> None:
    await staged(house)
    update = Change("PUT", "Observation", id="o1", body=json.dumps(pulse("o1", "astrid", 99)).encode())
    for attempt in (
        lambda omar: omar.read("Observation", "o1"),
        lambda omar: omar.vread("Observation", "o1", 1),
        lambda omar: omar.history("Observation", "o1"),
        lambda omar: omar.commit([update]),
        lambda omar: omar.commit([Change("DELETE", "Observation", id="o1")]),
        lambda omar: omar.commit([Change("POST", "Observation", body=body(pulse("x", "astrid")))]),
        lambda omar: omar.access_log("astrid"),
    ):
        with pytest.raises(Problem):
            await attempt(house.as_("omar"))
    said = [(e.action, e.outcome, e.words, e.count) for e in await events(house, of="omar")]
    actions = ("read", "vread", "history", "update", "delete", "create", "log")
    assert said == [(action, "deny", NO_RELATION.words, 0) for action in actions]


async def test_a_refused_role_is_told_as_such(house: House) -> None:
    await staged(house)
    with pytest.raises(Problem):
        await house.as_("arne", PurposeOfUse.OPERATIONS).read("Observation", "o1")
    (event,) = await events(house, of="arne")
    assert (event.outcome, event.rules) == ("deny", ("AKS-RULE-NO-DUTY",))


async def test_an_empty_part_of_a_visible_history_is_no_refusal(house: House) -> None:
    await staged(house)
    ida = house.as_("ida")
    page = await ida.history("Observation", "o1", since=ida.at + timedelta(days=1))
    assert page.versions == ()
    (event,) = await events(house, of="ida")
    assert (event.action, event.outcome, event.count) == ("history", "permit", 0)


async def test_what_a_condition_finds_is_logged(house: House) -> None:
    """A conditional create gives back what stands already: that is a look at it."""
    await staged(house)
    made = await house.as_("ida").commit(
        [Change("POST", "Observation", body=body(pulse("x", "astrid")), if_none_exist="patient=astrid")]
    )
    assert made[0].outcome == "unchanged" and made[0].version.id == "o1"
    (event,) = await events(house, of="ida")
    assert (event.action, event.resources) == ("search", ("Observation/o1/1",))


async def test_a_text_that_is_no_patient_id_harms_nobody(house: House) -> None:
    """A refusal about 'Patient/a NUL b' must not stop the events of others that share its flush."""
    await staged(house)
    omar = house.as_("omar")
    for odd in ("a\0b", "x" * 200, "\u2028", "\udcff", ""):
        about_odd = pulse("x", "x") | {"subject": {"reference": f"Patient/{odd}"}}
        for attempt in (
            lambda odd=odd: omar.access_log(odd),
            lambda odd=odd: omar.read("Patient", odd),
            lambda odd=odd: omar.vread("Patient", odd, 1),
            lambda odd=odd: omar.history("Patient", odd),
            lambda about_odd=about_odd: omar.commit([Change("POST", "Observation", body=body(about_odd))]),
        ):
            with pytest.raises(Problem) as refused:
                await attempt()
            assert refused.value.kind is not ProblemKind.OVERLOADED
        assert await omar.last_access(odd) is None
        with pytest.raises(Problem):
            await house.as_("per", PurposeOfUse.OPERATIONS).access_log(odd)
    with pytest.raises(Problem):
        await omar.vread("Observation", "o1", 10**12)
    assert (await verify(house.log)).sound


async def test_no_log_no_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await staged(house)

    async def lost(*_: object) -> bool:
        raise ConnectionError("the log is gone")

    monkeypatch.setattr(house.log.rows, "append", lost)
    ida = house.as_("ida")
    for attempt in (
        lambda: ida.read("Observation", "o1"),
        lambda: ida.search(parse("Observation", [])),
        lambda: ida.history("Observation", "o1"),
        lambda: ida.access_log("astrid"),
    ):
        with pytest.raises(Problem) as refused:
            await attempt()
        assert refused.value.id == "AKS-AUDIT-010"


async def test_a_write_whose_logging_failed_is_healed_with_its_own_event(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await staged(house)

    async def lost(*_: object) -> bool:
        raise ConnectionError("the log is gone")

    with monkeypatch.context() as broken:
        broken.setattr(house.log.rows, "append", lost)
        with pytest.raises(Problem):
            await house.as_("ida").commit([Change("POST", "Observation", body=body(pulse("x", "astrid")))])
    assert not await events(house, of="ida")
    await house.record.recover()
    (event,) = await events(house, of="ida")
    assert (event.action, event.outcome, event.count) == ("create", "permit", 1)


async def test_who_reads_the_log_stands_in_it(house: House) -> None:
    await staged(house)
    await house.put(astrid(birthDate="1942-03-05"), power_of_attorney("astrid", "RelatedPerson/marit"))
    await house.as_("ida").read("Observation", "o1")
    for who, purpose in (("astrid", REQUEST), ("marit", REQUEST), ("per", PurposeOfUse.OPERATIONS)):
        lines = await house.as_(who, purpose).access_log("astrid")
        assert "Ida Nilsen" in {line.name for line in lines}
        assert [(e.action, e.outcome) for e in await events(house, of=who)] == [("log", "permit")]


@pytest.mark.parametrize(
    ("who", "purpose"),
    [
        ("astrid", REQUEST),
        ("marit", REQUEST),
        ("kari", PurposeOfUse.ADMINISTRATION),
        ("arne", PurposeOfUse.OPERATIONS),
    ],
)
async def test_the_log_of_another_is_closed(house: House, who: str, purpose: PurposeOfUse) -> None:
    await house.put({"resourceType": "Patient", "id": "bjarne"})
    for patient in ("bjarne", "nobody"):
        with pytest.raises(Problem) as refused:
            await house.as_(who, purpose).access_log(patient)
        assert refused.value.id == "AKS-RECORD-404"
    assert [e.outcome for e in await events(house, "bjarne", of=who)] == ["deny"]


async def test_lines_go_on_where_the_last_page_ended(house: House) -> None:
    await staged(house)
    for _ in range(5):
        await house.as_("ida").read("Observation", "o1")
    citizen = house.as_("astrid", REQUEST)
    first = await citizen.access_log("astrid", count=3)
    rest = await citizen.access_log("astrid", count=10, before=first[-1].index)
    places = [line.index for line in (*first, *rest)]
    assert places == sorted(places, reverse=True) and len(set(places)) == len(places)
    assert len([line for line in (*first, *rest) if line.name == "Ida Nilsen"]) == 5


async def test_erasure_says_its_ground_and_a_refused_one_is_noted(house: House) -> None:
    await staged(house)
    with pytest.raises(Problem) as refused:
        await house.as_("ida").erase("Observation", "o1", ground="vil ikke ha det")
    assert refused.value.kind is ProblemKind.FORBIDDEN
    assert [(e.action, e.outcome) for e in await events(house, "", of="ida")] == [("erase", "deny")]
    with pytest.raises(Problem):
        await house.as_("system").erase("Observation", "o1", ground="  ")
    assert await house.as_("system").erase("Observation", "o1", ground="pasientjournalloven § 25") == 1
    erased = [e for e in await events(house, of="system") if e.action == "erase"]
    assert [e.words for e in erased] == ["pasientjournalloven § 25"]


async def test_an_event_is_decided_again_from_what_it_kept(house: House) -> None:
    await staged(house)
    await house.as_("ida").read("Observation", "o1")
    await house.as_("ida").search(parse("Observation", [("patient", "astrid")]))
    with pytest.raises(Problem):
        await house.as_("omar").read("Observation", "o1")
    policy = current()
    for event in await events(house):
        again = replay(event.decision, {policy.version: policy})
        assert (again.permit, tuple(r.rule for r in again.reasons)) == (event.outcome == "permit", event.rules)
