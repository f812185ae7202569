"""Two who write about the same patient at once: neither reads the other's draft by any question, until it is signed."""

from typing import Any

import pytest

from .conftest import Fhir
from .test_search import patient

DECISION = {
    "resourceType": "EpisodeOfCare", "id": "astrid-hj", "status": "active", "patient": {"reference": "Patient/astrid"},
    "managingOrganization": {"reference": "Organization/hjemmetjenesten-ost"},
    "type": [{"coding": [{"system": "https://akson.no/fhir/CodeSystem/care-relation", "code": "service-decision"}]}],
    "period": {"start": "2026-01-01"},
}  # fmt: skip
TEAM = {
    "resourceType": "CareTeam", "id": "astrid-team", "status": "active", "subject": {"reference": "Patient/astrid"},
    "participant": [
        {"member": {"reference": "Practitioner/ida"}},
        {"member": {"reference": "Practitioner/nadia"}},
    ],
}  # fmt: skip
TYPE = "ClinicalImpression"


def note(author: str, text: str, status: str = "in-progress", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": TYPE, "status": status, "subject": {"reference": "Patient/astrid"}, "summary": text,
        "date": "2026-11-24T08:00:00Z", "assessor": {"reference": f"Practitioner/{author}"}, **more,
    }  # fmt: skip


@pytest.fixture
async def drafts(fhir: Fhir) -> dict[str, str]:
    """Ids of a draft of each."""
    await fhir.house.put(patient("astrid"), DECISION, TEAM)
    made = {}
    for who in ("ida", "nadia"):
        answer = await fhir.ask("POST", TYPE, note(who, f"Tanker av {who}"), who=who)
        assert answer.status_code == 201, answer.text
        made[who] = answer.json()["id"]
    return made


EVERY_QUESTION = (
    f"{TYPE}?patient=astrid",
    f"{TYPE}?status=in-progress",
    f"{TYPE}?assessor=Practitioner/ida",
    f"{TYPE}/_history",
    "_history?_count=100",
    "Patient/astrid/$everything",
    "Patient/astrid/ClinicalImpression",
    f"Patient?_id=astrid&_revinclude={TYPE}:subject",
    "Patient?_id=astrid&_revinclude=*",
    f"{TYPE}?patient=astrid&_asOf=2030-01-01T00:00:00Z",
    f"?_type={TYPE}&_lastUpdated=gt2020-01-01",
)


@pytest.mark.parametrize("asked", EVERY_QUESTION)
async def test_no_question_finds_it_for_a_colleague(fhir: Fhir, drafts: dict[str, str], asked: str) -> None:
    answer = await fhir.ask("GET", asked, who="nadia")
    assert "Tanker av ida" not in answer.text and drafts["ida"] not in answer.text, answer.text
    mine = await fhir.ask("GET", asked, who="ida")
    assert "Tanker av nadia" not in mine.text and drafts["nadia"] not in mine.text, mine.text


async def test_the_author_finds_hers_and_counts_no_other(fhir: Fhir, drafts: dict[str, str]) -> None:
    for who, id in drafts.items():
        assert await fhir.ids(f"{TYPE}?patient=astrid", who=who) == [id]
        counted = (await fhir.ask("GET", f"{TYPE}?patient=astrid&_summary=count", who=who)).json()
        assert counted["total"] == 1
        assert (await fhir.ask("GET", f"{TYPE}/{id}", who=who)).status_code == 200


@pytest.mark.parametrize("what", ["read", "version", "history", "update", "take over", "patch", "delete"])
async def test_anothers_draft_is_a_missing_note(fhir: Fhir, drafts: dict[str, str], what: str) -> None:
    """And not to be written over, taken over or thrown away either: in words that tell nothing."""

    async def ask(id: str) -> Any:
        path, who = f"{TYPE}/{id}", "nadia"
        match what:
            case "read":
                return await fhir.ask("GET", path, who=who)
            case "version":
                return await fhir.ask("GET", f"{path}/_history/1", who=who)
            case "history":
                return await fhir.ask("GET", f"{path}/_history", who=who)
            case "update":
                return await fhir.ask("PUT", path, note("ida", "Overskrevet", id=id), who=who)
            case "take over":
                return await fhir.ask("PUT", path, note("nadia", "Overtatt", "completed", id=id), who=who)
            case "patch":
                patch = [{"op": "replace", "path": "/status", "value": "completed"}]
                return await fhir.ask(
                    "PATCH", path, patch, who=who, Content_Type="application/json-patch+json"
                )
        return await fhir.ask("DELETE", path, who=who)

    hidden, missing = await ask(drafts["ida"]), await ask("finnes-ikke")
    assert hidden.status_code == missing.status_code, hidden.text
    assert hidden.text.replace(drafts["ida"], "finnes-ikke") == missing.text
    stands = await fhir.ask("GET", f"{TYPE}/{drafts['ida']}", who="ida")
    assert stands.json()["summary"] == "Tanker av ida" and stands.json()["meta"]["versionId"] == "1"


async def test_the_patient_does_not_read_what_is_not_signed(fhir: Fhir, drafts: dict[str, str]) -> None:
    for asked in ("Patient/astrid/$everything", f"{TYPE}/_history", f"{TYPE}/{drafts['ida']}"):
        assert "Tanker" not in (await fhir.ask("GET", asked, who="astrid")).text
    assert await fhir.ids(f"{TYPE}?patient=astrid", who="astrid") == []


async def test_signed_it_is_everybodys_and_the_saves_before_stay_hers(
    fhir: Fhir, drafts: dict[str, str]
) -> None:
    id = drafts["ida"]
    signed = note("ida", "Sov godt.", "completed", id=id)
    assert (await fhir.ask("PUT", f"{TYPE}/{id}", signed, who="ida")).status_code == 200
    seen = await fhir.ask("GET", f"{TYPE}/{id}/_history", who="nadia")
    assert [e["resource"]["summary"] for e in seen.json()["entry"]] == ["Sov godt."]
    assert (await fhir.ask("GET", f"{TYPE}/{id}/_history/1", who="nadia")).status_code == 404
    own = await fhir.ask("GET", f"{TYPE}/{id}/_history", who="ida")
    assert [e["resource"]["summary"] for e in own.json()["entry"]] == ["Sov godt.", "Tanker av ida"]
    assert await fhir.ids(f"{TYPE}?patient=astrid&status=completed", who="astrid") == [id]
    # What was signed is not taken out of sight again by its author.
    back = await fhir.ask("PUT", f"{TYPE}/{id}", note("ida", "Angrer", id=id), who="ida")
    assert back.status_code in (403, 404), back.text
    assert id in await fhir.ids(f"{TYPE}?patient=astrid", who="nadia")


async def test_nobody_writes_a_draft_for_another(fhir: Fhir, drafts: dict[str, str]) -> None:
    for odd in (note("ida", "I ditt navn"), {k: v for k, v in note("ida", "x").items() if k != "assessor"}):
        answer = await fhir.ask("POST", TYPE, odd, who="nadia")
        assert answer.status_code in (403, 404), answer.text
    marked = note("nadia", "Signert", "completed", meta={"security": [{"code": "draft-of:Practitioner/ida"}]})
    made = await fhir.ask("POST", TYPE, marked, who="nadia")
    assert made.json()["id"] in await fhir.ids(f"{TYPE}?patient=astrid", who="ida")


async def test_thrown_away_it_leaves_no_trace_for_others(fhir: Fhir, drafts: dict[str, str]) -> None:
    id = drafts["ida"]
    assert (await fhir.ask("DELETE", f"{TYPE}/{id}", who="ida")).status_code in (200, 204)
    gone = await fhir.ask("GET", f"{TYPE}/{id}", who="nadia")
    assert gone.status_code == 404, gone.text
    assert id not in (await fhir.ask("GET", f"{TYPE}/_history", who="nadia")).text
