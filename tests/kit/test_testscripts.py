"""The TestScript runner against a server made of a dictionary: every kind of assertion, skipping, parameters."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from akson_kit.conformance.testscript_assertions import Failure, check
from akson_kit.conformance.testscripts import run_script
from akson_kit.conformance.verdict import Outcome
from akson_kit.target import Answer

PATIENT = {"resourceType": "Patient", "id": "p1", "active": True, "name": [{"family": "Bakken"}]}


def answer(resource: dict[str, Any] | None = None, status: int = 200, **headers: str) -> Answer:
    body = json.dumps(resource).encode() if resource else b""
    return Answer(status, {"Content-Type": "application/fhir+json", **headers}, body)


@pytest.mark.parametrize(
    ("assertion", "holds"),
    [
        ({"response": "okay"}, True),
        ({"response": "created"}, False),
        ({"responseCode": "200,201"}, True),
        ({"responseCode": "404", "operator": "notEquals"}, True),
        ({"resource": "Patient"}, True),
        ({"resource": "Bundle"}, False),
        ({"contentType": "fhir+json"}, True),
        ({"headerField": "ETag"}, True),
        ({"headerField": "etag", "operator": "contains", "value": "1"}, True),
        ({"headerField": "Location", "operator": "empty"}, True),
        ({"headerField": "ETag", "value": 'W/"2"'}, False),
        ({"expression": "Patient.active"}, True),
        ({"expression": "name.where(family = 'Dal').exists()"}, False),
        ({"expression": "name.family", "value": "Bakken"}, True),
        ({"expression": "name.count()", "operator": "equals", "value": "1.0"}, True),
        ({"expression": "name.count()", "operator": "greaterThan", "value": "1"}, False),
        ({"expression": "name.count()", "operator": "lessThan", "value": "2"}, True),
        ({"expression": "id", "operator": "in", "value": "p1, p2"}, True),
        ({"expression": "id", "operator": "notIn", "value": "p1, p2"}, False),
        ({"expression": "gender", "operator": "empty"}, True),
        ({"expression": "name.family", "operator": "notContains", "value": "kk"}, False),
        ({"expression": "this is none", "operator": "notEmpty"}, False),
    ],
)
def test_assertion(assertion: dict[str, Any], holds: bool) -> None:
    received = answer(PATIENT, ETag='W/"1"')
    if holds:
        check(assertion, received, str)
    else:
        with pytest.raises(Failure):
            check(assertion, received, str)


@dataclass
class Server:
    """Remembers what it was sent and gives the prepared answers in order."""

    answers: list[Answer]
    asked: list[tuple[str, str, bytes | None]] = field(default_factory=list)

    def ask(
        self, method: str, path: str, *, body: Any = None, token: str | None = "", **headers: str
    ) -> Answer:
        self.asked.append((method, path, body))
        return self.answers.pop(0) if self.answers else answer()


def operation(code: str, **more: Any) -> dict[str, Any]:
    return {"operation": {"type": {"code": code}, **more}}


SCRIPT: dict[str, Any] = {
    "fixture": [{"id": "body", "resource": {"resourceType": "Patient", "id": "x-${runId}"}}],
    "variable": [
        {"name": "id", "sourceId": "made", "path": "id"},
        {"name": "tag", "sourceId": "made", "headerField": "ETag"},
        {"name": "other", "defaultValue": "none"},
    ],
    "setup": {
        "action": [
            operation("create", resource="Patient", sourceId="body", responseId="made"),
            {"assert": {"response": "created"}},
        ]
    },
    "test": [
        {
            "name": "found",
            "action": [
                operation("search", resource="Patient", params="?_id=${id}&name=${other}&a=|b", method="POST"),
                {"assert": {"expression": "Patient.id", "value": "${id}"}},
                {"assert": {"response": "gone", "warningOnly": True}},
            ],
        },
        {
            "name": "one of two",
            "action": [
                operation("read", url="Patient/${id}"),
                *(
                    {"assert": {"response": code, "warningOnly": True, "extension": [
                        {"url": "http://ignixa.io/testscript/assertionAnyOfGroup", "valueString": "g"}]}}
                    for code in ("gone", "bad")
                ),
            ],
        },
        {"name": "of R5", "extension": [{"url": "http://ignixa.io/testscript/fhirVersions", "valueString": "5.0"}]},
    ],
    "teardown": {"action": [operation("delete", url="Patient/${id}")]},
}  # fmt: skip


def test_a_script_from_setup_to_teardown() -> None:
    server = Server([answer(PATIENT, 201, ETag='W/"1"'), answer(PATIENT), answer(PATIENT)])
    found, group, newer = run_script(server, SCRIPT, "Search/x", {})  # type: ignore[arg-type]
    assert found.outcome is Outcome.PASSED and not found.optional
    assert group.outcome is Outcome.FAILED and " or " in group.seen
    assert newer.outcome is Outcome.SKIPPED
    assert [(method, path) for method, path, _ in server.asked] == [
        ("POST", "Patient"),
        ("POST", "Patient/_search"),
        ("GET", "Patient/p1"),
        ("DELETE", "Patient/p1"),
    ]
    assert server.asked[1][2] == b"_id=p1&name=none&a=|b"
    assert server.asked[0][2] is not None and b"${" not in server.asked[0][2]


def test_what_cannot_be_set_up_fails_every_test() -> None:
    server = Server([answer(None, 422)])
    verdicts = list(run_script(server, SCRIPT, "Microsoft/x", {}))  # type: ignore[arg-type]
    assert [v.outcome.value for v in verdicts] == ["failed", "failed", "skipped"]
    assert verdicts[0].optional and "setup" in verdicts[0].seen


def test_a_parametrized_test_runs_for_each_value_and_only_where_declared() -> None:
    extension = "http://ignixa.io/testscript/"
    test = {
        "name": "dates",
        "extension": [
            {"url": extension + "parametrize", "extension": [
                {"url": "variable", "valueString": "d"}, {"url": "values", "valueString": "2028,2028-06"}]},
            {"url": extension + "requiresCapability", "valueString": "rest.interaction.where(code = 'batch').exists()"},
        ],
        "action": [operation("search", resource="Patient", params="birthdate=${d}")],
    }  # fmt: skip
    server = Server([])
    capability = {"resourceType": "CapabilityStatement", "rest": [{"interaction": [{"code": "batch"}]}]}
    (verdict,) = run_script(server, {"test": [test]}, "Search/x", capability)  # type: ignore[arg-type]
    assert verdict.outcome is Outcome.PASSED
    assert [path for _, path, _ in server.asked] == ["Patient/birthdate=2028", "Patient/birthdate=2028-06"]
    (verdict,) = run_script(server, {"test": [test]}, "Search/x", {"resourceType": "CapabilityStatement"})  # type: ignore[arg-type]
    assert verdict.outcome is Outcome.SKIPPED
