"""Every open official message of the families that are taken: goes in, is shown, and comes out again equal and valid."""

import re
from pathlib import Path

import pytest
from lxml import etree

from akson.exchange import mirror, rendering
from akson.exchange.messages import BY_CODE
from akson.exchange.opening import open_message
from akson.exchange.sameness import difference
from akson.exchange.table import rows
from akson.fhir import markup
from akson.fhir.codec import json
from akson.fhir.problem import Problem
from akson.fhir.validation import validate
from tests.exchange.samples import admission, without
from tests.exchange.test_message_types import AROUND, stays_of

LISTS = "2.16.578.1.12.4.1.1."
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_TOKENS = ("V", "S", "U")
_VALUES = {"1": "true", "0": "false"}


def taken(shared: Path, schema: etree.XMLSchema) -> list[tuple[str, bytes]]:
    """Valid messages in MsgHead of a type that is taken here."""
    found = []
    for path in sorted((shared / "norwegian-messages").rglob("*.xml")):
        content = path.read_bytes()
        try:
            root = markup.read(content)
        except Problem:
            continue
        type = root.find("{*}MsgInfo/{*}Type") if etree.QName(root).localname == "MsgHead" else None
        if type is not None and type.get("V") in BY_CODE and schema.validate(root):
            found.append((path.name, content))
    return found


def normalised(content: bytes) -> str:
    """Canonical XML after the normalisations of README.md, made here without our own declarations."""
    root = etree.fromstring(
        content, etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False)
    )
    for node in root.iter(etree.Element):
        for name in [str(n) for n in node.attrib]:
            if name.startswith(XSI):
                del node.attrib[name]
            elif name in _TOKENS:
                node.attrib[name] = " ".join(str(node.attrib[name]).split())
            if name in node.attrib and not node.attrib[name]:
                del node.attrib[name]
        if len(node):
            node.text = (node.text or "").strip() or None
        elif node.text:
            node.text = "".join(node.text.split()) if node.tag.endswith("Base64Container") else node.text
        node.tail = (node.tail or "").strip() or None
    return etree.canonicalize(etree.tostring(root, encoding="unicode"), rewrite_prefixes=True)


def said(content: bytes) -> set[str]:
    """Every text a sender wrote for a reader in the content: of elements, DN and OT."""
    root = etree.fromstring(content, etree.XMLParser(remove_comments=True, remove_pis=True))
    texts: set[str] = set()
    for place in root.iter("{*}Content"):
        for node in place.iterdescendants():
            if node.tag.endswith("Base64Container"):
                continue
            texts |= {str(node.get(name)) for name in ("DN", "OT") if node.get(name)}
            texts.add(node.text or "")
            texts.add(node.tail or "")
    return {" ".join(text.split()) for text in texts if text.strip()}


def shown_as(text: str) -> str:
    """A value of a machine as a reader sees it."""
    if text in ("true", "false", "1", "0"):
        return "Ja" if text in ("true", "1") else "Nei"
    day = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(T.*)?", text)
    return f"{day[3]}.{day[2]}.{day[1]}" if day else text.removeprefix("tel:")


@pytest.mark.shared
def test_they_come_out_equal_and_valid_and_every_word_is_shown(
    shared: Path, official_schema: etree.XMLSchema
) -> None:
    examples = taken(shared, official_schema)
    assert len(examples) >= 170
    for name, content in examples:
        opened = open_message(content)
        assert not opened.faults and opened.problem is None, (name, opened.faults, opened.problem)
        message = opened.message()
        communication = json.parse(json.encode(mirror.to_fhir(message, AROUND)))
        assert not validate(communication), name
        written = mirror.write(mirror.from_fhir(communication))
        assert official_schema.validate(markup.read(written)), (name, official_schema.error_log.last_error)
        assert normalised(written) == normalised(content), name
        assert not difference(content, written), name
        for encounter in stays_of(message):
            assert not validate(encounter), name
        shown = " ".join(rendering.text(message).split())
        missing = [t for t in said(content) if shown_as(t) not in shown and t not in shown]
        assert not missing, (name, missing)


@pytest.mark.shared
def test_every_type_but_what_nobody_has_published_is_among_them(
    shared: Path, official_schema: etree.XMLSchema
) -> None:
    seen = [open_message(content).type for _, content in taken(shared, official_schema)]
    letters = {type.code for type in BY_CODE.values() if type.versions[0].structure.name == "Message"}
    in_header = BY_CODE.keys() - letters - {code for code in BY_CODE if code.startswith("ERM")}
    assert in_header - {type.code for type in seen if type} == set(), (
        "letters: test_letters.py; ERM…: prescription/"
    )


@pytest.mark.shared
def test_the_table_counts_them_all(shared: Path, official_schema: etree.XMLSchema) -> None:
    examples = taken(shared, official_schema)
    table = rows(
        [*examples, ("annet.xml", b"<a/>")], lambda content: official_schema.validate(markup.read(content))
    )
    assert sum(row.examples for row in table) == len(examples)
    assert all(row.whole and row.examples == row.taken == row.same == row.valid == row.shown for row in table)


def test_what_differs_is_found() -> None:
    message = admission()
    assert difference(message, message) == ""
    for before, after in (("ikke", "nok"), ('V="1"', 'V="2"'), ("false", "true"), ("Bakken", "Bakke")):
        changed = message.replace(before.encode(), after.encode(), 1)
        assert changed == message or difference(message, changed), before
    assert difference(message, without(message, "Address")) == "/MsgHead/MsgInfo/Patient"
    same = message.replace(b">false<", b"> 0 <", 1).replace(b"<MsgInfo>", b"<!-- x -->\n<MsgInfo>", 1)
    assert same != message and difference(message, same) == ""
