"""Summaries of other countries taken in: the guide's own examples over a real record."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from akson.care.medication.lines import SourceKind
from akson.care.medication.sources import sources
from akson.fhir.problem import Problem
from akson.fhir.search import parse
from akson.sharing.summary.document import Maker
from akson.sharing.summary.foreign_text import shown
from akson.sharing.summary.keeping import held, take_in
from akson.sharing.summary.making import summary_of
from akson.sharing.summary.received import differs, read, says_none
from tests.record.conftest import House, decision_for, house

__all__ = ["house"]

EXAMPLES = Path(__file__).parent / "ips_examples"
FULL = (EXAMPLES / "Bundle-IPS-examples-Bundle-01.json").read_bytes()
MINIMAL = (EXAMPLES / "Bundle-bundle-minimal.json").read_bytes()
EVERY = sorted(EXAMPLES.glob("*.json"))
MAKER = Maker("Storvik kommune", "999977774")
CLINICAL = ("AllergyIntolerance", "Condition", "MedicationStatement", "Immunization", "Observation")


def changed(data: bytes, **more: Any) -> bytes:
    """The same document with another Patient."""
    bundle = json.loads(data)
    patient = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    patient.update(more)
    return json.dumps(bundle).encode()


async def martha(house: House, data: bytes = FULL, id: str = "martha", **more: Any) -> None:
    """Whom the example is about, as a patient of ours."""
    theirs = read(data).patient
    name = {**theirs["name"][0], "given": ["Ekstra", *theirs["name"][0]["given"]]}
    us = {"resourceType": "Patient", "id": id, "name": [name], "birthDate": theirs["birthDate"], **more}
    await house.put(us, decision_for(id))


async def rows(house: House, *types: str) -> list[dict[str, Any]]:
    session = house.as_("system")
    found = [await session.search(parse(type, [("patient", "martha")])) for type in types]
    return [json.loads(v.body or b"{}") for page in found for v in page.matches]


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
async def test_each_example_is_kept_to_the_byte_and_read_as_its_sources_words(
    house: House, path: Path
) -> None:
    data = path.read_bytes()
    await martha(house, data)
    taken = await take_in(house.as_("ida"), "martha", data)
    assert taken.new
    (one,) = await held(house.as_("ida"), "martha")
    assert one.data == data
    assert one.received.source and one.received.language.startswith("en")
    told = json.loads(data)["entry"][0]["resource"]["section"]
    assert [s.title for s in one.received.sections] == [s["title"] for s in told]
    assert [s.narrative for s in one.received.sections] == [s["text"]["div"] for s in told]
    assert [len(s.entries) for s in one.received.sections] == [len(s.get("entry", [])) for s in told]
    # Nothing of it is ours: no allergy, no problem, no medicine of our own, and our own summary does not say it.
    assert await rows(house, *CLINICAL) == []
    ours = await summary_of(house.as_("ida"), "martha", MAKER)
    assert {e["resource"]["resourceType"] for e in ours["entry"]} <= {
        "Composition",
        "Patient",
        "Organization",
        "Device",
    }


async def test_its_medicines_are_one_more_source(house: House) -> None:
    await martha(house)
    await take_in(house.as_("ida"), "martha", FULL)
    found = {s.kind: s for s in sources(await rows(house, "List"), datetime.now(UTC))}
    told = found[SourceKind.ABROAD]
    assert [line.name.casefold() for line in told.lines] == ["anastrozole", "black cohosh extract"] or len(
        told.lines
    ) == 2
    assert told.told_by == read(FULL).source and told.lines[0].provenance.by == told.told_by
    assert not found[SourceKind.MUNICIPALITY].lines


async def test_nothing_is_said_of_medicines_where_the_source_says_nothing(house: House) -> None:
    data = (EXAMPLES / "Bundle-bundle-no-info-required-sections.json").read_bytes()
    await martha(house, data)
    await take_in(house.as_("ida"), "martha", data)
    assert await rows(house, "List") == []
    received = (await held(house.as_("ida"), "martha"))[0].received
    assert [s.reasons for s in received.sections[:3]] == [("unavailable",)] * 3
    assert not any(says_none(r) for s in received.sections for r in s.entries)


async def test_the_same_again_changes_nothing_and_another_content_is_a_conflict(house: House) -> None:
    await martha(house)
    first = await take_in(house.as_("ida"), "martha", FULL)
    again = await take_in(house.as_("ida"), "martha", FULL)
    assert (again.reference, again.new) == (first.reference, False)
    assert len(await rows(house, "DocumentReference", "List")) == 2
    with pytest.raises(Problem) as told:
        await take_in(house.as_("ida"), "martha", changed(FULL, gender="other"))
    assert told.value.id == "AKS-SUMMARY-004"
    assert (await held(house.as_("ida"), "martha"))[0].data == FULL


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"birthDate": "1972-05-02"}, {}),
        ({"birthDate": None}, {}),
        ({"name": [{"family": "DeLarosa", "given": ["Maria"]}]}, {}),
        ({"name": [{"family": "Hansen", "given": ["Martha"]}]}, {}),
        (
            {"identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "01857090027"}]},
            {"identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "13816099990"}]},
        ),
    ],
)
async def test_another_persons_is_refused_without_a_word_of_either(
    house: House, theirs: dict[str, Any], ours: dict[str, Any]
) -> None:
    await martha(house, **ours)
    with pytest.raises(Problem) as told:
        await take_in(house.as_("ida"), "martha", changed(MINIMAL, **theirs))
    assert told.value.id == "AKS-SUMMARY-003"
    assert not {"Martha", "DeLarosa", "1972", "13816099990"} & {*str(told.value).split()}
    assert await rows(house, "DocumentReference", "List") == []


def test_a_national_id_decides_before_name_and_marks_do_not_part_a_name() -> None:
    number = [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "13816099990"}]
    married = {"identifier": number, "name": [{"family": "Ny"}], "birthDate": "1900-01-01"}
    assert not differs(read(changed(MINIMAL, identifier=number)), married)
    born = {"birthDate": "1972-05-01", "name": [{"family": "DELAROSA", "given": ["Mártha"]}]}
    assert not differs(read(MINIMAL), born)


async def test_a_stranger_takes_in_nothing_and_sees_nothing(house: House) -> None:
    await martha(house)
    await take_in(house.as_("ida"), "martha", FULL)
    assert await held(house.as_("omar"), "martha") == ()
    with pytest.raises(Problem) as told:
        await take_in(house.as_("omar"), "martha", FULL)
    assert told.value.id == "AKS-RECORD-404"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<Bundle/>",
        b"[]",
        b'{"resourceType":"Bundle","type":"collection","entry":[]}',
        MINIMAL.replace(b"60591-5", b"11503-0"),
    ],
)
def test_what_is_no_summary_is_refused(data: bytes) -> None:
    with pytest.raises(Problem) as told:
        read(data)
    assert told.value.id == "AKS-SUMMARY-002"


async def test_a_line_that_r4_would_not_take_is_kept_in_words(house: House) -> None:
    bundle = json.loads(MINIMAL)
    line = next(
        e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "MedicationStatement"
    )
    line["status"] = "wrong-by-its-maker"
    await martha(house, MINIMAL)
    await take_in(house.as_("ida"), "martha", json.dumps(bundle).encode())
    (told,) = await rows(house, "List")
    assert (
        told["contained"][0]["status"] == "unknown"
        and told["contained"][0]["medicationCodeableConcept"]["text"]
    )
    (document,) = await rows(house, "DocumentReference")
    assert b"wrong-by-its-maker" in base64.b64decode(document["content"][0]["attachment"]["data"])


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ('<div lang="en"><p style="x" onclick="y">Allergy</p></div>', "<div><p>Allergy</p></div>"),
        ("<div><script>alert(1)</script>Text</div>", "<div>Text</div>"),
        ('<div><img src="http://x/y.png"/><a href="javascript:x">link</a></div>', "<div>link</div>"),
        ('<table><tr><td colspan="2" rowspan="x">&amp;</tr>', '<table><tr><td colspan="2">&amp;</td></tr></table>'),
        ("<div>&lt;script&gt;</div></div></main>", "<div>&lt;script&gt;</div>"),
        ("<div><ul><li>Αλλεργία</ul>", "<div><ul><li>Αλλεργία</li></ul></div>"),
        ("<svg><style>x</style><iframe src='x'/><b>y</b></svg>", "<b>y</b>"),
    ],
)  # fmt: skip
def test_foreign_narrative_is_text_and_tables_alone(theirs: str, ours: str) -> None:
    assert shown(theirs) == ours
