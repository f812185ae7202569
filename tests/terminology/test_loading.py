"""What the operator loads, and how a running node sees it."""

import json
from pathlib import Path

import pytest

from akson.fhir.problem import Problem
from akson.terminology import Terminology, intake, loaded
from akson.terminology.loaded import Loaded
from tests.terminology.library import ANIMALS, animals, value_set

LISTS = {
    "kilde": "uttrekk 2018-10-15T09:50:27",
    "kodeverk": {
        "9999": {"oid": "2.16.578.1.12.4.1.1.9999", "navn": "Prøve", "koder": {"1": "Én", "2": "To"}}
    },
}
CSV = "kodeverk;oid;kodeverksnavn;kode;kodetekst\n9998;2.16.578.1.12.4.1.1.9998;Prøve to;A;Å\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = tmp_path / "files"
    files.mkdir()
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": animals()}, {"resource": {"resourceType": "Patient"}}],
    }
    (files / "bundle.json").write_text(json.dumps(bundle))
    (files / "lists.json").write_text(json.dumps(LISTS))
    (files / "rows.csv").write_text(CSV)
    (files / "sets.ndjson").write_text(
        json.dumps(value_set("urn:pets", include=[{"system": ANIMALS}])) + "\n"
    )
    (files / "README.md").write_text("not a list")
    return files


def test_all_kinds_of_files_are_read(folder: Path) -> None:
    found = intake.read([folder])
    assert not found.refused
    assert {(r["url"], r.get("version")) for r in found.resources} == {
        (ANIMALS, "1.0"),
        ("urn:oid:2.16.578.1.12.4.1.1.9999", "2018-10-15"),
        ("urn:oid:2.16.578.1.12.4.1.1.9998", None),
        ("urn:pets", None),
    }


def test_what_is_broken_is_told_and_the_rest_taken(folder: Path) -> None:
    (folder / "broken.json").write_text("{")
    (folder / "strange.json").write_text(
        json.dumps({"resourceType": "CodeSystem", "url": "urn:x", "concept": 1})
    )
    (folder / "rows.csv").write_text("a;b\n")
    found = intake.read([folder])
    assert sorted(file for file, _ in found.refused) == ["broken.json", "rows.csv", "strange.json"]
    assert len(found.resources) == 3
    for path, id in ((folder / "none.json", "050"), (folder / "README.md", "051")):
        with pytest.raises(Problem) as problem:
            intake.read([path])
        assert problem.value.id == f"AKS-TERMINOLOGY-{id}"


def test_a_running_node_sees_what_is_loaded(folder: Path, tmp_path: Path) -> None:
    words = Terminology.of_this_installation(tmp_path)
    assert words.member("urn:pets") is None
    loaded.add(tmp_path, intake.read([folder]).resources)
    words.refresh()
    held = words.member("urn:pets")
    assert held is not None and (ANIMALS, "poodle") in held
    assert words.display("urn:oid:2.16.578.1.12.4.1.1.9999", "2") == "To"
    assert words.display("2.16.578.1.12.4.1.1.9998", "A") == "Å"
    assert words.exists("urn:oid:2.16.578.1.12.4.1.1.9999", "3") is None, "a picture of one day is a fragment"


def test_the_same_version_is_replaced_and_another_added(tmp_path: Path) -> None:
    loaded.add(tmp_path, [animals()])
    loaded.add(tmp_path, [animals(concept=[{"code": "newt"}]), animals(version="2.0")])
    held = Loaded(tmp_path)
    assert [(h.version, h.count) for _, h in held.headings("CodeSystem")] == [("1.0", 1), ("2.0", 6)]


def test_the_norwegian_lists(shared: Path, tmp_path: Path) -> None:
    found = intake.read([shared / "codesystems", shared / "fhir" / "kodeverk"])
    assert not found.refused and len(found.resources) > 950
    loaded.add(tmp_path, found.resources)
    words = Terminology.of_this_installation(tmp_path)
    assert words.display("http://helsedir.no/fhir/CodeSystem/no-kodeverk-9060", "LE") == "Lege"
    whole = words.library().system("urn:oid:2.16.578.1.12.4.1.1.8258")
    assert whole is not None and whole.content == "complete", "a whole list is better than a picture of it"
