"""The contract every source keeps, and what the words are against what was published."""

import csv
import json
from pathlib import Path

import pytest

from akson.fhir.definitions import load
from akson.terminology import Coverage, Terminology, normalise_system
from akson.terminology.codelist import Source
from akson.terminology.sources import SOURCES
from akson.terminology.sources.fhir_core.source import VALUE_SETS, FhirCore
from akson.terminology.sources.norwegian_lists.source import NorwegianLists
from akson.terminology.tables import parse_list

WORDS = Terminology.of_this_installation()
HEAD = "#system\turn:x\n#title\tT\n#coverage\tcomplete\n#origin\tO\n"


def test_the_list_of_sources_is_in_order_and_names_its_folders() -> None:
    names = [s.name for s in SOURCES]
    assert names == sorted(names)
    for source in SOURCES:
        assert type(source).__module__ == f"akson.terminology.sources.{source.name}.source"


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.name)
def test_every_source_keeps_the_contract(source: Source) -> None:
    assert source.lists()
    for held in source.lists():
        assert normalise_system(held.system) == held.system, "kept under its canonical address"
        assert held.title and held.origin and held.words
        for code, words in held.words.items():
            assert code == code.strip() and words == " ".join(words.split()), (held.title, code)
            assert WORDS.lookup(held.system, code) == words
            assert WORDS.known(held.system, code) is True
        nonsense = WORDS.known(held.system, "no-such-code")
        assert nonsense is (False if held.coverage is Coverage.COMPLETE else None)


def test_no_two_sources_hold_the_same_code() -> None:
    everyone = [(held.system, code) for s in SOURCES for held in s.lists() for code in held.words]
    assert len(set(everyone)) == len(everyone)
    for parts in WORDS.lists().values():
        assert len(parts) == 1 or all(p.coverage is Coverage.FRAGMENT for p in parts)


def test_fhirs_own_codes_are_those_of_the_definitions() -> None:
    for held in FhirCore().lists():
        published = load().code_systems(VALUE_SETS[held.system])
        assert published is not None and set(published[held.system]) == set(held.words), held.title


def test_words_are_those_of_the_published_lists(shared: Path) -> None:
    """Against the 2018 snapshot: each code exists there or is newer, and says the same but for punctuation.

    Differences are known, and each has its reason.
    """
    reworded = {
        ("9060", "OI"),  # the snapshot misspells «Ortopediingeniør»
    }
    newer = {("9121", "5")}  # HIS 80704:2014 annex A has it
    snapshot: dict[tuple[str, str], str] = {}
    with (shared / "codesystems/volven/meldingskodeverk.csv").open(encoding="utf-8") as file:
        for row in csv.reader(file, delimiter=";"):
            snapshot[row[0], row[3]] = row[4]
    whole = json.loads((shared / "codesystems/volven/volven-2018-10-15-alle.json").read_text("utf-8"))
    for number, system in whole["kodeverk"].items():
        for code, words in system["koder"].items():
            snapshot.setdefault((number, code), words)
    compared = 0
    for held in NorwegianLists().lists():
        number = held.system.rpartition(".")[2]
        if not held.system.startswith("urn:oid:") or number == "9151":  # 9151 has been reworded since
            continue
        for code, words in held.words.items():
            if (number, code) in reworded | newer:
                continue
            published = snapshot.get((number, code))
            assert published is not None, (number, code)
            assert _plain(words) == _plain(published), (number, code)
            compared += 1
    assert compared > 60


def _plain(words: str) -> str:
    return "".join(c for c in words.casefold() if c.isalnum())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (HEAD + "1 OK\n", "line 5"),
        (HEAD + "1\t\n", "line 5"),
        (HEAD + "1\tOK\n1\tAvvist\n", "line 6 gives '1' a second time"),
    ],
)
def test_a_broken_table_says_where(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse_list("x.tsv", text)


@pytest.mark.parametrize(
    ("system", "code", "words"),
    [
        ("urn:oid:2.16.578.1.12.4.1.1.8279", "LOG_INNLAGT", "Melding om innlagt pasient"),
        ("https://finnkode.helsedirektoratet.no/adm/collections/9151", "15", "Helsetjenester i hjemmet"),
        ("http://hl7.org/fhir/sid/icpc-2", "K77", "Hjertesvikt"),
        ("http://hl7.org/fhir/administrative-gender", "female", "kvinne"),
        ("urn:oid:2.16.578.1.12.4.1.1.8279", "NO_SUCH", None),
        ("http://snomed.info/sct", "84114007", None),
    ],
)
def test_lookup(system: str, code: str, words: str | None) -> None:
    assert WORDS.lookup(system, code) == words
