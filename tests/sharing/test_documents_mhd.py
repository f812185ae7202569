"""ITI-67, 68 and 65 over a real record: who sees which documents, what tells of those she does not, what is provided."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.fhir.validation import validate
from akson.sharing.documents.mhd.providing import conflicting
from akson.sharing.documents.shelf import Shelf
from tests.api import trust
from tests.api.trust import outcome
from tests.record.conftest import House, house
from tests.sharing.documents_house import COMMUNITY, PDF, Documents, documents, letter, note

__all__ = ["house"]

COUNT = "NHN-SecurityLabel-Nors-Count"


def references(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [e["resource"] for e in answer.json().get("entry", [])]


def titles(answer: Any) -> list[str]:
    return [r["content"][0]["attachment"]["title"] for r in references(answer)]


async def got(on: Documents, reference: dict[str, Any], **more: Any) -> Any:
    parts = urlsplit(reference["content"][0]["attachment"]["url"])
    return await on.ask(f"{parts.path}?{parts.query}", **more)


async def test_a_doctor_elsewhere_finds_what_is_signed_and_reads_it(house: House, tmp_path: Path) -> None:
    on = await documents(house, tmp_path)
    found = await on.find()
    assert titles(found) == ["Tiltaksplan", "Journalnotat", "Journalnotat"]
    for reference in references(found):
        attachment = reference["content"][0]["attachment"]
        content = await got(on, reference)
        assert content.status_code == 200 and content.headers["content-type"] == attachment["contentType"]
        digest = base64.b64encode(hashlib.sha1(content.content).digest()).decode()
        assert (attachment["size"], attachment["hash"]) == (len(content.content), digest)
    assert "Sov dårlig." in (await got(on, references(found)[1])).text
    assert "Går trygt til postkassen" in (await got(on, references(found)[0])).text
    # Each opening stands in her log, with who vouches for it.
    events = [e for _, e in await house.log.events_of(1, "astrid", count=50) if e.client]
    assert {e.action for e in events} == {"search", "read"}
    assert {e.decision_ref for e in events} == {"b3d1a1c2-0001"}


async def test_metadata_is_that_of_his_1169(house: House, tmp_path: Path) -> None:
    on = await documents(house, tmp_path)
    told = references(await on.find(type="urn:oid:2.16.578.1.12.4.1.1.9602|B02-2"))[0]
    assert told["type"]["coding"][0] == {
        "system": "urn:oid:2.16.578.1.12.4.1.1.9602",
        "code": "B02-2",
        "display": "Journalnotat",
    }
    assert told["category"][0]["coding"][0]["code"] == "B00-1"
    assert told["context"]["facilityType"]["coding"][0]["code"] == "86.901"
    assert told["context"]["practiceSetting"]["coding"][0]["system"] == "urn:oid:2.16.578.1.12.4.1.1.8663"
    assert told["content"][0]["format"]["code"] == "urn:no:ehelse:document:text"
    names = {c["resourceType"]: c.get("name") for c in told["contained"]}
    assert names["Organization"] == "Storvik kommune" and names["Practitioner"] == [{"text": "Ida Nilsen"}]
    assert told["subject"]["identifier"] == {"system": trust.FNR, "value": trust.ASTRID}
    faults = validate(told)
    assert [f for f in faults if f.severity in ("error", "fatal")] == []


async def test_a_blocked_document_leaves_a_count_and_nothing_else(house: House, tmp_path: Path) -> None:
    """With and without it, answers are the same to the byte; the header alone differs."""
    on = await documents(house, tmp_path)
    with_it = await on.find(_count="2")
    assert with_it.headers[COUNT] == "1"
    hidden = await _unique_id(house, "blocked")
    missing = hidden.replace("blocked", "nothing")
    asked = [await on.ask(f"/mhd/document?documentUniqueId={name}") for name in (hidden, missing)]
    assert [a.status_code for a in asked] == [404, 404]
    assert asked[0].content == asked[1].content and COUNT not in asked[0].headers
    assert dict(asked[0].headers) == dict(asked[1].headers)
    await house.put(note("blocked", "Hemmelig.", status="entered-in-error"))
    without = await on.find(_count="2")
    assert without.headers[COUNT] == "0" and without.content == with_it.content
    assert with_it.json()["total"] == 3 and len(references(with_it)) == 2


async def _unique_id(house: House, id: str) -> str:
    version = await house.as_("system", PurposeOfUse.OPERATIONS).read("ClinicalImpression", id)
    return f"{COMMUNITY.repository}^note-{version.version}-{id}"


async def test_what_is_graded_withheld_or_of_somebody_else_is_neither_shown_nor_counted(
    house: House, tmp_path: Path
) -> None:
    on = await documents(house, tmp_path)
    found = await on.find()
    assert found.headers[COUNT] == "1", "NORS alone; the graded note leaves nothing"
    assert "Gradert" not in found.text
    bo = await on.find("01857090027")
    assert (bo.json()["total"], bo.headers[COUNT]) == (0, "0"), "nobody vouched for Bo"
    nobody = await on.find("13816099990")
    assert (nobody.json()["total"], nobody.headers[COUNT]) == (0, "0")
    strip = lambda text: text.replace("Patient/bo", "")  # noqa: E731
    assert strip(bo.text) == strip(nobody.text)


async def test_a_filter_that_is_not_known_is_refused_and_those_known_narrow(
    house: House, tmp_path: Path
) -> None:
    on = await documents(house, tmp_path)
    assert outcome(await on.find(related="x")) == "AKS-DOC-011"
    assert outcome(await on.ask("/mhd/DocumentReference")) == "AKS-DOC-010"
    assert outcome(await on.find(creation="yesterday")) != "200"
    assert titles(await on.find(category="B00-1", creation="lt2026-11-25")) == ["Journalnotat"]
    assert titles(await on.find(status="superseded")) == []
    assert titles(await on.find(format="urn:no:ehelse:document:pdf")) == []
    assert len(titles(await on.find(**{"security-label": "N"}))) == 3
    first = await on.find(_count="1")
    link = next(one["url"] for one in first.json()["link"] if one["relation"] == "next")
    assert trust.ASTRID not in first.headers.get("link", "") + link
    parts = urlsplit(link)
    second = await on.ask(f"{parts.path}?{parts.query}")
    assert titles(first) + titles(second) == ["Tiltaksplan", "Journalnotat"]


async def test_a_unique_id_names_one_content_for_ever(house: House, tmp_path: Path) -> None:
    on = await documents(house, tmp_path)
    before = next(r for r in references(await on.find(creation="lt2026-11-25", type="B02-2")))
    old = await got(on, before)
    await house.put(note("n1", "Spiser lite."))
    again = await got(on, before)
    assert again.content == old.content, "an earlier version is what it was"
    now = next(r for r in references(await on.find(creation="lt2026-11-25", type="B02-2")))
    assert now["masterIdentifier"] != before["masterIdentifier"]
    assert "Spiser lite." in (await got(on, now)).text
    await house.put(note("n1", "Ført i feil journal.", status="entered-in-error"))
    assert (await got(on, before)).status_code == 404, "what was removed stays removed"
    plan = references(await on.find(type="B01-2"))[0]
    await house.put(
        {
            "resourceType": "Goal",
            "id": "goal-1",
            "lifecycleStatus": "completed",
            "description": {"text": "Går trygt til postkassen"},
            "subject": {"reference": "Patient/astrid"},
        }
    )
    assert (await got(on, plan)).status_code == 404, (
        "the plan as it stood is gone, and nothing else is shown for it"
    )
    assert "(nådd)" in (await got(on, references(await on.find(type="B01-2"))[0])).text


async def test_a_token_reaches_as_far_as_its_scopes(house: House, tmp_path: Path) -> None:
    on = await documents(house, tmp_path, scopes=("nhn:phr/mhd/read-documentreferences",))
    found = references(await on.find())
    assert len(found) == 3
    assert outcome(await got(on, found[0])) == "AKS-DOC-020"
    assert outcome(await on.ask("/mhd", body=b"{}")) == "AKS-DOC-020"
    # At the FHIR door the same token opens no note.
    assert outcome(await on.one.ask("ClinicalImpression/n1", on.usual)) == "AKS-RECORD-404"
    other = on.one.token(trust.claims(scope=["nhn:phr/mhd/read-document", "openid"], jti="b"))
    assert outcome(await on.ask("/mhd/DocumentReference?patient=astrid", token=other)) == "AKS-DOC-020"
    stranger = await on.http.get(f"{trust.BASE}/mhd/DocumentReference?patient=astrid")
    assert stranger.status_code == 401
    assert (await on.http.get(f"{trust.BASE}/mhd/metadata")).json()["resourceType"] == "CapabilityStatement"


async def test_those_at_work_here_see_letters_too_and_files(house: House, tmp_path: Path) -> None:
    await documents(house, tmp_path)
    await house.put({**_decision(), "id": "vedtak-astrid"})
    session = house.as_("ida")
    shelf = Shelf(session, COMMUNITY, outward=False)
    person = await shelf.person(trust.ASTRID)
    assert person is not None
    found = (await shelf.find(person)).documents
    letters = [d for d in found if d.place.startswith("Communication")]
    assert sorted((d.entry.title, d.ours, d.entry.author.organisation) for d in letters) == [
        ("Epikrise", False, "Havnes sykehus HF"),
        ("Epikrise", True, "Storvik kommune"),
        ("Røntgen", False, "Havnes sykehus HF"),
        ("Røntgen", True, "Storvik kommune"),
    ]
    file = next(d for d in found if d.entry.title == "Røntgen")
    assert (await shelf.get(file.entry.unique_id)).content == PDF
    outward = Shelf(session, COMMUNITY)
    assert {d.ours for d in (await outward.find(person)).documents} == {True}
    assert letter("x", received=True)["payload"]


def _decision() -> dict[str, Any]:
    return {
        "resourceType": "EpisodeOfCare",
        "status": "active",
        "patient": {"reference": "Patient/astrid"},
        "managingOrganization": {"reference": "Organization/hjemmetjenesten-ost"},
        "period": {"start": "2026-01-03"},
    }


def _bundle(shared: Path, number: str) -> dict[str, Any]:
    text = (shared / "trust-framework/mhd/IT_iti-65_ProvideBundle01.json").read_text("utf-8-sig")
    return json.loads(text.replace("17855599120", number))


async def test_the_open_example_is_provided_found_and_read(
    house: House, tmp_path: Path, shared: Path
) -> None:
    on = await documents(house, tmp_path)
    await house.put({**_decision(), "id": "vedtak-astrid"})
    local = on.one.local.issue(CAST["ida"])
    bundle = _bundle(shared, trust.ASTRID)

    async def provide(body: dict[str, Any]) -> Any:
        return await on.http.post(
            f"{trust.BASE}/mhd",
            headers={"authorization": f"Bearer {local}"},
            content=json.dumps(body).encode(),
        )

    made = await provide(bundle)
    assert made.status_code == 200, made.text
    assert [e["response"]["status"] for e in made.json()["entry"]] == ["201", "200", "201", "201"]
    again = await provide(bundle)
    assert again.json() == made.json(), "the same again makes nothing new"
    found = references(await on.find(type="D08-2"))
    assert [r["content"][0]["attachment"]["hash"] for r in found] == ["u9qVWgiUeN1sDpxUrHLPx2x1LMc="]
    content = await got(on, found[0])
    assert content.content.startswith(b"<ClinicalDocument") and content.headers["content-type"] == "text/xml"
    other = json.loads(json.dumps(bundle))
    binary = next(e["resource"] for e in other["entry"] if e["resource"]["resourceType"] == "Binary")
    binary["data"] = base64.b64encode(b"another").decode()
    assert outcome(await provide(other)) == "AKS-DOC-031"
    attachment = next(
        e["resource"] for e in other["entry"] if e["resource"]["resourceType"] == "DocumentReference"
    )["content"][0]["attachment"]
    attachment |= {"size": 7, "hash": base64.b64encode(hashlib.sha1(b"another").digest()).decode()}
    assert outcome(await provide(other)) == conflicting("").id
    # A stranger's enterprise may not write here under the policy in force, whatever its token's scope.
    text = json.dumps(bundle).replace(
        "89476407-be47-4803-b814-b99ab49ac086", "89476407-be47-4803-b814-b99ab49ac087"
    )
    assert outcome(await on.ask("/mhd", body=text.encode())) == "AKS-RECORD-023"


@pytest.mark.parametrize("name", ["IT_iti-65_ProvideBundle01_WrongValues.json"])
async def test_wrong_metadata_is_told_whole(house: House, tmp_path: Path, shared: Path, name: str) -> None:
    on = await documents(house, tmp_path)
    text = (shared / "trust-framework/mhd" / name).read_text("utf-8-sig")
    local = on.one.local.issue(CAST["ida"])
    refused = await on.http.post(
        f"{trust.BASE}/mhd", headers={"authorization": f"Bearer {local}"}, content=text.encode()
    )
    assert refused.status_code == 422
    told = {issue["expression"][0].rpartition(".")[2] for issue in refused.json()["issue"]}
    assert {"category", "securityLabel", "facilityType", "practiceSetting"} <= told


async def test_hostile_bundles_and_odd_parameters_are_refused_as_problems(
    house: House, tmp_path: Path, shared: Path
) -> None:
    on = await documents(house, tmp_path)
    local = on.one.local.issue(CAST["ida"])
    whole = _bundle(shared, trust.ASTRID)
    reference = next(
        e["resource"] for e in whole["entry"] if e["resource"]["resourceType"] == "DocumentReference"
    )
    cases: list[Any] = [
        None,
        [],
        {},
        {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": 1}]},
    ]
    for name, value in (
        ("content", "x"),
        ("securityLabel", ["N"]),
        ("context", []),
        ("masterIdentifier", "1"),
        ("subject", 7),
    ):
        entries = [{"resource": {**reference, name: value}}]
        cases.append({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    for case in cases:
        answer = await on.http.post(
            f"{trust.BASE}/mhd",
            headers={"authorization": f"Bearer {local}"},
            content=json.dumps(case).encode(),
        )
        assert answer.status_code in (400, 422) and answer.json()["issue"], (case, answer.text)
    for more in (
        {"_count": "-1"},
        {"_offset": "x"},
        {"creation": "ap2026"},
        {"type": "|"},
        {"type": ""},
        {"status": ""},
    ):
        assert (await on.find(**more)).status_code in (200, 400, 422), more
    assert outcome(await on.ask("/mhd/document")) == "AKS-DOC-013"
    assert (await on.ask("/mhd/document?documentUniqueId=%00%01^note-1-x")).status_code == 404
    by_id = references(await on.find())[0]
    for told in (
        by_id["identifier"][0]["value"],
        "|".join(by_id["masterIdentifier"][k] for k in ("system", "value")),
    ):
        assert len(references(await on.find(identifier=told))) == 1


async def test_two_records_of_one_person_are_one_shelf(house: House, tmp_path: Path) -> None:
    on = await documents(house, tmp_path)
    await house.put(
        trust.person("astrid-2", trust.ASTRID),
        note("n9", "Fra den andre.", subject={"reference": "Patient/astrid-2"}),
    )
    assert len(references(await on.find(type="B02-2"))) == 3


async def test_a_provided_document_may_replace_one_and_nothing_else(
    house: House, tmp_path: Path, shared: Path
) -> None:
    on = await documents(house, tmp_path)
    await house.put({**_decision(), "id": "vedtak-astrid"})
    local = on.one.local.issue(CAST["ida"])

    async def provide(body: dict[str, Any]) -> Any:
        headers = {"authorization": f"Bearer {local}"}
        return await on.http.post(f"{trust.BASE}/mhd", headers=headers, content=json.dumps(body).encode())

    first = _bundle(shared, trust.ASTRID)
    assert (await provide(first)).status_code == 200
    (old,) = references(await on.find(type="D08-2"))
    text = json.dumps(first).replace(
        "89476407-be47-4803-b814-b99ab49ac086", "89476407-be47-4803-b814-b99ab49ac087"
    )
    second = json.loads(text)
    newer = next(
        e["resource"] for e in second["entry"] if e["resource"]["resourceType"] == "DocumentReference"
    )
    newer["relatesTo"] = [{"code": "replaces", "target": {"reference": f"DocumentReference/{old['id']}"}}]
    assert (await provide(second)).status_code == 200
    assert (await provide(second)).status_code == 200, "the same again changes nothing"
    (now,) = references(await on.find(type="D08-2"))
    assert now["masterIdentifier"]["value"].endswith("ac087")
    (before,) = references(await on.find(type="D08-2", status="superseded"))
    assert before["masterIdentifier"] == old["masterIdentifier"]
    newer["masterIdentifier"]["value"] = "urn:uuid:89476407-be47-4803-b814-b99ab49ac088"
    note_id = references(await on.find(type="B02-2"))[0]["id"]
    newer["relatesTo"][0]["target"] = {"reference": f"DocumentReference/{note_id}"}
    assert outcome(await provide(second)) == "AKS-DOC-034", "a note is corrected by who wrote it"
    newer["relatesTo"][0]["code"] = "appends"
    assert outcome(await provide(second)) == "AKS-DOC-031"
