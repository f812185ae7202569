"""What holds for every message type, and the list of them."""

import random
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from akson.exchange import mirror, rendering, stays
from akson.exchange.envelope import msghead
from akson.exchange.message_type import MessageType, StayFacts
from akson.exchange.messages import BY_CODE, MESSAGE_TYPES
from akson.exchange.opening import open_message
from akson.exchange.schema import Coded, Element, Structure, document, read_structure, write_structure
from akson.fhir import markup
from akson.fhir.codec import json
from akson.fhir.validation import validate
from akson.terminology import Terminology
from tests.exchange.samples import admission, discharge, official

AROUND = mirror.Around(
    {"display": "Sykehuset"}, ({"reference": "Organization/x"},), "2026-11-24T09:00:00+01:00"
)
STAY = StayFacts(
    {"system": "urn:x", "value": "1"}, {"reference": "Patient/p"}, {"display": "Sykehuset"}, AROUND.received
)
each = pytest.mark.parametrize("type", MESSAGE_TYPES, ids=lambda t: t.code)
SEEDS = range(40)


def test_the_list_is_alphabetical_and_each_code_stands_once() -> None:
    codes = [type.code for type in MESSAGE_TYPES]
    assert codes == sorted(codes) and len(BY_CODE) == len(codes)


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


def sample(structure: Structure, chance: random.Random, depth: int = 0) -> dict[str, Any]:
    """Values that the declaration allows, by chance: also odd texts, empty texts and unknown codes."""
    values: dict[str, Any] = {}
    for part in structure.parts:
        options = (part,) if isinstance(part, Element) else part.options
        element = chance.choice(options)
        if part.required or (chance.random() < 0.6 and depth < 6):
            times = chance.randint(1, 3) if element.repeats else 1
            made = tuple(one(structure, element, chance, depth) for _ in range(times))
            values[element.name] = made if element.repeats else made[0]
    return values


def one(around: Structure, element: Element, chance: random.Random, depth: int) -> Any:
    if nested := around.nested(element):
        return sample(nested, chance, depth + 1)
    text = chance.choice(["Ærlig talt", "", " to  mellomrom ", "linje\nskift", "<&>\"'", "1"])
    plain = " ".join(text.split())
    return {
        "string": lambda: text,
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


@each
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_on_the_way_to_fhir_and_back(type: MessageType, seed: int) -> None:
    chance = random.Random(seed)
    version = type.versions[0]
    structure = version.structure
    content = write_structure(structure, sample(structure, chance), version.prefixes)
    whole = markup.read(admission() if type.code == "LOG_INNLAGT" else discharge())
    place = whole.find(".//{*}Content")
    assert place is not None
    place[:] = [content]
    opened = open_message(markup.write(whole))
    assert not opened.faults
    message = opened.message()
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
    assert not [said for said in leaves(structure, message.content) if said not in shown]


def leaves(structure: Structure, values: Any) -> list[str]:
    """What a reader must find somewhere in the words."""
    found: list[str] = []
    elements = {element.name: element for element in structure.elements()}
    for name, value in values.items():
        for inner in value if elements[name].repeats else (value,):
            if nested := structure.nested(elements[name]):
                found += leaves(nested, inner)
            elif isinstance(inner, Coded):
                found.append(inner.words)
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
def test_what_is_written_is_valid_by_the_official_schema(official_schema: etree.XMLSchema) -> None:
    for type in MESSAGE_TYPES:
        whole = markup.read(admission() if type.code == "LOG_INNLAGT" else discharge())
        place = whole.find(".//{*}Content")
        assert place is not None
        for seed in SEEDS:
            version = type.versions[0]
            values = sample(version.structure, random.Random(seed))
            place[:] = [write_structure(version.structure, values, version.prefixes)]
            assert official_schema.validate(whole), official_schema.error_log.last_error


@pytest.mark.shared
def test_every_official_example_goes_to_fhir_and_back(shared: Path, official_schema: etree.XMLSchema) -> None:
    examples = official(shared)
    assert len(examples) >= 7
    for name, content in examples:
        message = open_message(content).message()
        communication = json.parse(json.encode(mirror.to_fhir(message, AROUND)))
        assert not validate(communication), name
        written = markup.read(mirror.write(mirror.from_fhir(communication)))
        assert official_schema.validate(written), name
        before, after = (
            read_structure(r, msghead.format.MSGHEAD).values for r in (markup.read(content), written)
        )
        assert plain(before) == plain(after), name
        for encounter in stays_of(message):
            assert not validate(encounter), name
        for line in (*rendering.lines_of(message.version.structure, message.content),):
            assert line.strip()


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
