"""What holds for every message type, and the list of them."""

import copy
import random
from typing import Any

import pytest
from lxml import etree

from akson.exchange import content, mirror, rendering, stays
from akson.exchange.message_type import MessageType, StayFacts, Version
from akson.exchange.messages import BY_CODE, MESSAGE_TYPES
from akson.exchange.opening import open_message
from akson.exchange.schema import Coded, Element, Formatted, Quantity, Structure, document
from akson.exchange.schema.declare import lacking
from akson.fhir import markup
from akson.fhir.codec import json
from akson.fhir.validation import validate
from akson.terminology import Terminology
from tests.exchange.samples import admission, discharge

AROUND = mirror.Around(
    {"display": "Sykehuset"}, ({"reference": "Organization/x"},), "2026-11-24T09:00:00+01:00"
)
STAY = StayFacts(
    {"system": "urn:x", "value": "1"}, {"reference": "Patient/p"}, {"display": "Sykehuset"}, AROUND.received
)
each = pytest.mark.parametrize("type", MESSAGE_TYPES, ids=lambda t: t.code)
each_version = pytest.mark.parametrize(
    ("type", "version"),
    [(type, version) for type in MESSAGE_TYPES for version in type.versions],
    ids=lambda part: part.number if isinstance(part, Version) else part.code,
)
SEEDS = range(12)
LIKELY = (0.6, 0.6, 0.6, 0.5, 0.5, 0.4, 0.2, 0)
"""How likely what is optional stands, by depth."""


def test_each_code_and_each_version_stands_once() -> None:
    assert len(BY_CODE) == len(MESSAGE_TYPES)
    for type in MESSAGE_TYPES:
        tags = [tag for version in type.versions for tag in version.options]
        assert len(set(tags)) == len(tags)
        assert {version.apprec for version in type.versions} <= {"1.0", "1.1"}


@each
def test_its_words_are_those_of_the_lists(type: MessageType) -> None:
    words = Terminology.of_this_installation()
    assert words.lookup(mirror.MESSAGE_TYPES, type.code) == type.words
    assert words.lookup("https://akson.no/fhir/CodeSystem/task", type.task)


@each
def test_its_declaration_documents_it(type: MessageType) -> None:
    for version in type.versions:
        table = document(version.structure)
        assert all(line.count("|") == 6 for line in table.splitlines())


XHTML = (
    '<p xmlns="http://www.w3.org/1999/xhtml">Hei &amp; hå <b>nå</b>.<br></br>Neste</p> etter '
    '<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>'
)


def whole_message(type: MessageType, version: Version, values: dict[str, Any]) -> etree._Element:
    """A message of that type around a content."""
    root = markup.read(admission())
    told = root.find(".//{*}MsgInfo/{*}Type")
    document = root.find("{*}Document")
    assert told is not None and document is not None
    told.set("V", type.code)
    told.set("DN", type.words)
    documents = [copy.deepcopy(document) for _ in content.write(version, values)]
    for node, body in zip(documents, content.write(version, values), strict=True):
        place = node.find(".//{*}Content")
        assert place is not None
        place[:] = [body]
        document.addprevious(node)
    root.remove(document)
    return root


def sample(structure: Structure, chance: random.Random, depth: int = 0) -> dict[str, Any]:
    """Values that the declaration allows, by chance: also odd texts, empty texts and unknown codes."""
    values: dict[str, Any] = {
        f"@{a.name}": chance.choice(a.values) if a.values else "Æ 1"
        for a in structure.attributes
        if a.required or chance.random() < 0.5
    }
    for part in structure.parts:
        options = (part,) if isinstance(part, Element) else part.options
        element = chance.choice(options)
        if part.required or (chance.random() < LIKELY[min(depth, len(LIKELY) - 1)]):
            times = chance.randint(1, 3) if element.repeats else 1
            made = tuple(one(structure, element, chance, depth) for _ in range(times))
            values[element.name] = made if element.repeats else made[0]
    for name in lacking(structure, values):
        element = next(e for e in structure.elements() if e.name == name)
        values[name] = one(structure, element, chance, depth)
    return values


def one(around: Structure, element: Element, chance: random.Random, depth: int) -> Any:
    if nested := around.nested(element):
        return sample(nested, chance, depth + 1)
    text = chance.choice(["Ærlig talt", "", " to  mellomrom ", "linje\nskift", "<&>\"'", "1"])
    plain = " ".join(text.split())
    return {
        "string": lambda: text,
        "anyType": lambda: chance.choice([text, Formatted(XHTML), Formatted("", (("lang", "nb"),))]),
        "any": lambda: (),
        "anyURI": lambda: "https://akson.no/fil/1",
        "BL": lambda: chance.choice(["true", "false"]),
        "base64Binary": lambda: chance.choice(["", "QWtzb24=", "QWtz\nb24="]),
        "int": lambda: chance.choice(["1", "-12", "+3", "2147483647"]),
        "integer": lambda: chance.choice(["1", "-12", "+3"]),
        "decimal": lambda: chance.choice(["1", "2.50", "-.5"]),
        "double": lambda: chance.choice(["1", "2.50", "1e3"]),
        "dateTime": lambda: chance.choice(["2026-11-24T10:00:00", "2026-11-24T10:00:00.5Z"]),
        "PQ": lambda: Quantity(chance.choice(["1", "0.5"]), chance.choice(["mg", "", "stk"])),
        "boolean": lambda: chance.random() < 0.5,
        "date": lambda: chance.choice(["2026-11-24", "2026-11-24Z", "2024-02-29+01:00"]),
        "gYear": lambda: "2015",
        "TS": lambda: chance.choice(
            ["2026-11-24T10:00:00", "2026-11-24T10:00:00.5Z", "2026-11-24", "2026-11", "2026", "10:00:00"]
        ),
        "URL": lambda: chance.choice(["tel:73555555", "mailto:a@b.no", ""]),
        "CS": lambda: Coded(plain, chance.choice(["", "Ord", " "])),
        "CV": lambda: Coded(
            plain, text, chance.choice(["2.16.578.1.12.4.1.1.9121", "1.2.3"]), chance.choice(["", "mer"])
        ),
    }[str(element.type)]()


@each_version
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_on_the_way_to_fhir_and_back(type: MessageType, version: Version, seed: int) -> None:
    values = sample(version.structure, random.Random(seed))
    opened = open_message(markup.write(whole_message(type, version, values)))
    assert not opened.faults and opened.problem is None and opened.apprec == version.apprec
    message = opened.message()
    assert message.version is version
    communication = json.parse(json.encode(mirror.to_fhir(message, AROUND)))
    assert not [str(issue) for issue in validate(communication)]
    back = mirror.from_fhir(communication)
    assert back.content == message.content and back.facts == message.facts
    assert markup.canonical(markup.read(mirror.write(back))) == markup.canonical(
        markup.read(mirror.write(message))
    )
    for encounter in stays_of(message):
        assert not validate(encounter)
    shown = rendering.text(message)
    assert shown.startswith(type.summary(message.facts))
    assert not missing_words(version.structure, message.content, shown)


def missing_words(structure: Structure, values: Any, shown: str) -> list[str]:
    words = " ".join(shown.split())
    return [said for said in leaves(structure, values) if " ".join(said.split()) not in words]


def leaves(structure: Structure, values: Any) -> list[str]:
    """What a reader must find somewhere in the words."""
    found: list[str] = []
    elements = {element.name: element for element in structure.elements()}
    for name, value in values.items():
        if name.startswith("@"):
            continue
        for inner in value if elements[name].repeats else (value,):
            if nested := structure.nested(elements[name]):
                found += leaves(nested, inner)
            elif isinstance(inner, Coded):
                found += [inner.dn.strip() or inner.v, inner.ot]
            elif isinstance(inner, Formatted):
                found += inner.words.split("\n")
            elif elements[name].type in ("string", "gYear"):
                found.append(inner.strip())
    return found


def stays_of(message: Any) -> list[dict[str, Any]]:
    effect = message.type.stay
    begun = effect.begins(message.facts, STAY) if effect else None
    if effect is None or begun is None:
        return []
    changed = effect.changed(message.facts, begun)
    return [begun, changed, effect.undone(message.facts, changed)]


@pytest.mark.shared
@each_version
def test_what_is_written_is_valid_by_the_official_schema(
    type: MessageType, version: Version, official_schema: etree.XMLSchema
) -> None:
    for seed in SEEDS:
        whole = whole_message(type, version, sample(version.structure, random.Random(seed)))
        official_schema.validate(whole)
        # Epikrise 1.1 has a key that 1.2 took out again, "for it was modelled wrong and had no function".
        assert not [e for e in official_schema.error_log if "EventP_ID" not in e.message]


def plain(value: Any) -> Any:
    """Values with their XML parts as canonical text under prefixes of their own, so that two readings can be compared."""
    if isinstance(value, etree._Element):
        bare = etree.fromstring(etree.tostring(value, with_tail=False))
        for node in bare.iter(etree.Element):
            for name in [n for n in node.attrib if "XMLSchema-instance" in str(n)]:
                del node.attrib[name]
        return etree.canonicalize(
            etree.tostring(bare, encoding="unicode"), strip_text=True, rewrite_prefixes=True
        )
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return tuple(plain(inner) for inner in value) if isinstance(value, tuple) else value


def test_an_encounter_that_ended_and_was_opened_again_is_as_it_was() -> None:
    message = open_message(discharge()).message()
    standing = {
        **stays.stay(STAY, status="in-progress", start="2026-11-24T08:00:00", ward="Sengepost 2"),
        "id": "e",
    }
    effect = message.type.stay
    assert effect is not None
    ended = effect.changed(message.facts, standing)
    assert ended["status"] == "finished" and ended["period"]["end"].startswith("2026-11-26T")
    assert effect.undone(message.facts, ended) == standing
    assert effect.changed(message.facts, ended) == ended
