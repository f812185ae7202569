"""Parted in two for readers, a message is still all of itself: of every type and version, drawn by chance."""

import random
from collections import Counter

import pytest

from akson.exchange import page
from akson.exchange.administrative import AROUND, SHIPMENT, parted
from akson.exchange.message_type import MessageType, Version
from akson.exchange.opening import open_message
from akson.exchange.rendering import Line, fields
from akson.fhir import markup
from tests.exchange.samples import admission
from tests.exchange.test_message_types import each_version, sample, whole_message


def said(lines: tuple[Line, ...] | list[Line]) -> Counter[tuple[int, str, str]]:
    return Counter((line.depth, line.label, line.said) for line in lines if line.said)


@each_version
@pytest.mark.parametrize("seed", range(6))
def test_every_field_stands_on_one_side_once(type: MessageType, version: Version, seed: int) -> None:
    values = sample(version.structure, random.Random(seed))
    message = open_message(markup.write(whole_message(type, version, values))).message()
    sides = parted(message.version.structure, message.content)
    whole = said(list(fields(message.version.structure, message.content)))
    assert said(sides.clinical) + said(sides.administrative) == whole
    shown = page.page(message)
    for line in (*sides.clinical, *sides.administrative):
        assert page.escape(line.said) in shown


def test_what_has_happened_comes_before_who_sends_it() -> None:
    message = open_message(admission()).message()
    sides = parted(message.version.structure, message.content)
    assert sides.clinical[0].label == "Innlagt pasient"
    assert {line.label for line in sides.administrative} >= {"Forsendelsen, status", "Ansvarlig"}
    shown = page.page(message)
    assert shown.index("Innlagt pasient</h2>") < shown.index("<summary>Administrative opplysninger")
    assert not SHIPMENT & set(AROUND)
