"""What a resource is cut down to."""

import json
from typing import Any

import pytest

from akson.api.parts import wanted
from akson.fhir.search.parsing import parse

OBSERVATION = {
    "resourceType": "Observation",
    "id": "o",
    "meta": {"tag": [{"code": "own"}]},
    "text": {"status": "generated", "div": "<div/>"},
    "status": "final",
    "_status": {"id": "s"},
    "code": {"text": "Trykk"},
    "valueInteger": 1,
    "note": [{"text": "x"}],
    "component": [{"id": "c", "code": {"text": "a"}, "valueInteger": 2, "referenceRange": [{"text": "r"}]}],
}
EVER = {"resourceType", "id", "meta", "status", "_status", "code"}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (("_elements", "note"), EVER | {"note"}),
        (("_elements", "value,component.code"), EVER | {"valueInteger", "component"}),
        (("_elements", "Observation.note,Patient.text"), EVER | {"note"}),
        (("_elements", "nothing"), EVER),
        (("_summary", "text"), EVER | {"text"}),
        (("_summary", "data"), set(OBSERVATION) - {"text"}),
        (("_summary", "true"), EVER | {"valueInteger", "component"}),
    ],
)
def test_cut_to(asked: tuple[str, str], names: set[str]) -> None:
    whole = json.dumps(OBSERVATION).encode()
    found: dict[str, Any] = json.loads(wanted(parse("Observation", [asked]))("Observation", whole))
    assert set(found) == names
    assert [tag["code"] for tag in found["meta"]["tag"]] == ["own", "SUBSETTED"]


def test_a_summary_is_one_inside_too() -> None:
    found = json.loads(
        wanted(parse("Observation", [("_summary", "true")]))("Observation", json.dumps(OBSERVATION).encode())
    )
    assert "referenceRange" not in found["component"][0] and found["component"][0]["code"]


def test_the_whole_is_not_touched() -> None:
    assert wanted(parse("Observation", [("_summary", "false")])) is None
