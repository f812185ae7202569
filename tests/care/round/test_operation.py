"""What a device sends is read strictly: what is none stays on the device."""

from datetime import datetime
from typing import Any

import pytest

from akson.care.casework import visits
from akson.care.round import meeting, operation
from akson.care.round.meeting import Author, Standing
from akson.fhir.problem import Problem

ID = "6f9619ff-8b86-4d01-b42d-00c04fc964ff"
VISIT: dict[str, Any] = {
    "id": ID, "device": "d1", "sequence": 7, "at": "2026-11-27T08:12:00+01:00", "kind": "visit", "patient": "astrid",
    "target": "besok-1", "base": 3, "after": "", "said": {"outcome": "done", "did": ["Stell"], "left": ["Insulin"]},
}  # fmt: skip
IDA = Author("Practitioner/ida", "Ida", "Organization/ost", "Øst")
NOW = datetime.fromisoformat("2026-11-27T09:00:00+01:00")


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "1"},
        {"id": 7},
        {"device": "../x"},
        {"sequence": 0},
        {"sequence": "7"},
        {"at": "08:12"},
        {"at": "2026-11-27T08:12:00"},
        {"kind": "delete"},
        {"patient": "a/b"},
        {"target": ""},
        {"base": -1},
        {"after": "x"},
        {"said": []},
        {"said": {}},
        {"said": {"outcome": "vanished"}},
        {"said": {"outcome": "moved", "to": "later"}},
        {"said": {"outcome": "moved", "to": "2026-11-27T00:15:00+01:00"}},
        {"said": {"outcome": "moved", "to": "2026-11-28T00:15:00+01:00"}},
        {"said": {"outcome": "cancelled", "reason": "x"}},
        {"kind": "note", "said": {"text": " "}},
        {"kind": "note", "said": {"text": "x" * 4001}},
        {"kind": "measurement", "said": {"measure": "pulse", "value": "730"}},
        {"kind": "measurement", "said": {"measure": "x", "value": "7"}},
        {"kind": "measurement", "said": {"measure": "pulse", "value": "nan"}},
        {"said": {"outcome": "done", "did": [1]}},
        {"said": {"outcome": "done", "did": ["x"] * 50}},
    ],
    ids=str,
)
def test_what_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refused:
        operation.read(VISIT | wrong)
    assert refused.value.id == "AKS-ROUND-001"
    with pytest.raises(Problem):
        operation.read([])


def test_moved_over_midnight() -> None:
    late = VISIT | {"at": "2026-11-27T22:50:00+01:00"}
    to = "2026-11-28T00:15:00+01:00"
    assert operation.read(late | {"said": {"outcome": "moved", "to": to}}).said["to"] == to
    with pytest.raises(Problem):
        operation.read(late | {"said": {"outcome": "moved", "to": "2026-11-27T00:15:00+01:00"}})


def task(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Task", "id": "t", "status": "requested", "meta": {"versionId": "3"}, **more}


def met(given: dict[str, Any], standing: Standing) -> meeting.Met:
    return meeting.meet(operation.read(VISIT | given), standing, IDA, visits, NOW)


def test_a_task() -> None:
    ticked = {"kind": "task", "target": "t", "said": {"outcome": "done"}}
    (done,) = met(ticked, Standing(task())).resources
    assert done["status"] == "completed"
    other = met(ticked, Standing(task(status="completed", meta={"versionId": "4"}), task()))
    assert other.state == meeting.CONFLICT
    (item,) = other.resources
    assert "Står i journalen: Ferdig" in item["description"] and "Utført (Gjort" not in item["description"]


def test_a_task_is_postponed_and_remarked_upon() -> None:
    asked = {"kind": "task", "target": "t"}
    deadline = {"restriction": {"period": {"end": "2026-11-27T12:00:00+01:00"}}}
    to = "2026-12-04T12:00:00+01:00"
    moved = {**asked, "said": {"outcome": "moved", "to": to}}
    (later,) = met(moved, Standing(task(**deadline))).resources
    assert later["restriction"]["period"]["end"] == to and later["status"] == "requested"
    noted = {**asked, "said": {"outcome": "noted", "text": " Datteren kjøper nye batterier "}}
    (remarked,) = met(noted, Standing(task(**deadline))).resources
    (remark,) = remarked["note"]
    assert remark["text"] == "Datteren kjøper nye batterier" and remark["authorReference"]["display"] == "Ida"
    # A colleague moved the deadline meanwhile: hers is a conflict, her remark is not.
    other = task(restriction={"period": {"end": "2026-11-30T12:00:00+01:00"}}, meta={"versionId": "4"})
    assert met(moved, Standing(other, task(**deadline))).state == meeting.CONFLICT
    assert met(noted, Standing(other, task(**deadline))).state == meeting.TAKEN
    for wrong in (
        {"outcome": "moved", "to": "2027-11-27T12:00:00+01:00"},
        {"outcome": "noted", "text": "  "},
    ):
        with pytest.raises(Problem):
            operation.read(VISIT | asked | {"said": wrong})


def test_what_is_hidden_from_her_by_now_is_an_item_of_her_unit() -> None:
    (item,) = met({}, Standing(None)).resources
    assert item["owner"] == {"reference": "Organization/ost", "display": "Øst"}
    assert "Utført (Gjort: Stell; Ikke gjort: Insulin) kl. 08:12 av Ida" in item["description"]


def test_what_was_done_and_left_stands_with_the_visit() -> None:
    standing = {
        "resourceType": "Appointment",
        "id": "besok-1",
        "status": "booked",
        "meta": {"versionId": "3"},
    }
    (visit,) = met({}, Standing(standing)).resources
    assert visit["status"] == "fulfilled" and visit["comment"] == "Gjort: Stell. Ikke gjort: Insulin."
