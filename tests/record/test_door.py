"""The door: who sees, who does not, and what the log says of both."""

import asyncio
import json

import pytest

from akson.access.actor import PurposeOfUse
from akson.audit.verification import verify
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.record.values import Change
from tests.record.conftest import House, astrid, decision_for, pulse


async def test_nurse_with_relation_reads_and_the_citizen_sees_it(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"), pulse("o1", "astrid"))
    found = await house.as_("ida").read("Observation", "o1")
    assert json.loads(found.body)["valueQuantity"]["value"] == 72
    lines = await house.as_("astrid", PurposeOfUse.PATIENT_REQUEST).access_log("astrid")
    assert next((line.name, line.permitted) for line in lines) == ("Ida Nilsen", True)


async def test_hidden_and_missing_are_the_same_and_the_refusal_is_logged(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"), pulse("o1", "astrid"))
    problems = []
    for id in ("o1", "no-such"):
        with pytest.raises(Problem) as refused:
            await house.as_("omar").read("Observation", id)
        problems.append(refused.value)
    assert problems[0].kind is ProblemKind.NOT_FOUND
    assert next(p.sentence() for p in problems) == problems[1].sentence()
    assert problems[0].id == problems[1].id
    lines = await house.as_("astrid", PurposeOfUse.PATIENT_REQUEST).access_log("astrid")
    assert ("Omar Haddad", False) in [(line.name, line.permitted) for line in lines]


async def test_search_include_and_count_hide_what_read_hides(house: House) -> None:
    await house.put(
        astrid(),
        decision_for("astrid"),
        pulse("o1", "astrid"),
        {"resourceType": "Patient", "id": "other"},
        pulse("o2", "other"),
    )
    for who, expected in (("ida", {"o1"}), ("omar", set()), ("system", {"o1", "o2"})):
        found = await house.as_(who).search(
            parse("Observation", [("code", "8867-4"), ("_total", "accurate")])
        )
        assert {v.id for v in found.matches} == expected
        assert found.total == len(expected)
    found = await house.as_("ida").search(
        parse("Observation", [("code", "8867-4"), ("_include", "Observation:subject")])
    )
    assert {v.id for v in found.included} == {"astrid"}


async def test_relation_ends_with_the_service_decision(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"), pulse("o1", "astrid"))
    await house.as_("ida").read("Observation", "o1")
    await house.put({**decision_for("astrid"), "status": "finished"})
    with pytest.raises(Problem):
        await house.as_("ida").read("Observation", "o1")


async def test_nurse_cannot_write_herself_into_a_relation(house: House) -> None:
    await house.put(astrid())
    wish = {k: v for k, v in decision_for("astrid", "hjemmetjenesten-vest").items() if k != "id"}
    with pytest.raises(Problem) as refused:
        await house.as_("omar").commit([Change("POST", "EpisodeOfCare", body=json.dumps(wish).encode())])
    assert refused.value.kind is ProblemKind.FORBIDDEN


async def test_update_of_a_hidden_resource_is_answered_as_missing(house: House) -> None:
    await house.put(astrid(), pulse("o1", "astrid"))
    for id in ("o1", "no-such"):
        with pytest.raises(Problem) as refused:
            await house.as_("omar").commit(
                [Change("PUT", "Observation", id=id, body=json.dumps(pulse(id, "astrid", 99)).encode())]
            )
        assert refused.value.id == "AKS-RECORD-404"


async def test_transaction_is_all_or_nothing_and_names_every_fault(house: House) -> None:
    good = {"resourceType": "Patient", "name": [{"family": "Ny"}]}
    bad = {"resourceType": "Observation", "status": "nonsense", "subject": {"reference": "urn:uuid:1"}}
    with pytest.raises(Problem) as refused:
        await house.as_("system").commit(
            [
                Change("POST", "Patient", body=json.dumps(good).encode(), full_url="urn:uuid:1"),
                Change("POST", "Observation", body=json.dumps(bad).encode()),
            ]
        )
    paths = " ".join(issue.expression for issue in refused.value.issues)
    assert "Observation.status" in paths and "Observation.code" in paths
    found = await house.as_("system").search(parse("Patient", [("family", "Ny")]))
    assert not found.matches


async def test_references_inside_a_bundle_resolve(house: House) -> None:
    patient = {"resourceType": "Patient", "name": [{"family": "Ny"}]}
    observation = {**pulse("x", "x"), "subject": {"reference": "urn:uuid:1"}}
    observation.pop("id")
    made = await house.as_("system").commit(
        [
            Change("POST", "Observation", body=json.dumps(observation).encode()),
            Change("POST", "Patient", body=json.dumps(patient).encode(), full_url="urn:uuid:1"),
        ]
    )
    assert json.loads(made[0].version.body)["subject"]["reference"] == f"Patient/{made[1].version.id}"
    assert [c.outcome for c in made] == ["created", "created"]


async def test_sixteen_conditional_creates_give_one(house: House) -> None:
    body = json.dumps({"resourceType": "Patient", "identifier": [{"system": "urn:x", "value": "1"}]}).encode()
    made = await asyncio.gather(
        *(
            house.as_("system").commit(
                [Change("POST", "Patient", body=body, if_none_exist="identifier=urn:x|1")]
            )
            for _ in range(16)
        )
    )
    assert sorted(m[0].outcome for m in made) == ["created"] + ["unchanged"] * 15
    assert len({m[0].version.id for m in made}) == 1


async def test_if_match_and_lost_races(house: House) -> None:
    await house.put(astrid())

    async def change(n: int, if_match: int | None) -> str:
        body = json.dumps(astrid(birthDate=f"1942-{5 if if_match else 6:02d}-{n + 1:02d}")).encode()
        try:
            await house.as_("system").commit(
                [Change("PUT", "Patient", id="astrid", body=body, if_match=if_match)]
            )
        except Problem as lost:
            return lost.kind.value
        return "ok"

    outcomes = await asyncio.gather(*(change(n, 1) for n in range(8)))
    assert sorted(outcomes) == ["ok"] + ["precondition"] * 7
    outcomes = await asyncio.gather(*(change(n, None) for n in range(8)))
    assert outcomes == ["ok"] * 8
    history = await house.as_("system").history("Patient", "astrid")
    assert [v.version for v in history.versions] == list(range(10, 0, -1))


async def test_deleted_is_gone_and_history_remains(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"), pulse("o1", "astrid"))
    await house.as_("ida").commit([Change("DELETE", "Observation", id="o1")])
    with pytest.raises(Problem) as gone:
        await house.as_("ida").read("Observation", "o1")
    assert gone.value.kind is ProblemKind.GONE
    with pytest.raises(Problem) as hidden:
        await house.as_("omar").read("Observation", "o1")
    assert hidden.value.kind is ProblemKind.NOT_FOUND
    page = await house.as_("ida").history("Observation", "o1")
    assert [v.method for v in page.versions] == ["DELETE", "PUT"]
    assert not (await house.as_("system").search(parse("Observation", [("code", "8867-4")]))).matches


async def test_a_crash_between_record_and_log_is_healed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(events: object) -> None:
        raise ConnectionError("killed")

    monkeypatch.setattr(house.record.log, "append", dies)
    with pytest.raises(ConnectionError):
        await house.put(astrid())
    monkeypatch.undo()
    assert await house.record.recover() == 1
    assert await house.record.recover() == 0
    report = await verify(house.log)
    assert report.sound, report.faults
    assert report.events == 1


async def test_why_speaks_of_the_relation(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"))
    told = await house.as_("ida").why("Patient", "astrid")
    assert told.permit and told.reasons[0].rule == "AKS-RELATION-SERVICE-DECISION"
    assert not (await house.as_("omar").why("Patient", "astrid")).permit
    assert not (await house.as_("omar").why("Patient", "no-such")).permit


async def test_staff_see_their_own_lines_only(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"))
    await house.as_("ida").read("Patient", "astrid")
    await house.as_("siri").read("Patient", "astrid")
    assert {line.name for line in await house.as_("siri").access_log("astrid")} == {"Siri Dahl"}
    everyone = {line.name for line in await house.as_("per", PurposeOfUse.OPERATIONS).access_log("astrid")}
    assert {"Ida Nilsen", "Siri Dahl"} <= everyone
    with pytest.raises(Problem):
        await house.as_("omar").access_log("astrid")


async def test_last_access_counts_from_the_time_before(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"))
    first = house.as_("ida")
    assert await first.last_access("astrid") is None
    await first.read("Patient", "astrid")
    assert await house.as_("ida").last_access("astrid") == first.at


async def test_verify_finds_tampering(house: House) -> None:
    await house.put(astrid(), decision_for("astrid"))
    for _ in range(300):
        await house.as_("ida").read("Patient", "astrid")
    await house.log.close()
    report = await verify(house.log)
    assert report.sound and report.tiles == 1 and report.checkpoints >= 1, report.faults
    pool = house.log.rows._pool
    await pool.execute("alter table log.access_event disable trigger all")
    await pool.execute("update log.access_event set canonical = canonical || '\\x00'::bytea where idx = 7")
    assert not (await verify(house.log)).sound
