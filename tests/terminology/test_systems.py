"""Aliases of code lists and identifier series, as they stand in published guides and live messages."""

import json
from pathlib import Path

import pytest

from akson.terminology import normalise_coding, normalise_system
from akson.terminology.systems import ORIGINAL_SYSTEM

LISTS = "urn:oid:2.16.578.1.12.4.1.1."


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        # 9151 goes by all of these.
        (f"{LISTS}9151", f"{LISTS}9151"),
        ("https://finnkode.helsedirektoratet.no/adm/collections/9151", f"{LISTS}9151"),
        ("urn:oid:x.x.x.x.x.9151", f"{LISTS}9151"),
        ("2.16.578.1.12.4.1.1.9151", f"{LISTS}9151"),
        ("https://volven.no/produkt.asp?open_f=true&id=494341&catID=3&subID=8&oid=9151", f"{LISTS}9151"),
        (" urn:oid:2.16.578.1.12.4.1.1.9151 ", f"{LISTS}9151"),
        ("http://helsedir.no/fhir/CodeSystem/no-kodeverk-9060", f"{LISTS}9060"),
        ("http://helsenorge.no/fhir/CodeSystem/no-kodeverk-9060.codesystem", f"{LISTS}9060"),
        ("http://hl7.org/fhir/sid/icpc-2", f"{LISTS}7170"),
        ("urn:oid:2.16.840.1.113883.6.139", f"{LISTS}7170"),
        ("2.16.578.1.12.4.1.1.7180", "http://www.whocc.no/atc"),
        ("http://hl7.no/fhir/NamingSystem/FNR", "urn:oid:2.16.578.1.12.4.1.4.1"),
        (f"{LISTS}3402", "https://register.geonorge.no/sosi-kodelister/kommunenummer"),
        # What is nobody's alias stays as it was written.
        ("http://loinc.org", "http://loinc.org"),
        ("https://finnkode.helsedirektoratet.no/adm/collections/9151/extra", None),
        ("https://evil.example/adm/collections/9151", None),
        ("2.16.578.1", None),
        ("", ""),
    ],
)
def test_normalise_system(written: str, meant: str | None) -> None:
    if meant is None:
        assert not normalise_system(written).startswith(LISTS)
    else:
        assert normalise_system(written) == meant
        assert normalise_system(meant) == meant, "a canonical address is its own"


def test_the_published_identifier_aliases(shared: Path) -> None:
    """Every alias in the collected table of Norwegian identifier systems leads to its system."""
    table = json.loads((shared / "fhir" / "identifiers-no.json").read_text("utf-8"))
    for row in table["systems"]:
        for alias in row["alias"]:
            assert normalise_system(alias) == normalise_system(row["system"]) == row["system"], row["name"]
    for row in table["code_identifiers"]:
        meant = {normalise_system(a) for a in (row["preferred"], *row["alias"])}
        assert len(meant) == 1, row["name"]


def test_what_the_sender_wrote_is_kept() -> None:
    written = {
        "system": "https://finnkode.helsedirektoratet.no/adm/collections/9151",
        "code": "15",
        "display": "x",
    }
    known = normalise_coding(written)
    assert known["system"] == f"{LISTS}9151" and known["code"] == "15" and known["display"] == "x"
    assert known["extension"] == [{"url": ORIGINAL_SYSTEM, "valueUri": written["system"]}]
    assert written["system"].startswith("https://finnkode"), "the sender's own is not touched"
    assert normalise_coding(known) == known


@pytest.mark.parametrize(
    "coding", [{"code": "x"}, {"system": 7}, {"system": "http://loinc.org", "code": "1"}]
)
def test_what_needs_nothing_is_left_alone(coding: dict[str, object]) -> None:
    assert normalise_coding(coding) is coding
