"""Commits: what is taken, what is refused, and that nothing is ever half-done."""

import json
from typing import Any

import pytest

from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.record.values import Change
from akson.terminology import Terminology
from akson.terminology.validating import CodesOf
from tests.record.conftest import House, astrid, decision_for, pulse

MARK = "urn:oid:2.16.578.1.12.4.1.2"


def post(resource: dict[str, Any], **more: Any) -> Change:
    without_id = {k: v for k, v in resource.items() if k != "id"}
    return Change("POST", resource["resourceType"], body=json.dumps(without_id).encode(), **more)


def organisation(her: str, name: str = "Enhet") -> dict[str, Any]:
    return {"resourceType": "Organization", "identifier": [{"system": MARK, "value": her}], "name": name}


async def counted(house: House) -> dict[str, int]:
    return await house.store.count(1)


REFUSED: dict[str, tuple[list[Change], ProblemKind, str]] = {
    "two entries of one resource": (
        [Change("PUT", "Patient", id="p", body=b'{"resourceType":"Patient","id":"p"}')] * 2,
        ProblemKind.INVALID,
        "AKS-RECORD-034",
    ),
    "temporary reference to nothing": (
        [post(pulse("x", "x") | {"subject": {"reference": "urn:uuid:nobody"}})],
        ProblemKind.INVALID,
        "AKS-RECORD-035",
    ),
    "content of another type": (
        [Change("POST", "Patient", body=b'{"resourceType":"Organization","name":"x"}')],
        ProblemKind.MALFORMED,
        "AKS-RECORD-036",
    ),
    "content of another id": (
        [Change("PUT", "Patient", id="a", body=b'{"resourceType":"Patient","id":"b"}')],
        ProblemKind.MALFORMED,
        "AKS-RECORD-036",
    ),
    "content without its id": (
        [Change("PUT", "Patient", id="a", body=b'{"resourceType":"Patient"}')],
        ProblemKind.MALFORMED,
        "AKS-RECORD-036",
    ),
    "an id that is none": (
        [Change("PUT", "Patient", id="a/../b", body=b'{"resourceType":"Patient","id":"a/../b"}')],
        ProblemKind.MALFORMED,
        "AKS-RECORD-032",
    ),
    "no id": (
        [Change("DELETE", "Patient")],
        ProblemKind.MALFORMED,
        "AKS-RECORD-032",
    ),
    "not JSON": ([Change("POST", "Patient", body=b"{")], ProblemKind.MALFORMED, "AKS-FHIR-001"),
    "not an object": ([Change("POST", "Patient", body=b"[]")], ProblemKind.MALFORMED, "AKS-FHIR-002"),
    "not UTF-8 in a conditional reference": (
        [
            Change(
                "POST", "Basic", body=b'{"resourceType":"Basic","subject":{"reference":"Patient?name=\xff"}}'
            )
        ],
        ProblemKind.PRECONDITION,
        "AKS-RECORD-033",
    ),
    "conditional reference to nothing": (
        [post(pulse("x", "x") | {"subject": {"reference": f"Patient?identifier={MARK}|none"}})],
        ProblemKind.PRECONDITION,
        "AKS-RECORD-033",
    ),
    "conditional reference to several": (
        [post(pulse("x", "x") | {"performer": [{"reference": "Organization?name=Enhet"}]})],
        ProblemKind.PRECONDITION,
        "AKS-RECORD-031",
    ),
    "condition that fits several": (
        [post(organisation("3"), if_none_exist="name=Enhet")],
        ProblemKind.PRECONDITION,
        "AKS-RECORD-031",
    ),
    "condition that names nothing": (
        [post(organisation("3"), if_none_exist="_count=1")],
        ProblemKind.PRECONDITION,
        "AKS-RECORD-030",
    ),
    "wrong version": (
        [Change("DELETE", "Patient", id="astrid", if_match=4)],
        ProblemKind.PRECONDITION,
        "AKS-RECORD-022",
    ),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
async def test_refused_whole_together_with_what_was_good(house: House, name: str) -> None:
    await house.put(astrid())
    await house.as_("system").commit([post(organisation("1")), post(organisation("2"))])
    before = await counted(house)
    changes, kind, id = REFUSED[name]
    with pytest.raises(Problem) as refused:
        await house.as_("system").commit([post(organisation("9", "God")), *changes])
    assert (refused.value.kind, refused.value.id) == (kind, id)
    assert await counted(house) == before


async def test_conditional_references_become_plain_ones(house: House) -> None:
    made = await house.as_("system").commit([post(organisation("990005"))])
    wish = pulse("x", "x") | {"performer": [{"reference": f"Organization?identifier={MARK}|990005"}]}
    stored = await house.as_("system").commit([post(wish)])
    body = json.loads(stored[0].version.body or b"")
    assert body["performer"] == [{"reference": f"Organization/{made[0].version.id}"}]


async def test_conditional_update_creates_once_and_then_updates(house: House) -> None:
    versions = []
    for name in ("Øst", "Øst 2"):
        change = Change(
            "PUT",
            "Organization",
            body=json.dumps(organisation("990005", name)).encode(),
            criteria=f"identifier={MARK}|990005",
        )
        made = await house.as_("system").commit([change])
        versions.append((made[0].outcome, made[0].version.id, made[0].version.version))
    assert [v[0] for v in versions] == ["created", "updated"]
    assert versions[0][1] == versions[1][1] and versions[1][2] == 2


async def test_ids_of_new_resources_lie_with_their_patient(house: House) -> None:
    """A new Patient's id is made before those of her data, whatever the order in the Bundle: one bucket for all."""
    made = await house.as_("system").commit(
        [
            post(pulse("x", "x") | {"subject": {"reference": "urn:uuid:p"}}),
            post(astrid(), full_url="urn:uuid:p"),
            post(decision_for("x") | {"patient": {"reference": "urn:uuid:p"}}),
        ]
    )
    assert len({c.version.id[:2] for c in made}) == 1
    assert len({c.version.id for c in made}) == 3


async def test_a_reference_to_what_is_not_here_is_kept_as_written(house: House) -> None:
    made = await house.as_("system").commit([post(pulse("x", "elsewhere"))])
    assert b'"Patient/elsewhere"' in (made[0].version.body or b"")


async def test_only_the_service_names_ids(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"))
    change = Change("PUT", "Observation", id="mine", body=json.dumps(pulse("mine", "astrid")).encode())
    with pytest.raises(Problem) as refused:
        await house.as_("ida").commit([change])
    assert refused.value.id == "AKS-RECORD-404"
    assert (await house.as_("system").commit([change]))[0].outcome == "created"
    again = (await house.as_("ida").commit([change]))[0]
    assert (again.outcome, again.version.version) == ("unchanged", 1), "the very same makes no version"
    other = Change("PUT", "Observation", id="mine", body=json.dumps(pulse("mine", "astrid", 80)).encode())
    changed = (await house.as_("ida").commit([other]))[0]
    assert (changed.outcome, changed.version.version) == ("updated", 2)


async def test_deleting_twice_or_nothing_changes_nothing(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"), pulse("o1", "astrid"))
    for _ in range(2):
        made = await house.as_("ida").commit([Change("DELETE", "Observation", id="o1")])
        assert made[0].outcome == "deleted"
    made = await house.as_("system").commit([Change("DELETE", "Observation", id="never-was")])
    assert made[0].outcome == "deleted"
    assert (await house.as_("ida").history("Observation", "o1")).total == 2


async def test_a_deleted_resource_may_come_back(house: House) -> None:
    await house.put(pulse("o1", "astrid"))
    await house.as_("system").commit([Change("DELETE", "Observation", id="o1")])
    await house.put(pulse("o1", "astrid"))
    assert (await house.as_("system").read("Observation", "o1")).version == 3


async def test_deleting_the_decision_ends_the_relation(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"))
    await house.as_("ida").read("Patient", "astrid")
    await house.as_("system").commit([Change("DELETE", "EpisodeOfCare", id="vedtak-1")])
    with pytest.raises(Problem):
        await house.as_("ida").read("Patient", "astrid")


async def test_bodies_keep_every_digit_and_the_order(house: House) -> None:
    written = (
        b'{"resourceType":"Observation","status":"final","code":{"text":"vekt"},'
        b'"valueQuantity":{"value":1.00,"unit":"kg"},"effectiveDateTime":"2026-11-24T08:00:00+01:00"}'
    )
    made = await house.as_("system").commit([Change("POST", "Observation", body=written)])
    stored = made[0].version.body or b""
    assert b'"value":1.00' in stored and b"+01:00" in stored
    assert stored.index(b'"status"') < stored.index(b'"code"') < stored.index(b'"valueQuantity"')
    assert (await house.as_("system").read("Observation", made[0].version.id)).body == stored


async def test_faults_of_several_entries_are_told_together(house: House) -> None:
    with pytest.raises(Problem) as refused:
        await house.as_("system").commit(
            [
                post({"resourceType": "Patient", "gender": "x"}),
                post({"resourceType": "Patient", "birthDate": "y"}),
            ]
        )
    paths = [issue.expression for issue in refused.value.issues]
    assert any(p.startswith("Bundle.entry[0].resource: Patient.gender") for p in paths)
    assert any(p.startswith("Bundle.entry[1].resource: Patient.birthDate") for p in paths)
    assert not (await house.as_("system").search(parse("Patient", []))).matches


@pytest.mark.parametrize("sent", [{}, {"id": "astrid"}], ids=["without an id", "with the id of another"])
async def test_a_created_patient_is_in_the_record_of_the_id_it_gets(
    house: House, sent: dict[str, str]
) -> None:
    """What the sender calls it decides nothing: neither whose record it is in, nor who may see it."""
    await house.put(astrid(), decision_for("astrid"))
    made = json.dumps({"resourceType": "Patient", **sent}).encode()
    (created,) = await house.as_("system").commit([Change("POST", "Patient", body=made)])
    with pytest.raises(Problem):
        await house.as_("ida").read("Patient", created.version.id)
    await house.put(decision_for(created.version.id, id="vedtak-2"))
    assert (await house.as_("ida").read("Patient", created.version.id)).id == created.version.id


def pictured(kind: str) -> dict[str, Any]:
    return {**astrid(), "photo": [{"contentType": kind, "url": "https://example.org/x"}]}


async def test_value_sets_that_r4_does_not_list_are_asked_of_the_terminology(house: House) -> None:
    await house.put(pictured("bilde"))
    house.record.words = CodesOf(Terminology.of_this_installation())
    await house.put(pictured("image/png"))
    with pytest.raises(Problem) as refused:
        await house.put(pictured("bilde"))
    assert refused.value.id == "AKS-RECORD-021"
    assert [i.expression for i in refused.value.issues] == ["Patient.photo[0].contentType"]


async def test_what_is_only_told_is_stored(house: House) -> None:
    """An empty narrative and a value set as system, as forms of Helsenorge and examples of HL7 have them."""
    div = '<div xmlns="http://www.w3.org/1999/xhtml"> </div>'
    status = {"coding": [{"system": "http://hl7.org/fhir/ValueSet/marital-status", "code": "M"}]}
    await house.put({**astrid(), "text": {"status": "generated", "div": div}, "maritalStatus": status})
