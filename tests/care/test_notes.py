"""A note from draft to what becomes of it: nothing signed is lost, and no record tells of another patient."""

import json

from akson.care.notes.structured import (
    LAWS,
    Writing,
    cleaned,
    corrected,
    locked,
    moved,
    read,
    removed,
    signed,
    written,
)  # fmt: skip

ASTRID, OLA = {"reference": "Patient/astrid"}, {"reference": "Patient/ola"}
IDA = {"reference": "Practitioner/ida", "display": "Ida Nilsen"}
AT = "2026-11-27T11:00:00+01:00"
WRITING = Writing(
    {"observation": "Tyngre pust.", "measure": "Ringte fastlegen."}, ("Condition/c1",), ("Goal/g1",), True
)


def note(*, sign: bool = True):  # type: ignore[no-untyped-def]
    return read({**written("n1", ASTRID, WRITING, IDA, AT, sign=sign), "meta": {"versionId": "1"}})


def test_parts_are_read_back_and_every_reader_sees_the_words() -> None:
    found = note()
    assert found.parts == WRITING.parts and found.problems == ("Condition/c1",) and found.in_next_message
    assert found.resource["summary"] == "Observasjon: Tyngre pust.\nTiltak: Ringte fastlegen."
    alone = written("n", ASTRID, Writing({"observation": "Sov godt."}), IDA, AT, sign=True)
    assert alone["summary"] == "Sov godt."


def test_a_note_from_elsewhere_is_one_observation() -> None:
    found = read({"id": "x", "status": "completed", "summary": "Sov godt.", "assessor": IDA})
    assert found.parts == {"observation": "Sov godt."} and not found.structured


def test_drafts_and_removed_ones_are_no_journal() -> None:
    draft, there = note(sign=False), note()
    gone = removed(there, {"text": "Feil."})
    assert signed([draft.resource, there.resource, gone]) == [there.resource]


def test_a_correction_keeps_when_it_was_observed_and_tells_why() -> None:
    mended = read(
        corrected(note(), Writing({"observation": "Lettere pust."}), {"text": "Rettet. Skrivefeil."})
    )
    assert mended.parts == {"observation": "Lettere pust."} and mended.at == note().at
    assert [t["text"] for t in mended.trail] == ["Rettet. Skrivefeil."] and mended.problems == (
        "Condition/c1",
    )
    assert not read(corrected(note(), Writing({"observation": "x"}), {"text": ""})).in_next_message


def test_a_locked_note_stays_locked_when_it_is_read() -> None:
    assert read(locked(note(), {"text": "Låst."})).locked


def test_what_is_removed_has_no_words_and_says_why() -> None:
    gone = removed(note(), {"text": f"Fjernet. Feil. {LAWS['remove']}"})
    assert "Tyngre" not in json.dumps(gone) and "§ 43" in json.dumps(gone, ensure_ascii=False)


def test_a_moved_note_names_neither_patient_in_the_other_record() -> None:
    old, there = moved(note(), "n2", OLA, ({"text": "Flyttet 1234"}, {"text": "Hit 1234"}))
    assert "ola" not in json.dumps(old) and "astrid" not in json.dumps(there)
    assert read(there).parts == WRITING.parts and read(there).problems == () and "meta" not in there
    assert old["status"] == "entered-in-error" and read(old).parts == {}


def test_only_parts_with_words_count() -> None:
    assert cleaned({"observation": "  ", "measure": " x \r\n y ", "other": "z"}) == {"measure": "x \n y"}
