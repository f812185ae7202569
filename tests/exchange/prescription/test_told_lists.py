"""What messages tell of medicines, as lists in the record."""

import base64
import copy
import gzip
import random
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from akson.care.medication.lines import SourceKind, SourceLine
from akson.care.medication.sources import sources
from akson.exchange import mirror, rendering
from akson.exchange.components.prescription.prescription_2013 import NAMESPACE as M1
from akson.exchange.components.prescription.prescription_2013 import RESEPT_DOK_LEGEMIDDEL
from akson.exchange.message_type import MessageType, Version
from akson.exchange.messages import BY_CODE
from akson.exchange.opening import open_message
from akson.exchange.prescription.listing import Around, list_of
from akson.exchange.prescription.sources import KINDS, lists_in
from akson.exchange.prescription.writing import question, use_list
from akson.exchange.sameness import difference
from akson.exchange.schema import Coded, read_structure, write_structure
from akson.exchange.schema.enclosed import ENCLOSED_BYTES_MAX, enclosed
from akson.fhir import markup
from akson.fhir.problem import Problem
from akson.fhir.validation import validate
from tests.exchange.test_message_types import sample, whole_message

AT = datetime(2026, 11, 25, tzinfo=UTC)
PATIENT, SENDER = {"reference": "Patient/p"}, {"reference": "Organization/h", "display": "Havnes sykehus"}


def as_lists(content: bytes) -> list[dict[str, Any]]:
    message = open_message(content).message()
    return [
        list_of(
            one.told,
            Around(one.kind, one.title, ({"system": "urn:x", "value": "1"},), PATIENT, SENDER, "Communication/m",
                   "2026-11-24T09:00:00+01:00"),
        )
        for one in lists_in(message)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("type", "version"),
    [(BY_CODE[code], version) for code in KINDS for version in BY_CODE[code].versions],
    ids=lambda part: part.number if isinstance(part, Version) else part.code,
)
def test_whatever_a_message_says_makes_a_valid_list(type: MessageType, version: Version) -> None:
    for seed in range(12):
        content = markup.write(whole_message(type, version, sample(version.structure, random.Random(seed))))
        for one in as_lists(content):
            assert not [str(issue) for issue in validate(one)]


def prescribed(shared: Path) -> list[bytes]:
    """Each prescribed medicine of the open official messages (M1, M10, M21), cut out as the document that M25 encloses."""
    found = []
    for path in sorted((shared / "norwegian-messages" / "examples" / "eresept").rglob("*.xml")):
        try:
            root = markup.read(path.read_bytes())
        except Problem:
            continue
        found += [markup.write(copy.deepcopy(n)) for n in root.iter(f"{{{M1}}}ReseptDokLegemiddel")]
    assert len(found) >= 3, "the official examples hold prescribed medicines"
    return found


def shared_list(*documents: bytes, stopped: bool = False) -> bytes:
    """M25.1 in a whole message, a line for each document."""
    lines = [
        {
            "Id": f"00000000-0000-4000-8000-{number:012}",
            "Type": Coded("E", "Eresept"),
            "ReseptId": f"r{number}",
            "SistEndret": "2026-11-20T10:00:00+01:00",
            "DatoOppstart": "2026-03-14",
            "Rolle": (),
            "ReseptDokLegemiddelB64": base64.b64encode(document).decode("ascii"),
            **({"Seponering": {"Tidspunkt": "2026-11-19T08:00:00", "Arsak": Coded("2", "Bivirkning")}} if stopped else {}),
        }
        for number, document in enumerate(documents, start=1)
    ]  # fmt: skip
    type = BY_CODE["ERM251"]
    return markup.write(whole_message(type, type.versions[0], {"EnkeltoppforingLIB": tuple(lines)}))


@pytest.mark.shared
def test_prescribed_medicines_of_official_messages_go_in_and_come_out_the_same(
    shared: Path, official_schema: etree.XMLSchema
) -> None:
    for document in prescribed(shared):
        reading = read_structure(markup.read(document), RESEPT_DOK_LEGEMIDDEL)
        assert not reading.faults
        written = markup.write(write_structure(RESEPT_DOK_LEGEMIDDEL, reading.values, {None: M1}))
        assert not difference(document, written)


@pytest.mark.shared
def test_the_shared_list_becomes_a_source_with_dose_as_text_and_structure(shared: Path) -> None:
    (one,) = as_lists(shared_list(*prescribed(shared)))
    (pll,) = [s for s in sources([{"id": "l", **one}], AT) if s.kind is SourceKind.PLL]
    assert pll.title == "Pasientens legemiddelliste" and len(pll.lines) == len(prescribed(shared))
    line = next(line for line in pll.lines if line.product == "Cosylan" and line.dose.timing)
    assert (line.name, line.strength, line.form) == ("Etylmorfin", "1,7 mg/ml", "Mikstur")
    assert line.atc == "R05DA01"
    assert line.dose.text == "10 ml 3 ganger daglig" and line.dose.amount == "10 ml" and line.dose.as_needed
    whens = [d["timing"]["repeat"]["when"] for d in line.resource["dosage"]]
    assert whens == [["MORN"], ["NOON"], ["EVE"]]
    assert (line.indication, line.provenance.confirmed) == ("HOSTEDEMPENDE", date(2026, 11, 20))
    assert line.provenance.rests_on == ("Communication/m",)


@pytest.mark.shared
def test_a_reader_sees_the_enclosed_medicine_field_by_field(shared: Path) -> None:
    shown = rendering.text(open_message(shared_list(*prescribed(shared), stopped=True)).message())
    assert "Navn, form og styrke: Cosylan Mikst 1,7 mg/ml" in shown and "Årsak: Bivirkning" in shown
    assert "PD94" not in shown and "PFJl" not in shown


@pytest.mark.shared
@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "compressed"])
def test_the_hubs_answer_holds_whole_lists(shared: Path, packed: Any) -> None:
    """Also what it says of the pharmacy's list, which is a source of its own."""
    lists = (shared_list(*prescribed(shared)), shared_list(*prescribed(shared), stopped=True))
    held = tuple(base64.b64encode(packed(one)).decode("ascii") for one in lists)
    type = BY_CODE["ERM912"]
    content = markup.write(
        whole_message(type, type.versions[0], {"Pasient": {"Fnr": "12854200281", "VarerIBrukB64": held}})
    )
    first, second = as_lists(content)
    assert len(first["entry"]) == len(second["entry"]) == len(prescribed(shared))
    assert {s["status"] for s in second["contained"] if s["resourceType"] == "MedicationStatement"} == {
        "stopped"
    }
    assert not difference(content, mirror.write(open_message(content).message()))


def test_an_answer_says_whom_it_is_about_though_its_header_does_not() -> None:
    type = BY_CODE["ERM911"]
    root = whole_message(type, type.versions[0], dict(question("12854200281", prescriptions=True)))
    for patient in root.findall(".//{*}MsgInfo/{*}Patient"):
        around = patient.getparent()
        assert around is not None
        around.remove(patient)
    envelope = open_message(markup.write(root)).envelope
    assert envelope is not None and envelope.patient is not None
    assert [(ident.type, ident.id) for ident in envelope.patient.idents] == [("FNR", "12854200281")]


def test_what_cannot_be_opened_is_told_and_never_left_out() -> None:
    (one,) = as_lists(shared_list(b"%PDF-1.7"))
    (pll,) = [s for s in sources([{"id": "l", **one}], AT) if s.kind is SourceKind.PLL]
    assert [line.name for line in pll.lines] == ["Legemiddel som ikke kan leses"]


def test_a_bomb_in_an_enclosed_file_is_not_unpacked() -> None:
    bomb = gzip.compress(b"<a>" + b" " * (ENCLOSED_BYTES_MAX + 1) + b"</a>")
    assert enclosed(base64.b64encode(bomb).decode("ascii"), (RESEPT_DOK_LEGEMIDDEL,)) is None


@pytest.mark.shared
def test_the_record_is_written_as_the_shared_list_and_says_the_same(
    shared: Path, official_schema: etree.XMLSchema
) -> None:
    """Shared list → record → shared list → record: lines, doses, reasons, stops and prescriptions are those that came."""
    for stopped in (False, True):
        came = shared_list(*prescribed(shared), stopped=stopped)
        before = pll_of(came)
        values = use_list(before, AT)
        type = BY_CODE["ERM251"]
        whole = whole_message(type, type.versions[0], dict(values))
        assert official_schema.validate(whole), official_schema.error_log.last_error
        for line in values["EnkeltoppforingLIB"]:
            document = markup.read(base64.b64decode(line["ReseptDokLegemiddelB64"]))
            assert official_schema.validate(document), official_schema.error_log.last_error
        after = pll_of(markup.write(whole))
        assert [meaning(line) for line in after] == [meaning(line) for line in before]


def pll_of(content: bytes) -> tuple[SourceLine, ...]:
    (one,) = as_lists(content)
    return next(s.lines for s in sources([{"id": "l", **one}], AT) if s.kind is SourceKind.PLL)


def meaning(line: SourceLine) -> tuple[Any, ...]:
    told = line.name, line.product, line.atc, line.strength, line.form, line.kind, line.use, line.indication
    return (
        *told,
        line.start,
        line.stop,
        line.stop_reason,
        line.dose.text,
        line.dose.as_needed,
        line.resource.get("identifier"),
    )


@pytest.mark.shared
def test_official_letters_and_care_messages_tell_lists(
    shared: Path, official_schema: etree.XMLSchema
) -> None:
    told: dict[str, set[str]] = {}
    for path in sorted((shared / "norwegian-messages" / "examples").rglob("*.xml")):
        try:
            opened = open_message(path.read_bytes())
        except Problem:
            continue
        if opened.type is None or opened.faults or opened.problem or opened.type.code not in KINDS:
            continue
        for one in as_lists(path.read_bytes()):
            assert not validate(one), path.name
            (source,) = [s for s in sources([{"id": "l", **one}], AT) if s.reference]
            told.setdefault(opened.type.code, set()).update(line.name for line in source.lines)
    assert {"EPIKRISE", "EPJ-EKSTRAKT"} <= told.keys(), told.keys()
    assert {"Furosemid", "Metoprolol"} <= told["EPIKRISE"], "Furix and Selo-Zok, by their generic names"
