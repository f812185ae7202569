"""Patches: all or nothing, nothing in place, and a clear word for what does not fit."""

import copy

import pytest

from akson.fhir.patch import fhirpath_patch, json_patch
from akson.fhir.problem import Problem

OBSERVATION = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "x"},
    "valueString": "tall",
    "_valueString": {"id": "v"},
    "note": [{"text": "a"}, {"text": "b"}, {"text": "c"}],
}


def operation(**parts):
    return {
        "name": "operation",
        "part": [{"name": name, **value} for name, value in parts.items()],
    }


def patch(*operations):
    return {"resourceType": "Parameters", "parameter": list(operations)}


def code(value):
    return {"valueCode": value}


def text(value):
    return {"valueString": value}


def test_a_choice_may_change_its_type():
    change = operation(type=code("replace"), path=text("Observation.value"), value={"valueInteger": 3})
    found = fhirpath_patch(OBSERVATION, patch(change))
    assert found["valueInteger"] == 3
    assert "valueString" not in found and "_valueString" not in found


def test_a_list_is_moved_and_filtered():
    moved = operation(
        type=code("move"),
        path=text("Observation.note"),
        source={"valueInteger": 0},
        destination={"valueInteger": 2},
    )
    removed = operation(type=code("delete"), path=text("Observation.note.where(text = 'b')"))
    found = fhirpath_patch(OBSERVATION, patch(moved, removed))
    assert [note["text"] for note in found["note"]] == ["c", "a"]


@pytest.mark.parametrize(
    ("change", "id"),
    [
        (
            operation(type=code("add"), path=text("Observation"), name=text("shoe"), value=text("x")),
            "AKS-FHIR-031",
        ),
        (
            operation(type=code("add"), path=text("Observation"), name=text("status"), value=code("x")),
            "AKS-FHIR-031",
        ),
        (operation(type=code("replace"), path=text("Observation.method"), value=text("x")), "AKS-FHIR-031"),
        (operation(type=code("replace"), path=text("Observation.note"), value=text("x")), "AKS-FHIR-031"),
        (operation(type=code("delete"), path=text("Observation")), "AKS-FHIR-031"),
        (operation(type=code("delete"), path=text("Observation.note.count()")), "AKS-FHIR-211"),
        (operation(type=code("delete"), path=text("Observation..note")), "AKS-FHIR-201"),
        (operation(type=code("burn"), path=text("Observation.note")), "AKS-FHIR-030"),
        (operation(path=text("Observation.note")), "AKS-FHIR-030"),
        ({"name": "operation"}, "AKS-FHIR-030"),
    ],
)
def test_refused(change, id):
    before = copy.deepcopy(OBSERVATION)
    with pytest.raises(Problem) as refused:
        fhirpath_patch(OBSERVATION, patch(change))
    assert refused.value.id == id
    assert before == OBSERVATION


@pytest.mark.parametrize(
    ("operations", "id"),
    [
        ({}, "AKS-FHIR-030"),
        (["x"], "AKS-FHIR-030"),
        ([{"op": "add", "path": "status", "value": 1}], "AKS-FHIR-030"),
        ([{"op": "add", "path": "/status"}], "AKS-FHIR-030"),
        ([{"op": "remove", "path": "/note/3"}], "AKS-FHIR-031"),
        ([{"op": "remove", "path": "/note/01"}], "AKS-FHIR-031"),
        ([{"op": "replace", "path": "/nothing", "value": 1}], "AKS-FHIR-031"),
        ([{"op": "move", "from": "/code", "path": "/code/text"}], "AKS-FHIR-031"),
        ([{"op": "replace", "path": "", "value": []}], "AKS-FHIR-031"),
        ([{"op": "test", "path": "/status", "value": "final"}] * 1_001, "AKS-FHIR-032"),
    ],
)
def test_json_patch_refused(operations, id):
    with pytest.raises(Problem) as refused:
        json_patch(OBSERVATION, operations)
    assert refused.value.id == id


def test_json_patch_copies():
    found = json_patch(OBSERVATION, [{"op": "copy", "from": "/note/0", "path": "/note/-"}])
    assert [note["text"] for note in found["note"]] == ["a", "b", "c", "a"]
