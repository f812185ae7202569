"""Acts around who may see: identify, emergency, own word, lifting, closing, reviewing. Over a real store and log."""

import asyncio
import json
from datetime import date, timedelta
from typing import Any

import pytest

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, ReferenceValue, Term
from akson.record.acts import closing, representing, reviews
from akson.record.acts.closing import Closing
from akson.record.acts.grounds import Ground
from tests.record.conftest import NOON, House, astrid, decision_for, power_of_attorney, pulse

EMERGENCY = PurposeOfUse.EMERGENCY
OWN = PurposeOfUse.PATIENT_REQUEST
UNCONSCIOUS = Ground("unconscious", "Funnet på gulvet.")


def known(**more: Any) -> dict[str, Any]:
    return astrid(
        identifier=[{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "12854200281"}],
        birthDate="1942-05-12",
        address=[{"line": ["Fjordveien 12"], "postalCode": "0123"}],
        **more,
    )


def officer() -> dict[str, Any]:
    return {
        "resourceType": "PractitionerRole",
        "id": "rolle-per",
        "active": True,
        "practitioner": {"reference": "Practitioner/per"},
        "organization": {"reference": "Organization/storvik", "display": "Storvik kommune"},
        "code": [
            {"coding": [{"system": "https://akson.no/fhir/CodeSystem/role", "code": "privacy-officer"}]}
        ],
    }


def blocking(kind: str = "BL", **provision: Any) -> dict[str, Any]:
    return {
        "resourceType": "Consent",
        "id": "sperring",
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7608", "code": kind}]}],
        "patient": {"reference": "Patient/astrid"},
        "policyRule": {"text": "§ 17"},
        "provision": {"type": "deny", **provision},
    }


NADIA = {
    "actor": [{"role": {"coding": [{"code": "IRCP"}]}, "reference": {"reference": "Practitioner/nadia"}}]
}


def of(type: str, patient: str = "astrid") -> Query:
    return Query(type, (Term("patient", "reference", None, (ReferenceValue("Patient", patient),)),))


async def found(house: House, who: str, purpose: PurposeOfUse, type: str) -> list[dict[str, Any]]:
    page = await house.as_(who, purpose).search(of(type))
    return [json.loads(version.body or b"{}") for version in page.matches]


async def refused(house: House, who: str, act: str, patient: str, ground: Ground) -> tuple[str, ...]:
    purpose = EMERGENCY if act == "open_emergency" else PurposeOfUse.TREATMENT
    with pytest.raises(Problem) as problem:
        await getattr(house.as_(who, purpose), act)(patient, ground)
    told = problem.value
    return told.id, told.what, told.why, told.now, str(told.kind)


async def test_one_person_is_identified_exactly_and_only_so_far(house: House) -> None:
    await house.put(known())
    nadia = house.as_("nadia", EMERGENCY)
    for answer in (
        await nadia.identify(national_id="128542 00281"),
        await nadia.identify(name="bakken, astrid", birth_date=date(1942, 5, 12)),
    ):
        (one,) = answer
        assert (one.id, one.name, one.birth_date, one.national_id) == (
            "astrid", "Astrid Bakken", "1942-05-12", "12854200281",
        )  # fmt: skip
        assert "Fjordveien" not in repr(one)
    assert await nadia.identify(name="Ast Bak", birth_date=date(1942, 5, 12)) == ()
    for less in ({"name": "Astrid", "birth_date": date(1942, 5, 12)}, {"name": "Astrid Bakken"}, {}):
        with pytest.raises(Problem, match="does not name one person"):
            await nadia.identify(**less)
    lines = await house.as_("astrid", OWN).access_log("astrid")
    assert any(line.action == "identify" and line.permitted and line.name == "Nadia Berg" for line in lines)


async def test_who_is_blocked_identifies_nobody_and_the_attempt_is_told(house: House) -> None:
    await house.put(known(), blocking(**NADIA))
    assert await house.as_("nadia", EMERGENCY).identify(national_id="12854200281") == ()
    assert await house.as_("nadia", EMERGENCY).identify(national_id="12854200999") == ()
    assert await house.as_("per", EMERGENCY).identify(national_id="12854200281") == ()
    lines = await house.as_("astrid", OWN).access_log("astrid")
    assert [(line.name, line.permitted) for line in lines if line.action == "identify"] == [
        ("Per Aas", False), ("Nadia Berg", False),
    ]  # fmt: skip


async def test_an_emergency_opens_tells_and_is_reviewed_in_one_commit(house: House) -> None:
    clock = house.stand_still(NOON)
    await house.put(known(), officer(), decision_for("astrid"), pulse("p1", "astrid"))
    assert await found(house, "nadia", EMERGENCY, "Observation") == []
    opening = await house.as_("nadia", EMERGENCY).open_emergency("astrid", UNCONSCIOUS)
    assert opening.until == NOON + timedelta(hours=4) and opening.new
    clock.advance(timedelta(minutes=1))
    assert [o["id"] for o in await found(house, "nadia", EMERGENCY, "Observation")] == ["p1"]
    # Not for treatment, and nobody else at the same unit.
    assert await found(house, "nadia", PurposeOfUse.TREATMENT, "Observation") == []
    assert await found(house, "probe-nurse", EMERGENCY, "Observation") == []
    (notice,) = await found(house, "astrid", OWN, "Communication")
    said = notice["payload"][0]["contentString"]
    assert said.startswith("Nadia Berg (lege, Storvik legevakt) åpnet journalen din med nødtilgang.")
    assert "bevisstløs" in said and "Funnet på gulvet" in said
    (item,) = await reviews.reviews(house.as_("per"))
    assert (item.patient, item.words) == ("astrid", said)
    (task,) = await found(house, "astrid", OWN, "Task")
    assert task["owner"]["reference"] == "Organization/storvik"
    lines = await house.as_("astrid", OWN).access_log("astrid")
    assert [(x.purpose, x.words) for x in lines if x.action == "open-emergency"] == [("emergency", said)]
    clock.advance(timedelta(hours=4))
    assert await found(house, "nadia", EMERGENCY, "Observation") == []


async def test_what_stands_open_is_not_told_twice(house: House) -> None:
    await house.put(known(), officer())
    first = await house.as_("nadia", EMERGENCY).open_emergency("astrid", UNCONSCIOUS)
    again = await asyncio.gather(
        *(house.as_("nadia", EMERGENCY).open_emergency("astrid", UNCONSCIOUS) for _ in range(3))
    )
    assert first.new and not any(opening.new for opening in again)
    for _ in range(5):
        await house.as_("nadia", EMERGENCY).read("Patient", "astrid")
    assert len(await found(house, "astrid", OWN, "Communication")) == 1
    assert len(await reviews.reviews(house.as_("per"))) == 1


async def test_a_blocked_person_is_refused_as_for_nobody(house: House) -> None:
    await house.put(known(), blocking(**NADIA), officer())
    hidden = await refused(house, "nadia", "open_emergency", "astrid", UNCONSCIOUS)
    assert hidden == await refused(house, "nadia", "open_emergency", "finnes-ikke", UNCONSCIOUS)
    assert hidden == await refused(house, "nadia", "open_emergency", "../etc", UNCONSCIOUS)
    assert await found(house, "astrid", OWN, "Communication") == []
    lines = await house.as_("astrid", OWN).access_log("astrid")
    assert [(x.permitted, x.name) for x in lines if x.action == "open-emergency"] == [(False, "Nadia Berg")]


@pytest.mark.parametrize("who", ["per", "kari", "arne", "mats", "astrid", "marit"])
async def test_who_has_no_such_duty_opens_nothing(house: House, who: str) -> None:
    await house.put(known(), power_of_attorney("astrid", "RelatedPerson/marit"))
    for act in ("open_emergency", "declare_relation"):
        ground = UNCONSCIOUS if act == "open_emergency" else Ground("present")
        assert "AKS-RECORD-404" in await refused(house, who, act, "astrid", ground)


@pytest.mark.parametrize("ground", [Ground(""), Ground("other"), Ground("other", "  "), Ground("curious")])
async def test_nothing_is_opened_without_a_ground(house: House, ground: Ground) -> None:
    await house.put(known())
    assert "AKS-RECORD-050" in await refused(house, "nadia", "open_emergency", "astrid", ground)
    assert "AKS-RECORD-050" in await refused(house, "nadia", "declare_relation", "astrid", ground)


async def test_an_emergency_is_opened_for_that_purpose_alone(house: House) -> None:
    await house.put(known())
    with pytest.raises(Problem) as told:
        await house.as_("nadia").open_emergency("astrid", UNCONSCIOUS)
    assert told.value.id == "AKS-RECORD-051"


async def test_a_declared_relation_lasts_no_longer_than_the_policy_lets(house: House) -> None:
    clock = house.stand_still(NOON)
    await house.put(known(), officer(), pulse("p1", "astrid"))
    short = await house.as_("omar").declare_relation("astrid", Ground("present"), hours=2)
    assert short.until == NOON + timedelta(hours=2)
    clock.advance(timedelta(minutes=1))
    assert [o["id"] for o in await found(house, "omar", PurposeOfUse.TREATMENT, "Observation")] == ["p1"]
    assert await found(house, "siri", PurposeOfUse.TREATMENT, "Observation") == []
    long = await house.as_("siri").declare_relation("astrid", Ground("substitute"), hours=999)
    assert long.until == clock.now() + timedelta(hours=72)
    assert {item.title for item in await reviews.reviews(house.as_("per"))} == {
        "Vurdere: egenerklært relasjon"
    }
    clock.advance(timedelta(hours=3))
    assert await found(house, "omar", PurposeOfUse.TREATMENT, "Observation") == []


async def test_a_restriction_is_lifted_for_one_person_and_a_block_never(house: House) -> None:
    restricted = blocking("SP", **{"class": [{"system": closing.CLASS_SYSTEM, "code": "clinical"}]})
    await house.put(known(), officer(), decision_for("astrid"), pulse("p1", "astrid"), restricted)
    assert await found(house, "ida", PurposeOfUse.TREATMENT, "Observation") == []
    await house.as_("ida").lift_restriction("astrid", Ground("necessary"))
    assert len(await found(house, "ida", PurposeOfUse.TREATMENT, "Observation")) == 1
    assert await found(house, "siri", PurposeOfUse.TREATMENT, "Observation") == []
    # It gives no relation to who has none, and lifts no block.
    nobodys = await refused(house, "omar", "lift_restriction", "finnes-ikke", Ground("necessary"))
    assert await refused(house, "omar", "lift_restriction", "astrid", Ground("necessary")) == nobodys
    await house.put(blocking("BL"))
    assert await refused(house, "ida", "lift_restriction", "astrid", Ground("necessary")) == nobodys


async def test_a_wholly_restricted_record_can_be_opened_and_lifted_in_an_emergency(house: House) -> None:
    await house.put(known(), officer(), pulse("p1", "astrid"), blocking("SP"))
    nadia = house.as_("nadia", EMERGENCY)
    assert len(await nadia.identify(national_id="12854200281")) == 1
    await nadia.open_emergency("astrid", UNCONSCIOUS)
    assert await found(house, "nadia", EMERGENCY, "Observation") == []
    await house.as_("nadia", EMERGENCY).lift_restriction("astrid", Ground("necessary"))
    assert len(await found(house, "nadia", EMERGENCY, "Observation")) == 1


async def test_the_relation_comes_from_the_act_alone(house: House) -> None:
    """Writing such a CareTeam by hand, or stretching the one that was made, opens nothing."""
    clock = house.stand_still(NOON)
    await house.put(known(), officer(), pulse("p1", "astrid"))
    await house.as_("nadia", EMERGENCY).open_emergency("astrid", UNCONSCIOUS)
    clock.advance(timedelta(minutes=1))
    (team,) = await found(house, "astrid", OWN, "CareTeam")
    for period in (team, team["participant"][0]):
        period["period"]["end"] = "2030-01-01"
    await house.put(team)
    clock.advance(timedelta(hours=5))
    assert await found(house, "nadia", EMERGENCY, "Observation") == []


async def test_a_review_opens_nothing_to_those_of_the_unit_that_owns_it(house: House) -> None:
    await house.put(known(), officer(), pulse("p1", "astrid"))
    await house.as_("nadia", EMERGENCY).open_emergency("astrid", UNCONSCIOUS)
    for who in ("per", "mats", "arne"):
        for type in ("Task", "Observation", "Patient"):
            page = await house.as_(who).search(Query(type))
            assert page.matches == ()


async def test_the_officer_closes_a_review_and_the_citizen_reads_the_outcome(house: House) -> None:
    await house.put(known(), officer())
    await house.as_("nadia", EMERGENCY).open_emergency("astrid", UNCONSCIOUS)
    for who in ("ida", "mats", "nadia", "astrid"):
        with pytest.raises(Problem) as told:
            await reviews.reviews(house.as_(who))
        assert told.value.kind is ProblemKind.FORBIDDEN
    (item,) = await reviews.reviews(house.as_("per"))
    with pytest.raises(Problem) as told:
        await reviews.close_review(house.as_("per"), item.id, item.version, "perhaps")
    assert told.value.id == "AKS-RECORD-054"
    await reviews.close_review(house.as_("per"), item.id, item.version, "justified", "Avklart med vaktleder.")
    assert await reviews.reviews(house.as_("per")) == ()
    (task,) = await found(house, "astrid", OWN, "Task")
    assert task["status"] == "completed" and "Avklart med vaktleder" in task["output"][0]["valueString"]
    with pytest.raises(Problem) as told:
        await reviews.close_review(house.as_("per"), item.id, item.version, "unjustified")
    assert told.value.kind is ProblemKind.PRECONDITION
    with pytest.raises(Problem) as told:
        await reviews.close_review(house.as_("per"), "finnes-ikke", 1, "justified")
    assert told.value.kind is ProblemKind.NOT_FOUND


@pytest.mark.parametrize(
    ("to", "closed", "open_to"),
    [
        (Closing("block", persons=("Practitioner/ida",)), ("ida",), ("siri",)),
        (Closing("restrict", roles=("nurse",)), ("ida", "siri"), ("grete",)),
        (
            Closing("block", enterprises=("Organization/hjemmetjenesten-ost",)),
            ("ida", "siri"),
            ("grete",),
        ),
        (Closing("restrict", categories=("clinical",)), ("ida", "siri", "grete"), ()),
    ],
)
async def test_the_citizen_closes_and_opens_again(
    house: House, to: Closing, closed: tuple[str, ...], open_to: tuple[str, ...]
) -> None:
    await house.put(
        known(generalPractitioner=[{"reference": "Practitioner/grete"}]),
        decision_for("astrid"),
        pulse("p1", "astrid"),
        {"resourceType": "Practitioner", "id": "ida", "name": [{"family": "Nilsen", "given": ["Ida"]}]},
        {"resourceType": "Organization", "id": "hjemmetjenesten-ost", "name": "Hjemmetjenesten Øst"},
    )
    made = await closing.close_to(house.as_("astrid", OWN), "astrid", to)
    for who in closed:
        assert await found(house, who, PurposeOfUse.TREATMENT, "Observation") == [], who
    for who in open_to:
        assert len(await found(house, who, PurposeOfUse.TREATMENT, "Observation")) == 1, who
    (standing,) = await closing.closings(house.as_("astrid", OWN), "astrid")
    assert (standing.id, standing.kind) == (made, to.kind)
    await closing.end_closing(house.as_("astrid", OWN), "astrid", made)
    assert await closing.closings(house.as_("astrid", OWN), "astrid") == ()
    for who in closed:
        assert len(await found(house, who, PurposeOfUse.TREATMENT, "Observation")) == 1, who


async def test_nobody_else_closes_or_opens_her_record(house: House) -> None:
    await house.put(
        known(),
        {"resourceType": "Patient", "id": "bo"},
        decision_for("astrid"),
        power_of_attorney("astrid", "RelatedPerson/marit"),
        blocking(**NADIA),
    )
    to = Closing("block", persons=("Practitioner/ida",))
    for who in ("marit", "ida", "per", "system"):
        for act in (
            lambda session: closing.close_to(session, "astrid", to),
            lambda session: closing.end_closing(session, "astrid", "sperring"),
        ):
            with pytest.raises(Problem) as told:
                await act(house.as_(who, OWN))
            assert told.value.id == "AKS-RECORD-055", who
    with pytest.raises(Problem) as told:
        await closing.close_to(house.as_("astrid", OWN), "bo", to)
    assert told.value.id == "AKS-RECORD-055"
    # Her own power of attorney is not ended by the act that ends closings.
    with pytest.raises(Problem) as told:
        await closing.end_closing(house.as_("astrid", OWN), "astrid", "astrid-fullmakt")
    assert told.value.kind is ProblemKind.NOT_FOUND


@pytest.mark.parametrize(
    "wrong",
    [
        Closing("block"),
        Closing("perhaps", roles=("nurse",)),
        Closing("block", roles=("king",)),
        Closing("block", persons=("Patient/bo",)),
        Closing("restrict", categories=("demographic",)),
        Closing("block", persons=("Practitioner/finnes-ikke",)),
        Closing("block", enterprises=("Organization/../../",)),
    ],
)
async def test_a_closing_that_says_nothing_is_refused(house: House, wrong: Closing) -> None:
    await house.put(known())
    with pytest.raises(Problem) as told:
        await closing.close_to(house.as_("astrid", OWN), "astrid", wrong)
    assert told.value.id == "AKS-RECORD-056"


async def test_a_proxy_is_told_whom_she_represents_for_what(house: House) -> None:
    limited = {"class": [{"system": closing.CLASS_SYSTEM, "code": "service"}]}
    await house.put(known(), power_of_attorney("astrid", "RelatedPerson/marit", **limited))
    (one,) = await representing.representing(house.as_("marit", OWN))
    assert (one.patient, one.bases, one.sees) == ("astrid", ("power-of-attorney",), ("service",))
    consent = power_of_attorney("astrid", "RelatedPerson/marit") | {"status": "inactive"}
    await house.put(consent)
    (one,) = await representing.representing(house.as_("marit", OWN))
    assert (one.name, one.bases, one.sees) == ("", (), ())
    assert await representing.representing(house.as_(CAST["astrid"], OWN)) == ()
