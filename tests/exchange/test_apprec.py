"""AppRec 1.0 and 1.1: the official examples read and written, and receipts built by mirroring."""

from pathlib import Path

import pytest
from lxml import etree

from akson.exchange.envelope.apprec import AppRecError, build, read_apprec, version_for, write_apprec
from akson.exchange.opening import open_message
from akson.fhir import markup
from akson.fhir.problem import Problem
from tests.exchange.samples import admission, bent, copy_to

MADE = "2026-11-24T09:00:00+01:00"
RECEIPT_ID = "0b6f7f8e-3f1c-4c57-9d3e-0d6a2a4a5b11"
PLO_1_5 = ("po/Pasientlogistikk/2012-04-01", "po/Pasientlogistikk/2009-06-30")


def receipts_of(message: bytes, *errors: AppRecError) -> list[bytes]:
    envelope = open_message(message).envelope
    assert envelope is not None
    return [
        build(envelope, r, errors, id=RECEIPT_ID, made=MADE, version="0.2.0", received=MADE)
        for r in envelope.receivers
    ]


def examples(shared: Path) -> list[Path]:
    return sorted((shared / "norwegian-messages" / "examples" / "apprec").glob("*.xml"))


@pytest.mark.shared
def test_every_official_example_is_read_and_comes_out_again(
    shared: Path, official_schema: etree.XMLSchema
) -> None:
    found = examples(shared)
    assert len(found) == 4
    for path in found:
        content = path.read_bytes()
        told = read_apprec(content)
        assert not told.faults and told.original_id and told.sender_her and told.receiver_her, path.name
        again = write_apprec(content)
        official_schema.assertValid(etree.fromstring(again))
        assert _plain(content) == _plain(again), path.name


def _plain(content: bytes) -> bytes:
    """Canonical, without whitespace between elements, and with V as the token it is."""
    root = markup.read(content)
    for node in root.iter(etree.Element):
        node.text = (node.text or "").strip() or None
        node.tail = None
        for name in list(node.attrib):
            if name.startswith("{http://www.w3.org/2001/XMLSchema-instance}"):
                del node.attrib[name]
    etree.cleanup_namespaces(root)
    return etree.tostring(root, method="c14n")


@pytest.mark.shared
def test_what_an_example_says(shared: Path) -> None:
    told = {path.name: read_apprec(path.read_bytes()) for path in examples(shared)}
    refused = told["hits1168-apprec-1.1-avvist-E36.xml"]
    assert (refused.status, refused.errors[0].v, refused.accepted) == ("2", "E36", False)
    assert (refused.sender_her, refused.receiver_her) == ("258521", "91965")
    old = told["apprec-1.0-ok.xml"]
    assert (old.version, old.role, old.original_id, old.accepted) == (
        "1.0",
        "REQ",
        "de1a95c0-4d0c-11e7-9598-0800200c9a66",
        True,
    )


@pytest.mark.parametrize(
    ("message", "version", "roles"),
    [
        (copy_to(admission(), "990001", "990002"), "1.1", ["PRIM", "COP"]),
        (bent(copy_to(admission(), "990001", "990002"), PLO_1_5), "1.0", ["REQ", "COP"]),
        (
            bent(copy_to(admission(), "990001", "990002"), PLO_1_5, ("LOG_INNLAGT", "HENVISNING")),
            "1.0",
            ["SPR", "COP"],
        ),
    ],
)
def test_one_receipt_for_each_receiver_in_the_version_of_the_message(
    message: bytes, version: str, roles: list[str]
) -> None:
    told = [read_apprec(receipt) for receipt in receipts_of(message)]
    assert [t.version for t in told] == [version] * 2 and [t.role for t in told] == roles
    assert all(t.accepted and not t.faults and t.receiver_her == "990202" for t in told)


@pytest.mark.shared
@pytest.mark.parametrize("change", [(), (PLO_1_5,)])
def test_what_we_build_is_valid(
    shared: Path, official_schema: etree.XMLSchema, change: tuple[tuple[str, str], ...]
) -> None:
    message = bent(copy_to(admission(), "990001", "990002"), *change)
    for receipt in (*receipts_of(message), *receipts_of(message, AppRecError("E36", "Navn mangler."))):
        official_schema.assertValid(etree.fromstring(receipt))


def test_every_identifier_goes_back() -> None:
    further = (
        '<Ident><Id>974 589 095</Id><TypeId V="ENH" S="2.16.578.1.12.4.1.1.9051" DN="Org.nr"/></Ident>'
        '<Ident><Id>990.201</Id><TypeId V="HER"'
    )
    sent = bent(admission(), ('<Ident><Id>990201</Id><TypeId V="HER"', further))
    (receipt,) = receipts_of(sent)
    house = etree.fromstring(receipt).find(".//{*}Receiver/{*}HCP/{*}Inst")
    assert house is not None
    assert house.findtext("{*}Id") == "990201"
    assert house.findtext("{*}AdditionalId/{*}Id") == "974 589 095"


def test_further_words_come_through() -> None:
    (receipt,) = receipts_of(admission(), AppRecError("E36", "Fødselsdato mangler."))
    (error,) = read_apprec(receipt).errors
    assert error.words == "Pasientopplysninger er utilstrekkelige: Fødselsdato mangler."


def test_a_receipt_that_breaks_the_schema_is_still_heard() -> None:
    (receipt,) = receipts_of(admission())
    told = read_apprec(bent(receipt, ("<GenDate>" + MADE + "</GenDate>", "")))
    assert told.accepted and told.faults


@pytest.mark.parametrize(
    "change", [('<Status V="1"', '<Status V="9"'), ("AppRec", "Kvittering"), ("2012-02-15", "2014-02-15")]
)
def test_what_is_no_receipt(change: tuple[str, str]) -> None:
    (receipt,) = receipts_of(admission())
    text = receipt.decode().replace(*change)
    with pytest.raises(Problem) as raised:
        read_apprec(text.encode())
    assert raised.value.id == "AKS-EXCHANGE-003"


def test_ruins_are_answered_in_the_newest_version() -> None:
    envelope = open_message(admission()[:1800]).envelope
    assert envelope is not None and version_for(envelope).number == "1.1"
