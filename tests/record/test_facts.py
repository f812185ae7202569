"""What each resource says to the judgement: barriers, representations, traits, labels, and relations of the newer kinds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from akson.access.actor import PurposeOfUse
from akson.access.facts import Barrier
from akson.access.redactions import GRADES
from akson.fhir.codec.json import encode, parse
from akson.fhir.problem import Problem
from akson.record import facts
from akson.record.facts.labels import NEVER, RELEASED
from akson.record.facts.messages import MESSAGE_LASTS
from akson.record.facts.patients import ADDRESS_METADATA
from akson.record.facts.teams import CATEGORY_SYSTEM
from akson.record.facts.visits import VISIT_AFTER, VISIT_BEFORE
from akson.record.reindexing import read_again
from akson.record.values import Change
from tests.record.conftest import House, astrid, decision_for, power_of_attorney, pulse

SINCE = datetime(2026, 11, 24, 8, tzinfo=UTC)
ASTRID = {"reference": "Patient/astrid"}
IDA, OMAR, OST = "Practitioner/ida", "Practitioner/omar", "Organization/hjemmetjenesten-ost"
V7608 = "urn:oid:2.16.578.1.12.4.1.1.7608"


def consent(kind: str = "BL", **provision: Any) -> dict[str, Any]:
    return {
        "resourceType": "Consent",
        "id": "closes",
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"system": V7608, "code": kind}]}],
        "patient": ASTRID,
        "policyRule": {"text": "pasientjournalloven § 17"},
        "provision": {"type": "deny", **provision},
    }


def to(*references: str, role: str = "") -> list[dict[str, Any]]:
    coded = (
        {"coding": [{"system": "https://akson.no/fhir/CodeSystem/role", "code": role}]}
        if role
        else {"text": "IRCP"}
    )
    return [{"role": coded, "reference": {"reference": r} if r else {"display": role}} for r in references]


def barriers(resource: dict[str, Any]) -> list[Barrier]:
    return list(facts.of(resource, since=SINCE).barriers)


def label(code: str) -> list[dict[str, str]]:
    return [{"system": "urn:label", "code": code}]


def test_a_block_of_a_person_and_of_everyone() -> None:
    (found,) = barriers(consent(actor=to(OMAR)))
    assert (found.patient, found.kind, found.persons, found.persons_except) == (
        "astrid",
        "block",
        (OMAR,),
        False,
    )
    (everyone,) = barriers(consent("SP"))
    assert (everyone.kind, everyone.persons, everyone.roles, everyone.enterprises) == ("restrict", (), (), ())


def test_a_professional_who_has_no_resource_here_is_named_by_her_number() -> None:
    elsewhere = {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.4", "value": "9900004"}}
    (found,) = barriers(consent(actor=[{"role": {"text": "mottaker"}, "reference": elsewhere}]))
    assert (found.persons, found.kind) == (("urn:oid:2.16.578.1.12.4.1.4.4|9900004",), "block")


def test_role_enterprise_and_category_are_dimensions_of_their_own() -> None:
    (found,) = barriers(consent(actor=[*to(OST), *to("", role="nurse")], securityLabel=label("R")))
    assert (found.enterprises, found.roles, found.categories) == ((OST,), ("nurse",), ("R",))


def test_all_but_those_named() -> None:
    (found,) = barriers(consent(provision=[{"type": "permit", "actor": to(IDA)}]))
    assert (found.persons, found.persons_except) == ((IDA,), True)
    (less,) = barriers(consent(actor=to(IDA, OMAR), provision=[{"type": "permit", "actor": to(IDA)}]))
    assert (less.persons, less.persons_except) == ((OMAR,), False)
    assert barriers(consent(actor=to(IDA), provision=[{"type": "permit", "actor": to(IDA)}])) == []


def test_an_exception_in_two_dimensions_is_two_barriers() -> None:
    """Open is only Ida's look at R: closed is what is not hers, and what is not R."""
    exception = {"type": "permit", "actor": to(IDA), "securityLabel": label("R")}
    found = barriers(consent(provision=[exception]))
    assert {(b.persons, b.persons_except, b.categories, b.categories_except) for b in found} == {
        ((IDA,), True, (), False),
        ((), False, ("R",), True),
    }


@pytest.mark.parametrize(
    "silent",
    [
        consent() | {"status": "inactive"},
        consent() | {"patient": {"reference": "Group/g"}},
        consent(purpose=[{"code": "HRESCH"}]),
        consent() | {"category": [{"text": "Forskning"}], "scope": {"coding": [{"code": "research"}]}},
        {k: v for k, v in consent().items() if k != "provision"},
    ],
)
def test_what_closes_nothing(silent: dict[str, Any]) -> None:
    assert barriers(silent) == []


def test_what_cannot_be_read_closes_more_and_opens_nothing() -> None:
    (found,) = barriers(
        consent(actor=[*to(OMAR), {"role": {"text": "?"}, "reference": {"display": "naboen"}}])
    )
    assert found.persons == ()
    timed = {"type": "permit", "actor": to(IDA), "period": {"start": "2026-01-01"}}
    (whole,) = barriers(consent(provision=[timed]))
    assert whole.persons == ()


def test_power_of_attorney_in_whole_and_in_part() -> None:
    (whole,) = facts.of(power_of_attorney("astrid", "RelatedPerson/marit"), since=SINCE).representations
    assert (whole.representative, whole.basis, whole.categories) == (
        "RelatedPerson/marit",
        "power-of-attorney",
        (),
    )
    part = power_of_attorney(
        "astrid",
        "RelatedPerson/marit",
        **{"class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Appointment"}]},
    )
    assert facts.of(part, since=SINCE).representations[0].categories == ("service",)
    but = power_of_attorney(
        "astrid", "RelatedPerson/marit", provision=[{"type": "deny", "class": [{"code": "clinical"}]}]
    )
    assert "clinical" not in facts.of(but, since=SINCE).representations[0].categories
    unreadable = power_of_attorney(
        "astrid", "RelatedPerson/marit", provision=[{"type": "deny", "securityLabel": label("R")}]
    )
    assert facts.of(unreadable, since=SINCE).representations == ()


def test_a_parent_represents_and_lives_somewhere() -> None:
    relative = {
        "resourceType": "RelatedPerson",
        "id": "mor",
        "patient": ASTRID,
        "relationship": [{"coding": [{"code": "MTH"}]}],
        "address": [{"line": ["Storgata  1"], "postalCode": "0123"}],
    }
    found = facts.of(relative, since=SINCE)
    assert [(r.representative, r.basis) for r in found.representations] == [("RelatedPerson/mor", "parental")]
    assert (
        found.addresses
        == facts.of(astrid(address=[{"line": ["STORGATA 1"], "postalCode": "0123"}]), since=SINCE).addresses
    )
    assert not facts.of(relative | {"active": False}, since=SINCE).representations


@pytest.mark.parametrize(
    ("more", "protected"),
    [
        ({}, False),
        ({"meta": {"security": [{"system": GRADES, "code": "ugradert"}]}}, False),
        ({"meta": {"security": [{"system": GRADES, "code": "strengtFortrolig"}]}}, True),
        ({"meta": {"security": [{"system": GRADES, "code": "noe nytt"}]}}, True),
        ({"address": [{"extension": [{"url": ADDRESS_METADATA, "extension": [
            {"url": "confidentiality", "valueCode": "fortrolig"}]}]}]}, True),
    ],
)  # fmt: skip
def test_a_graded_address(more: dict[str, Any], protected: bool) -> None:
    (found,) = facts.of(astrid(birthDate="1942-03-05", **more), since=SINCE).traits
    assert found.protected is protected and str(found.birth_date) == "1942-03-05"


def test_held_back_until_a_time_or_for_good() -> None:
    timed = {"code": "NORU", "extension": [{"url": RELEASED, "valueDateTime": "2026-12-01T08:00:00Z"}]}
    found = facts.of(pulse("o", "astrid") | {"meta": {"security": [timed]}}, since=SINCE)
    assert (found.labels, found.released) == (("NORU",), datetime(2026, 12, 1, 8, tzinfo=UTC))
    assert (
        facts.of(pulse("o", "astrid") | {"meta": {"security": [{"code": "NORU"}]}}, since=SINCE).released
        == NEVER
    )


def test_visit_ward_referral_and_message_have_lives_of_their_own() -> None:
    visit = {
        "resourceType": "Appointment", "id": "a", "status": "booked",
        "start": "2026-11-25T09:00:00Z", "end": "2026-11-25T10:00:00Z",
        "participant": [{"actor": ASTRID, "status": "accepted"}, {"actor": {"reference": OMAR}, "status": "accepted"}],
    }  # fmt: skip
    (found,) = facts.of(visit, since=SINCE).relations
    at = datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert (found.grantee, found.kind) == (OMAR, "visit")
    assert found.valid_from == at - VISIT_BEFORE and found.valid_to is not None
    assert timedelta(0) <= found.valid_to - (at + timedelta(hours=1) + VISIT_AFTER) <= timedelta(seconds=1)
    assert facts.of(visit | {"status": "cancelled"}, since=SINCE).relations == ()
    stay = {"resourceType": "Encounter", "id": "e", "status": "in-progress", "class": {"code": "IMP"}, "subject": ASTRID,
            "serviceProvider": {"reference": OST}, "period": {"start": "2026-11-20"}}  # fmt: skip
    (ward,) = facts.of(stay, since=SINCE).relations
    assert (ward.kind, ward.valid_to) == ("ward", None)
    (left,) = facts.of(
        stay | {"status": "finished", "period": {"start": "2026-11-20", "end": "2026-11-22"}}, since=SINCE
    ).relations
    assert left.valid_to is not None and left.valid_to < SINCE
    asked = {"resourceType": "ServiceRequest", "id": "s", "status": "active", "intent": "order", "subject": ASTRID,
             "performer": [{"reference": OST}], "requester": {"reference": OMAR}}  # fmt: skip
    assert {r.grantee for r in facts.of(asked, since=SINCE).relations} == {OST, OMAR}
    told = {"resourceType": "Communication", "id": "c", "status": "completed", "subject": ASTRID,
            "recipient": [{"reference": OST}], "received": "2026-11-24T08:00:00Z"}  # fmt: skip
    (message,) = facts.of(told, since=SINCE).relations
    assert message.valid_to == SINCE + MESSAGE_LASTS, "from when it was received"
    assert facts.of({k: v for k, v in told.items() if k != "received"}, since=SINCE).relations == ()


def test_only_an_act_of_the_record_gives_what_its_category_says() -> None:
    team = {"resourceType": "CareTeam", "id": "t", "status": "active", "subject": ASTRID,
            "category": [{"coding": [{"system": CATEGORY_SYSTEM, "code": "emergency"}]}],
            "participant": [{"member": {"reference": OMAR}}]}  # fmt: skip
    assert facts.of(team, since=SINCE).relations == ()
    assert facts.of(team, since=SINCE, act="lifted").relations == ()
    assert [r.kind for r in facts.of(team, since=SINCE, act="emergency").relations] == ["emergency"]


async def seen(house: House, who: str = "ida") -> bool:
    try:
        return bool(await house.as_(who).read("Observation", "o1"))
    except Problem:
        return False


async def test_a_block_closes_and_its_end_opens(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"), pulse("o1", "astrid"))
    assert await seen(house)
    await house.put(consent(actor=to(IDA)))
    assert not await seen(house)
    why = await house.as_("ida").why("Observation", "o1")
    assert why == await house.as_("ida").why("Observation", "nn"), "nothing tells that there is a block"
    await house.put(consent(actor=to(IDA)) | {"status": "inactive"})
    assert await seen(house)


async def test_a_merge_shares_what_is_known_and_is_undone(house: House) -> None:
    await house.put(
        astrid(), {"resourceType": "Patient", "id": "old"}, decision_for("astrid"), pulse("o1", "old")
    )
    assert not await seen(house)
    link = [{"other": {"reference": "Patient/old"}, "type": "replaces"}]
    await house.put(astrid(link=link))
    assert await seen(house)
    await house.put(consent(actor=to(IDA)) | {"patient": {"reference": "Patient/old"}})
    assert not await seen(house), "what she has closed in one record is closed in both"
    await house.put(consent(actor=to(IDA)) | {"status": "inactive"}, astrid())
    assert not await seen(house), "undone: the old record is nobody's again"


async def test_a_label_put_on_later_closes_the_versions_before(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"), pulse("o1", "astrid"))
    await house.put(pulse("o1", "astrid", 80) | {"meta": {"security": label("NORS")}})
    assert not await seen(house)
    with pytest.raises(Problem):
        await house.as_("ida").vread("Observation", "o1", 1)
    assert not (await house.as_("ida").history("Observation")).versions


async def test_a_redacted_patient_comes_home_whole(house: House) -> None:
    """Ida reads without the address, writes back what she read: it stands, also when she leaves out the grade."""
    graded = astrid(
        meta={"security": [{"system": GRADES, "code": "strengtFortrolig"}]},
        address=[{"line": ["Skjulveien 7"], "postalCode": "9999"}],
    )
    await house.put(graded, decision_for("astrid"))
    ida = house.as_("ida")
    read = parse((await ida.read("Patient", "astrid")).body or b"")
    assert "address" not in read
    (done,) = await house.as_("ida").commit(
        [Change("PUT", "Patient", id="astrid", body=encode(astrid(gender="female")))]
    )
    assert b"Skjulveien" not in (done.version.body or b"")
    assert b"Skjulveien" not in ((await house.as_("ida").read("Patient", "astrid")).body or b"")
    whole = parse((await house.as_("system", PurposeOfUse.OPERATIONS).read("Patient", "astrid")).body or b"")
    assert whole["address"][0]["line"] == ["Skjulveien 7"] and whole["gender"] == "female"
    for version in (await house.as_("ida").history("Patient", "astrid")).versions:
        assert b"Skjulveien" not in (version.body or b"")


async def test_reindex_finds_the_facts_again(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"), pulse("o1", "astrid"), consent(actor=to(OMAR)))
    async with house.store._pool.acquire() as connection:
        for table in ("care_relation", "barrier", "trait"):
            await connection.execute(f"delete from record.{table}")
        for table in ("episodeofcare", "consent", "patient"):
            await connection.execute(f"update record.{table} set index_version = 0")
    assert not await seen(house)
    await house.store.reindex(["EpisodeOfCare", "Consent", "Patient"], read_again)
    assert await seen(house)
    async with house.store._pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from record.barrier") == 1
        assert await connection.fetchval("select count(*) from record.trait") == 1
