"""Who may give access, lengthen it or take it away: who, by which relation, writes what, and what then comes of it.

opens      written, and whom it names sees the patient
no more    written, and whom it names sees no more than before
refused    not written
"""

from datetime import timedelta
from typing import Any

import pytest

from akson.access.actor import PurposeOfUse
from akson.access.giving import OWN_PEN
from akson.app.cast import CAST
from akson.fhir.codec.json import encode
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, ReferenceValue, Term
from akson.record.acts.grounds import Ground
from akson.record.reindexing import read_again
from akson.record.values import Change
from tests.record.conftest import NOON, House, astrid, decision_for, power_of_attorney, pulse

TREATMENT, EMERGENCY, ADMINISTRATION = (
    PurposeOfUse.TREATMENT,
    PurposeOfUse.EMERGENCY,
    PurposeOfUse.ADMINISTRATION,
)
ASTRID = {"reference": "Patient/astrid"}


def task(owner: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Task", "status": "requested", "intent": "order", "for": ASTRID,
            "owner": {"reference": owner}, **more}  # fmt: skip


def team(member: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "CareTeam", "status": "active", "subject": ASTRID,
            "participant": [{"member": {"reference": member}}], **more}  # fmt: skip


def episode(unit: str) -> dict[str, Any]:
    return {k: v for k, v in decision_for("astrid", unit).items() if k != "id"}


def home_visit(person: str) -> dict[str, Any]:
    return {"resourceType": "Encounter", "status": "finished", "class": {"code": "HH"}, "subject": ASTRID,
            "participant": [{"individual": {"reference": person}}],
            "period": {"start": "2026-11-24T11:00:00Z", "end": "2026-11-24T11:30:00Z"}}  # fmt: skip


def stay(person: str) -> dict[str, Any]:
    return home_visit(person) | {"status": "in-progress", "class": {"code": "IMP"},
                                 "period": {"start": "2026-11-24T11:00:00Z"}}  # fmt: skip


def appointment(person: str) -> dict[str, Any]:
    return {"resourceType": "Appointment", "status": "booked", "start": "2026-11-24T11:00:00Z",
            "end": "2036-11-24T11:00:00Z",
            "participant": [{"actor": ASTRID, "status": "accepted"},
                            {"actor": {"reference": person}, "status": "accepted"}]}  # fmt: skip


def referral(unit: str) -> dict[str, Any]:
    return {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "subject": ASTRID,
            "performer": [{"reference": unit}]}  # fmt: skip


def message(unit: str) -> dict[str, Any]:
    return {"resourceType": "Communication", "status": "completed", "subject": ASTRID,
            "recipient": [{"reference": unit}], "received": "2026-11-24T11:00:00Z"}  # fmt: skip


def attorney() -> dict[str, Any]:
    return {k: v for k, v in power_of_attorney("astrid", "RelatedPerson/marit").items() if k != "id"}


def closing() -> dict[str, Any]:
    return {"resourceType": "Consent", "status": "active", "scope": {"coding": [{"code": "patient-privacy"}]},
            "category": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7608", "code": "BL"}]}],
            "patient": ASTRID, "policyRule": {"text": "§ 17"},
            "provision": {"type": "deny", "actor": [{"role": {"coding": [{"code": "IRCP"}]},
                          "reference": {"reference": "Practitioner/siri"}}]}}  # fmt: skip


def mother(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "RelatedPerson",
        "patient": ASTRID,
        "relationship": [{"coding": [{"code": "MTH"}]}],
        **more,
    }


SERVICE = decision_for("astrid")
"""Ida, Siri and Lise: their unit has the service."""
ENDED = {"start": "2026-11-24T06:00:00Z", "end": "2026-11-25T12:00:00Z"}
SHORT = {**team("Practitioner/omar"), "id": "kort", "participant": [
    {"member": {"reference": "Practitioner/omar"}, "period": ENDED}]}  # fmt: skip
"""Omar, for a day and a half."""
CASE = {**task("Organization/storvik-saksbehandling"), "id": "sak"}
"""Kari and Rolf: the office has the case."""
LETTER = {**message("Organization/torget-legesenter"), "id": "brev"}
"""Grete: a message, for 30 days."""

# who, purpose, relation, what is written, whom it names, what comes of it
TABLE: tuple[tuple[str, PurposeOfUse, dict[str, Any] | str, dict[str, Any], str, str], ...] = (
    # Herself, and her unit: written, and nothing more.
    ("omar", TREATMENT, SHORT, task("Practitioner/omar"), "omar", "no more"),
    ("omar", TREATMENT, SHORT, task("Organization/hjemmetjenesten-vest"), "omar", "no more"),
    ("omar", TREATMENT, SHORT, task("Organization/storvik"), "nadia", "refused"),
    ("omar", TREATMENT, SHORT, team("Practitioner/omar"), "omar", "no more"),
    ("omar", TREATMENT, SHORT, episode("hjemmetjenesten-vest"), "omar", "no more"),
    ("omar", TREATMENT, SHORT, appointment("Practitioner/omar"), "omar", "no more"),
    ("omar", TREATMENT, SHORT, stay("Practitioner/omar"), "omar", "no more"),
    ("omar", TREATMENT, SHORT, referral("Organization/hjemmetjenesten-vest"), "omar", "no more"),
    ("omar", TREATMENT, SHORT, message("Practitioner/omar"), "omar", "no more"),
    ("grete", TREATMENT, LETTER, task("Practitioner/grete"), "grete", "no more"),
    ("grete", TREATMENT, LETTER, team("Organization/torget-legesenter"), "grete", "no more"),
    ("nadia", TREATMENT, "declare_relation", task("Practitioner/nadia"), "nadia", "no more"),
    ("nadia", TREATMENT, "declare_relation", team("Organization/storvik-legevakt"), "nadia", "no more"),
    ("nadia", EMERGENCY, "open_emergency", task("Practitioner/nadia"), "nadia", "no more"),
    ("nadia", EMERGENCY, "open_emergency", home_visit("Practitioner/nadia"), "nadia", "no more"),
    ("kari", ADMINISTRATION, CASE, team("Practitioner/kari"), "kari", "no more"),
    ("lise", ADMINISTRATION, SERVICE, team("Practitioner/lise"), "lise", "no more"),
    # Others.
    ("ida", TREATMENT, SERVICE, task("Practitioner/omar"), "omar", "refused"),
    ("ida", TREATMENT, SERVICE, team("Practitioner/omar"), "omar", "refused"),
    ("ida", TREATMENT, SERVICE, episode("hjemmetjenesten-vest"), "omar", "refused"),
    ("ida", TREATMENT, SERVICE, message("Organization/hjemmetjenesten-vest"), "omar", "refused"),
    ("ida", TREATMENT, SERVICE, referral("Organization/hjemmetjenesten-vest"), "omar", "opens"),
    ("ida", TREATMENT, SERVICE, home_visit("Practitioner/omar"), "omar", "opens"),
    ("omar", TREATMENT, SHORT, referral("Organization/storvik-legevakt"), "nadia", "opens"),
    ("grete", TREATMENT, LETTER, referral("Organization/hjemmetjenesten-vest"), "omar", "refused"),
    ("nadia", TREATMENT, "declare_relation", task("Practitioner/omar"), "omar", "refused"),
    ("nadia", TREATMENT, "declare_relation", referral("Organization/hjemmetjenesten-vest"), "omar", "refused"),
    ("nadia", EMERGENCY, "open_emergency", task("Practitioner/omar"), "omar", "refused"),
    ("kari", ADMINISTRATION, CASE, task("Organization/hjemmetjenesten-vest"), "omar", "opens"),
    ("kari", ADMINISTRATION, CASE, episode("hjemmetjenesten-vest"), "omar", "opens"),
    ("lise", ADMINISTRATION, SERVICE, task("Practitioner/omar"), "omar", "opens"),
    ("lise", ADMINISTRATION, SERVICE, message("Practitioner/omar"), "omar", "refused"),
    ("kari", ADMINISTRATION, SERVICE, task("Practitioner/omar"), "omar", "refused"),
    # Who acts for her, and what is closed.
    ("ida", TREATMENT, SERVICE, attorney(), "marit", "refused"),
    ("ida", TREATMENT, SERVICE, closing(), "siri", "refused"),
    ("ida", TREATMENT, SERVICE, mother(), "marit", "no more"),
    ("kari", ADMINISTRATION, CASE, attorney(), "marit", "refused"),
    ("nadia", EMERGENCY, "open_emergency", closing(), "siri", "refused"),
    ("nadia", TREATMENT, "declare_relation", attorney(), "marit", "refused"),
    ("rolf", ADMINISTRATION, CASE, attorney(), "marit", "opens"),
    ("rolf", ADMINISTRATION, SERVICE, attorney(), "marit", "refused"),
    ("astrid", PurposeOfUse.PATIENT_REQUEST, SERVICE, closing(), "siri", "refused"),
    ("marit", PurposeOfUse.PATIENT_REQUEST, SERVICE, attorney(), "marit", "refused"),
    ("system", PurposeOfUse.OPERATIONS, SERVICE, task("Practitioner/omar"), "omar", "opens"),
    ("system", PurposeOfUse.OPERATIONS, SERVICE, attorney(), "marit", "opens"),
)  # fmt: skip


def _named(row: tuple[Any, ...]) -> str:
    who, purpose, relation, written, whom, outcome = row
    by = relation if isinstance(relation, str) else f"{relation['resourceType']}/{relation['id']}"
    return f"{who} by {by} for {purpose.value} writes {written['resourceType']} to {whom}: {outcome}"


async def sees(house: House, who: str) -> bool:
    purpose = (
        PurposeOfUse.PATIENT_REQUEST if who == "marit" else ADMINISTRATION if who == "kari" else TREATMENT
    )
    type = "EpisodeOfCare" if who in ("kari", "lise") else "Observation"
    term = Term("patient", "reference", None, (ReferenceValue("Patient", "astrid"),))
    page = await house.record.open(CAST[who], purpose).search(Query(type, (term,)))
    return bool(page.matches)


async def prepared(house: House, relation: dict[str, Any] | str, who: str, purpose: PurposeOfUse) -> Any:
    clock = house.stand_still(NOON)
    await house.put(
        astrid(birthDate="1942-05-12"), pulse("p1", "astrid"), decision_for("astrid", "annen", "v0")
    )
    if isinstance(relation, str):
        ground = Ground("unconscious") if purpose is EMERGENCY else Ground("present")
        await getattr(house.record.open(CAST[who], purpose), relation)("astrid", ground)
    else:
        await house.put(relation)
    clock.advance(timedelta(minutes=1))
    return clock


async def posted(house: House, who: str, purpose: PurposeOfUse, body: dict[str, Any]) -> str:
    """What became of it; the id is new."""
    session = house.record.open(CAST[who], purpose)
    (done,) = await session.commit([Change("POST", body["resourceType"], body=encode(body))])
    return done.version.id


@pytest.mark.parametrize("row", TABLE, ids=_named)
async def test_who_gives_what(house: House, row: tuple[Any, ...]) -> None:
    who, purpose, relation, written, whom, outcome = row
    clock = await prepared(house, relation, who, purpose)
    if outcome == "refused":
        with pytest.raises(Problem) as refused:
            await posted(house, who, purpose, written)
        assert refused.value.kind is ProblemKind.FORBIDDEN
        return
    before = await sees(house, whom)
    await posted(house, who, purpose, written)
    clock.advance(timedelta(minutes=1))
    assert await sees(house, whom) == (before or outcome == "opens")
    # When what she had is over, what she wrote to herself has kept nothing open.
    if isinstance(relation, dict):
        await house.as_("system").commit([Change("DELETE", relation["resourceType"], id=relation["id"])])
    clock.advance(timedelta(days=31))
    lasting = outcome == "opens" and written["resourceType"] != "Encounter"
    assert await sees(house, whom) == lasting


async def test_a_task_of_the_unit_is_taken_and_done_but_not_given_on(house: House) -> None:
    """A task came to the unit, and is all that opens: who takes it sees on, and sees no more when it is done."""
    clock = await prepared(
        house, {**task("Organization/hjemmetjenesten-vest"), "id": "oppgave"}, "omar", TREATMENT
    )
    mine = {**task("Practitioner/omar"), "id": "oppgave", "status": "accepted"}
    await house.put(mine, who="omar")
    clock.advance(timedelta(minutes=1))
    assert await sees(house, "omar")
    with pytest.raises(Problem):
        await house.put({**mine, "owner": {"reference": "Practitioner/nadia"}}, who="omar")
    await house.put({**mine, "description": "Ringt."}, who="omar")
    await house.put({**mine, "status": "completed"}, who="omar")
    clock.advance(timedelta(minutes=1))
    assert not await sees(house, "omar")


async def test_what_is_for_a_time_is_not_made_longer(house: House) -> None:
    clock = await prepared(house, SHORT, "omar", TREATMENT)
    longer = {**SHORT, "participant": [{"member": {"reference": "Practitioner/omar"}}]}
    await house.put(longer, who="omar")
    clock.advance(timedelta(days=3))
    assert not await sees(house, "omar")
    # Nor by somebody else who writes it again without the right to give.
    await house.put(SERVICE)
    await house.put({**longer, "name": "Team"}, who="ida")
    assert not await sees(house, "omar")
    await house.as_("lise", ADMINISTRATION).commit(
        [Change("PUT", "CareTeam", id="kort", body=encode({**team("Practitioner/nadia"), "id": "kort"}))]
    )
    clock.advance(timedelta(minutes=1))
    assert await sees(house, "nadia")


async def test_access_of_others_is_not_taken_away(house: House) -> None:
    await prepared(house, SERVICE, "ida", TREATMENT)
    await house.put({**team("Practitioner/grete"), "id": "lag"})
    for change in (
        Change("DELETE", "CareTeam", id="lag"),
        Change(
            "PUT",
            "CareTeam",
            id="lag",
            body=encode({**team("Practitioner/grete", status="inactive"), "id": "lag"}),
        ),
        Change("PUT", "CareTeam", id="lag", body=encode({**team("Practitioner/ida"), "id": "lag"})),
    ):
        with pytest.raises(Problem) as refused:
            await house.as_("ida").commit([change])
        assert refused.value.id == "AKS-RECORD-057"
    assert await sees(house, "grete")


async def test_what_is_closed_is_opened_by_nobody_else(house: House) -> None:
    await prepared(house, SERVICE, "ida", TREATMENT)
    note = pulse("p2", "astrid") | {
        "meta": {"security": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9603", "code": "NORS"}]}
    }
    await house.put({**closing(), "id": "sperre"}, note)
    await house.as_("ida").lift_restriction("astrid", Ground("necessary"))
    for change in (
        Change("DELETE", "Consent", id="sperre"),
        Change(
            "PUT", "Consent", id="sperre", body=encode({**closing(), "id": "sperre", "status": "inactive"})
        ),
        Change("PUT", "Observation", id="p2", body=encode(pulse("p2", "astrid"))),
    ):
        with pytest.raises(Problem) as refused:
            await house.as_("ida").commit([change])
        assert refused.value.id == "AKS-RECORD-057", change


async def test_a_mother_of_a_child_is_entered_by_the_record_officer(house: House) -> None:
    await prepared(house, SERVICE, "ida", TREATMENT)
    await house.put(astrid(birthDate="2020-05-12"), CASE)
    with pytest.raises(Problem) as refused:
        await posted(house, "ida", TREATMENT, mother())
    assert refused.value.id == "AKS-RECORD-057"
    await posted(house, "rolf", ADMINISTRATION, mother())


def test_what_counts_for_nothing_counts_for_nothing_after_reindexing() -> None:
    body = encode({**task("Practitioner/omar"), "id": "t"})
    _, again = read_again(body, NOON, frozenset({f"{OWN_PEN} Practitioner/omar"}))
    assert [row.kind for row in again.relations] == [OWN_PEN]
    _, again = read_again(body, NOON, frozenset({"worklist"}))
    assert [row.kind for row in again.relations] == ["worklist"]


async def test_the_refusal_stands_in_her_log_and_can_be_replayed(house: House) -> None:
    await prepared(house, SERVICE, "ida", TREATMENT)
    with pytest.raises(Problem):
        await posted(house, "ida", TREATMENT, attorney())
    lines = await house.as_("astrid", PurposeOfUse.PATIENT_REQUEST).access_log("astrid")
    assert any(line.action == "create" and not line.permitted and line.name == "Ida Nilsen" for line in lines)


CHILD = astrid(birthDate="2020-05-12", address=[{"line": ["Fjordveien 12"], "postalCode": "0123"}])
GROWN = CHILD | {"birthDate": "1942-05-12"}
ELSEWHERE = {"address": [{"line": ["Havnegata 1"], "postalCode": "0123"}]}
OTHER = {"resourceType": "Patient", "id": "bjarne", "birthDate": "1947-01-01"}
MERGED = {"link": [{"other": {"reference": "Patient/bjarne"}, "type": "replaces"}]}
MOTHER = mother(id="mor", address=CHILD["address"])

# who, what stands, what is written, what comes of it. Ida's unit has the service, Kari's and Rolf's office has the case.
WHO_SHE_IS: tuple[tuple[str, dict[str, Any], dict[str, Any], str], ...] = (
    ("ida", CHILD, {"birthDate": "2010-05-12"}, "refused"),
    ("ida", CHILD, {"birthDate": "1942-05-12"}, "refused"),
    ("ida", GROWN, {"birthDate": "2020-05-12"}, "refused"),
    ("ida", GROWN, {"birthDate": "1942-05-13"}, "written"),
    ("ida", CHILD, {"telecom": [{"system": "phone", "value": "05501234"}]}, "written"),
    ("ida", CHILD, ELSEWHERE, "refused"),
    ("ida", GROWN, ELSEWHERE, "written"),
    ("ida", GROWN, MERGED, "refused"),
    ("ida", MOTHER, ELSEWHERE, "refused"),
    ("ida", MOTHER, {"telecom": [{"system": "phone", "value": "05501234"}]}, "written"),
    ("kari", CHILD, {"birthDate": "2010-05-12"}, "refused"),
    ("kari", CHILD, ELSEWHERE, "refused"),
    ("kari", GROWN, MERGED, "refused"),
    ("rolf", CHILD, {"birthDate": "2010-05-12"}, "written"),
    ("rolf", CHILD, ELSEWHERE, "written"),
    ("rolf", MOTHER, ELSEWHERE, "written"),
    # Of Bjarne he has no case: whoever sees Astrid would see Bjarne by it.
    ("rolf", GROWN, MERGED, "refused"),
    ("system", GROWN, MERGED, "written"),
)


@pytest.mark.parametrize(
    "row", WHO_SHE_IS, ids=lambda row: f"{row[0]} {row[1]['id']} {sorted(row[2])} {row[3]}"
)
async def test_who_somebody_is(house: House, row: tuple[str, dict[str, Any], dict[str, Any], str]) -> None:
    who, stands, written, outcome = row
    house.stand_still(NOON)
    await house.put(OTHER, CHILD, MOTHER, SERVICE, CASE)
    await house.put(stands)
    purpose = ADMINISTRATION if who in ("kari", "rolf") else TREATMENT
    change = Change("PUT", stands["resourceType"], id=stands["id"], body=encode(stands | written))
    if outcome == "written":
        await house.as_(who, purpose).commit([change])
        return
    with pytest.raises(Problem) as refused:
        await house.as_(who, purpose).commit([change])
    assert refused.value.kind in (ProblemKind.FORBIDDEN, ProblemKind.NOT_FOUND)


async def test_two_records_are_made_one_and_two_again_by_who_has_both_cases(house: House) -> None:
    house.stand_still(NOON)
    of_bjarne = {**CASE, "id": "sak-2", "for": {"reference": "Patient/bjarne"}}
    await house.put(OTHER, GROWN, SERVICE, CASE, of_bjarne)
    for body in (GROWN | MERGED, GROWN):
        change = Change("PUT", "Patient", id="astrid", body=encode(body))
        for who, purpose in (("ida", TREATMENT), ("kari", ADMINISTRATION)):
            with pytest.raises(Problem):
                await house.as_(who, purpose).commit([change])
        await house.as_("rolf", ADMINISTRATION).commit([change])
