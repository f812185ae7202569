"""The older letters (root `Message`): every open official example goes in, is shown, and comes out again equal and valid."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from akson.app.trial import open_trial, read_known
from akson.exchange import mirror, rendering
from akson.exchange.envelope.apprec import version_for
from akson.exchange.judgement import faults_of
from akson.exchange.message_type import ResultFacts, TellsResults
from akson.exchange.messages import MESSAGE_TYPES
from akson.exchange.opening import open_message
from akson.fhir import markup
from akson.fhir.codec import json
from akson.fhir.validation import validate
from tests.exchange.test_message_types import AROUND
from tests.exchange.test_official_examples import normalised, said, shown_as

FOLDERS = ("epikrise", "henvisning", "svarrapport")
ABOUT = ResultFacts(
    ({"system": mirror.MESSAGE_ID, "value": "1|2"},),
    {"reference": "Patient/line"},
    {"display": "Sykehuset"},
    "2026-11-24T09:00:00+01:00",
    lambda part: part.replace("/", "-"),
)


def letters(shared: Path) -> Iterator[tuple[str, bytes]]:
    for folder in FOLDERS:
        for path in sorted((shared / "norwegian-messages" / "examples" / folder).rglob("*.xml")):
            content = path.read_bytes()
            if etree.QName(markup.read(content)).localname == "Message":
                yield path.name, content


def named(shared: Path, name: str) -> Any:
    return open_message(dict(letters(shared))[name])


def resources_of(message: Any) -> list[dict[str, Any]]:
    if not isinstance(message.type, TellsResults):
        return []
    return [{**resource, "id": id} for id, resource in message.type.results(message.facts, ABOUT)]


@pytest.mark.shared
def test_every_official_letter_comes_out_again(shared: Path, official_schema: etree.XMLSchema) -> None:
    found = list(letters(shared))
    assert len(found) >= 42
    for name, content in found:
        opened = open_message(content)
        assert not opened.faults and opened.problem is None, (name, opened.faults, opened.problem)
        assert not faults_of(opened), name
        message = opened.message()
        assert message.envelope.sender.her and all(r.party.her for r in message.envelope.receivers), name
        communication = json.parse(json.encode(mirror.to_fhir(message, AROUND)))
        assert not [str(issue) for issue in validate(communication)], name
        written = mirror.write(mirror.from_fhir(communication))
        assert official_schema.validate(etree.fromstring(written)), (
            name,
            official_schema.error_log.last_error,
        )
        assert normalised(content) == normalised(written), name
        for resource in resources_of(message):
            assert not [str(issue) for issue in validate(json.parse(json.encode(resource)))], (name, resource)


@pytest.mark.shared
def test_every_word_of_a_letter_is_shown(shared: Path) -> None:
    for name, content in letters(shared):
        message = open_message(content).message()
        shown = " ".join(rendering.text(message).split())
        inside = b'<Content xmlns="x">' + etree.tostring(markup.read(content)) + b"</Content>"
        for text in said(inside):
            assert text in shown or shown_as(text) in shown, (name, text)


@pytest.mark.shared
def test_results_as_they_stand_in_the_record(shared: Path) -> None:
    made = resources_of(named(shared, "Svar_biokjemi_v1-4_Ny.xml").message())
    report = made[-1]
    assert report["resourceType"] == "DiagnosticReport" and report["status"] == "final"
    assert report["code"]["text"] == "Medisinsk biokjemi" and len(report["result"]) == len(made) - 1
    by_name = {one["code"]["text"]: one for one in made[:-1]}
    lh = by_name["Us-LH"]
    assert lh["valueQuantity"] == {"value": 14, "unit": "IU/L"}
    assert lh["referenceRange"] == [{"text": "< 12"}]
    assert lh["interpretation"][0]["coding"][0]["code"] == "H"
    assert lh["interpretation"][0]["text"] == "Over øvre referansegrense"
    assert lh["specimen"] == {"display": "Serum"} and lh["effectiveDateTime"].startswith("2017-09-20T07:57")


@pytest.mark.shared
def test_agents_hold_their_resistance(shared: Path) -> None:
    made = resources_of(named(shared, "Svar_mikrobiologi_dyrkning_v1-4_Ny.xml").message())
    by_id = {one["id"]: one for one in made}
    groups = [one for one in made if one.get("hasMember")]
    assert groups, "an agent with what it is resistant to"
    for group in groups:
        for member in group["hasMember"]:
            assert member["reference"].partition("/")[2] in by_id


@pytest.mark.shared
def test_a_change_speaks_of_the_letter_by_its_own_id(shared: Path) -> None:
    first, second = (named(shared, f"epikrise_v1.1_{status}.xml").message().envelope for status in ("n", "m"))
    assert first.own_id == second.own_id == second.parent and first.parent == ""
    assert first.msg_id != second.msg_id and first.sender.her == "94866"
    assert [(r.role, r.party.her) for r in first.receivers] == [("PRIM", "91439"), ("COP", "95136")]
    assert first.type.v == "EPIKRISE" and first.patient is not None and first.patient.family == "Danser"


@pytest.mark.shared
def test_an_emergency_is_taken_whatever_is_missing(shared: Path) -> None:
    content = dict(letters(shared))["henvisning_strukturert_v1.0_n.xml"]
    assert open_message(content).emergency
    nameless = content.replace(b"2101" + b"6400952", b"").replace(b"<MsgId>", b"<MsgId>x")
    assert not faults_of(open_message(nameless))
    other = dict(letters(shared))["henvisning_v1.0_n.xml"]
    assert not open_message(other).emergency
    assert {e.code for e in faults_of(open_message(other.replace(b"<MsgId>", b"<MsgId>x")))} == {"E10"}


@pytest.mark.shared
async def test_findings_are_withdrawn_with_their_letter_and_strangers_are_refused(shared: Path) -> None:
    told = dict(letters(shared))
    first, taken_back = (told[f"Svar_biokjemi_v1-4_{name}.xml"] for name in ("Ny", "Kansellering"))
    async with open_trial(read_known(shared / "norwegian-messages" / "testaktorer.json")) as trial:
        stranger = await trial.judge("a.xml", first.replace(b"1311" + b"6900216", b"7001" + b"9950032"))
        refused = await trial.judge("b.xml", first.replace(b"1311" + b"6900216", b"0101" + b"7112364"))
        await trial.begin_sequence([first, taken_back])
        made = await trial.judge("1.xml", first)
        cancelled = await trial.judge("2.xml", taken_back)
    # The number is another patient's: never given to her, and a person must look.
    assert stranger.verdict == "accepted-with-warning"
    assert refused.verdict == "rejected" and [r.codes for r in refused.outcome.receipts] == [("E35",)]
    findings = [r for r in made.resources if r["resourceType"] in ("DiagnosticReport", "Observation")]
    assert made.verdict == "accepted" and len(findings) == 9
    withdrawn = {
        (r["resourceType"], r["id"]) for r in cancelled.resources if r["status"] == "entered-in-error"
    }
    assert withdrawn == {(r["resourceType"], r["id"]) for r in findings}


def test_every_version_is_answered_in_its_own_apprec() -> None:
    """The rule that holds where no version is known says the same as each version."""
    for type in MESSAGE_TYPES:
        for version in type.versions:
            for tag in version.options:
                namespace = tag.partition("}")[0].lstrip("{")
                body = f'<x:Message xmlns:x="{namespace}"/>'.encode()
                envelope = open_message(_around(body)).envelope
                assert envelope is not None
                assert version_for(envelope).number == version.apprec, (type.code, version.number)


def _around(body: bytes) -> bytes:
    head = b'<MsgHead xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24"><Document><RefDoc><Content>'
    return head + body + b"</Content></RefDoc></Document></MsgHead>"
