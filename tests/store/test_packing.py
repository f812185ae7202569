"""Bodies are given back as they were written, and what was packed once can be read for ever."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from akson.fhir.codec.json import parse
from akson.fhir.codec.splice import splice
from akson.fhir.problem import Problem
from akson.store import packing
from akson.store.packing.bodies import HEADLESS, PACKED_MAX, PLAIN, WHOLE

AT = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
PULSE = (
    '{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4",'
    '"display":"Heart rate"}],"text":"Puls"},"subject":{"reference":"Patient/astrid"},"note":[{"text":"blåbær \\u0000"}]}'
)
SPACED = PULSE.replace(":", ": ").replace("http: //", "http://")

BODIES = {
    "compact": (PULSE, HEADLESS),
    "with spaces": (SPACED, WHOLE),
    "with a profile": (PULSE.replace("{", '{"meta":{"profile":["http://x/y"]},', 1), HEADLESS),
    "id before type": (PULSE.replace("{", '{"language":"nb",', 1), WHOLE),
    "nothing to gain": ("{}", PLAIN),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_was_packed_comes_back_byte_for_byte(name: str) -> None:
    written, expected = BODIES[name]
    body = written.encode()
    if len(body) > 2:
        body = splice(body, parse(body), id="o1", version=3, updated=AT)
    codec, stored = packing.pack(body, "Observation", "o1", 3, AT)
    assert codec == expected
    assert packing.unpack(codec, stored, "Observation", "o1", 3, AT) == body
    assert codec == PLAIN or len(stored) < len(body) / 2


def test_the_head_of_another_version_is_not_left_out() -> None:
    body = splice(PULSE.encode(), parse(PULSE.encode()), id="o1", version=3, updated=AT)
    for type, id, version, updated in (
        ("Observation", "o2", 3, AT),
        ("Observation", "o1", 4, AT),
        ("Observation", "o1", 3, AT.replace(microsecond=0)),
    ):
        codec, stored = packing.pack(body, type, id, version, updated)
        assert codec == WHOLE
        assert packing.unpack(codec, stored, type, id, version, updated) == body


def test_what_is_large_stays_as_it_is() -> None:
    body = b'{"data":"' + b"A" * PACKED_MAX + b'"}'
    assert packing.pack(body, "Binary", "b", 1, AT) == (PLAIN, body)


def test_the_codec_of_a_newer_program_is_refused_in_words() -> None:
    with pytest.raises(Problem) as refused:
        packing.unpack(99, b"", "Observation", "o1", 1, AT)
    assert refused.value.id == "AKS-STORE-012"


def test_the_dictionary_is_the_one_that_stored_bodies_were_packed_with() -> None:
    """Every record depends on it. A better dictionary is a new file and new codec numbers."""
    text = (Path(packing.__file__).parent / "dictionary_1.txt").read_bytes()
    assert (
        hashlib.sha256(text).hexdigest() == "7cc82987ea3ea16d4c6d09d22c9bc898aca7a4197ac5ad8e4c421810f8200b81"
    )
