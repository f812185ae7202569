"""The hospital's other letters: read without fault, valid by the official schemas, and what the demo shows of them."""

from pathlib import Path

import pytest
from lxml import etree

from akson.app.demo.letters import bjarne_arguments
from akson.exchange.judgement import faults_of
from akson.exchange.opening import open_message
from akson_lab import letters
from akson_lab.facts import Shipment
from tests.exchange.samples import NOW, id

BJARNE = {
    "identifier": [{"value": "12854200281"}],
    "name": [{"family": "Lie", "given": ["Bjarne"]}],
    "birthDate": "1942-05-12",
    "gender": "male",
}
FACTS = bjarne_arguments(BJARNE, NOW)
POST = {
    "HELSEOPPL_SOKNAD": letters.early_notice(FACTS, Shipment(id(1)), stays_days=4),
    "HELSEOPPL_SOKNAD M": letters.early_notice(
        FACTS, Shipment(id(2), "M", id(1)), stays_days=2, changed=True
    ),
    "EPIKRISE": letters.discharge_letter(FACTS, id(3)),
    "SVAR_LAB": letters.chemistry(FACTS, id(4), 1),
    "SVAR_MBIO": letters.microbiology(FACTS, id(5)),
}


@pytest.mark.parametrize("name", POST)
def test_they_are_read_without_fault(name: str) -> None:
    opened = open_message(POST[name])
    assert not opened.faults and opened.problem is None and not faults_of(opened), opened.faults
    assert opened.type is not None and opened.type.code == name.split()[0]


@pytest.mark.shared
@pytest.mark.parametrize("name", POST)
def test_they_are_valid_by_the_official_schemas(
    name: str, official_schema: etree.XMLSchema, shared: Path
) -> None:
    assert official_schema.validate(etree.fromstring(POST[name])), official_schema.error_log.last_error


def test_two_files_are_enclosed() -> None:
    files = open_message(POST["HELSEOPPL_SOKNAD"]).message().envelope.attachments
    assert [(f.mime_type, f.description) for f in files] == [
        ("image/png", "Håndledd, venstre"),
        ("text/plain", "Legemidler ved innleggelse"),
    ]
