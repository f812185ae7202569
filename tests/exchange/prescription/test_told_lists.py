"""What messages tell of medicines, as lists in the record."""

import random
from typing import Any

import pytest

from akson.exchange.message_type import MessageType, Version
from akson.exchange.messages import BY_CODE
from akson.exchange.opening import open_message
from akson.exchange.prescription.listing import Around, list_of
from akson.exchange.prescription.sources import KINDS, lists_in
from akson.fhir import markup
from akson.fhir.validation import validate
from tests.exchange.test_message_types import sample, whole_message

PATIENT, SENDER = {"reference": "Patient/p"}, {"reference": "Organization/h", "display": "Havnes sykehus"}


def as_lists(content: bytes) -> list[dict[str, Any]]:
    message = open_message(content).message()
    return [
        list_of(
            one.told,
            Around(one.kind, one.title, ({"system": "urn:x", "value": "1"},), PATIENT, SENDER, "Communication/m",
                   "2026-11-24T09:00:00+01:00"),
        )
        for one in lists_in(message)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("type", "version"),
    [(BY_CODE[code], version) for code in KINDS for version in BY_CODE[code].versions],
    ids=lambda part: part.number if isinstance(part, Version) else part.code,
)
def test_whatever_a_message_says_makes_a_valid_list(type: MessageType, version: Version) -> None:
    for seed in range(12):
        content = markup.write(whole_message(type, version, sample(version.structure, random.Random(seed))))
        for one in as_lists(content):
            assert not [str(issue) for issue in validate(one)]
