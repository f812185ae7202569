"""FHIR TestScripts run over HTTP: setup, tests, teardown. What an assertion means is testscript_assertions.py's.

Spec: https://hl7.org/fhir/R4/testscript.html, with the extensions of the suite's own layout: `fhirVersions`,
`requiresCapability` (FHIRPath on the capability statement), `parametrize`, `waitFor`, `assertionAnyOfGroup`, `fhirfakes` (a
fixture that the runner makes up).
A test ends at its first failed assertion; `warningOnly` assertions never fail it.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from akson_kit.conformance.fakes import fake
from akson_kit.conformance.result import SuiteResult
from akson_kit.conformance.testscript_assertions import Failure, check, evaluate, substituted
from akson_kit.conformance.verdict import Outcome, Verdict, summed
from akson_kit.target import Answer, Target

SUITE = "testscripts"
FHIR_VERSION = "4.0"
INFORMATIVE = frozenset({"Microsoft"})
"""Folders that test one product; failing there is not failing."""
_CONTAINS = (
    "asks for overlap; R4 and the search vectors say that `eq` means the search period contains the value"
)
_WORDS = "asks for the very words of one product"
_PATCH = "CRUD/patch-fhirpath: "
DISPUTED: Mapping[str, str] = {
    _PATCH + "unknown patch operation type is rejected": _WORDS,
    _PATCH + "replace operation without a path is rejected": _WORDS,
    _PATCH + "replace operation without a value is rejected": _WORDS,
    _PATCH + "add operation on a nonexistent element is rejected": _WORDS,
    _PATCH + "replace operation on an immutable element is rejected": _WORDS,
    _PATCH + "replace operation with an invalid typed value is rejected": _WORDS,
    _PATCH + "add operation on an already-populated element is rejected": _WORDS,
    _PATCH + "malformed nested backbone value is rejected": _WORDS,
    "Operations/expand-operation: $expand: unknown parameter returns 400": (
        "R4 lets a server pass over parameters it does not know, and the HL7 terminology tests send some"
    ),
    "Search/date: Date search matched against an effectivePeriod": _CONTAINS,
    "Operations/import-search: Date: day-precision search matches overlapping coarser-precision resources": _CONTAINS,
    "Search/intervals: Observation: date eq — only inside year matches": _CONTAINS,
    "Search/intervals: Patient: birthdate eq — only inside year matches": _CONTAINS,
}
"""Tests that the specification contradicts, each with the reason; failing one does not fail the suite."""
POLL_ATTEMPTS_MAX = 60
_EXTENSION = "http://ignixa.io/testscript/"
_METHODS = {
    "create": "POST", "update": "PUT", "patch": "PATCH", "delete": "DELETE", "batch": "POST", "transaction": "POST",
}  # fmt: skip
_SENT_AS_IT_IS = ":/?=&|,$.-_~+%!*'()@;"

Json = Mapping[str, Any]


def run(target: Target, folder: Path) -> SuiteResult:
    """The whole suite; what the server does not declare is not asked."""
    return summed(SUITE, verdicts(target, folder))


def verdicts(target: Target, folder: Path, only: str = "") -> list[Verdict]:
    """Every script below `folder`/testscripts whose path contains `only`."""
    capability = target.ask("GET", "metadata").resource()
    found: list[Verdict] = []
    for path in sorted((folder / SUITE).rglob("*.json")):
        name = f"{path.parent.name}/{path.stem}"
        if only in name:
            found += run_script(target, json.loads(path.read_text("utf-8")), name, capability)
    return found


def run_script(target: Target, script: Json, name: str, capability: Json) -> Iterator[Verdict]:
    """One Verdict per test of the script."""
    optional = name.partition("/")[0] in INFORMATIVE
    tests = script.get("test", [])
    applying = [_reason_to_skip(script, capability) or _reason_to_skip(test, capability) for test in tests]
    stage = _Stage(target, script)
    broken = ""
    if not all(applying):
        broken = _attempt(stage, script.get("setup", {}), "setup: ")
    for test, skip in zip(tests, applying, strict=True):
        case = f"{name}: {test.get('name', '')}"
        if skip:
            yield Verdict(SUITE, case, Outcome.SKIPPED, skip, optional)
            continue
        seen = broken or next(filter(None, (_attempt(stage, one) for one in _instances(test, stage))), "")
        seen = f"{seen} ({DISPUTED[case]})" if seen and case in DISPUTED else seen
        outcome = Outcome.FAILED if seen else Outcome.PASSED
        yield Verdict(SUITE, case, outcome, seen, optional or case in DISPUTED)
    if not all(applying):
        _teardown(stage, script.get("teardown", {}))


def _extensions(part: Json, name: str) -> list[Json]:
    return [e for e in part.get("extension", ()) if e.get("url") == _EXTENSION + name]


def _reason_to_skip(part: Json, capability: Json) -> str:
    for extension in _extensions(part, "fhirVersions"):
        if FHIR_VERSION not in extension["valueString"].split(","):
            return f"for FHIR {extension['valueString']}"
    for extension in _extensions(part, "requiresCapability"):
        if evaluate(extension["valueString"], capability) != [True]:
            return f"not declared: {extension['valueString']}"
    return ""


def _instances(test: Json, stage: "_Stage") -> Iterator[Json]:
    """The test once for each value it is written for."""
    parametrized = _extensions(test, "parametrize")
    if not parametrized:
        yield test
        return
    said = {e["url"]: e["valueString"] for e in parametrized[0]["extension"]}
    for value in said["values"].split(","):
        stage.given[said["variable"]] = value.strip()
        yield test


def _attempt(stage: "_Stage", part: Json, where: str = "") -> str:
    """What went wrong first, in words; empty when nothing did."""
    groups: dict[str, list[str]] = {}
    for action in part.get("action", ()):
        if "operation" in action:
            stage.operate(action["operation"])
            continue
        assertion = action["assert"]
        group = next((e["valueString"] for e in _extensions(assertion, "assertionAnyOfGroup")), "")
        failure = stage.assert_(assertion)
        if group:
            groups.setdefault(group, []).append(failure)
        elif failure and not assertion.get("warningOnly"):
            return where + failure
    for failures in groups.values():
        if all(failures):
            return where + " or ".join(failures)
    return ""


def _teardown(stage: "_Stage", part: Json) -> None:
    for action in part.get("action", ()):
        stage.operate(action["operation"])


@dataclass(slots=True)
class _Stage:
    """What one script has sent and received so far."""

    target: Target
    script: Json
    given: dict[str, str] = field(default_factory=lambda: {"runId": uuid4().hex[:10]})
    answers: dict[str, Answer] = field(default_factory=dict)
    last: Answer = field(default_factory=lambda: Answer(0, {}, b""))

    def fill(self, text: str) -> str:
        """`Patient/${patientId}` with what the variable stands for now; unknown ones stay as they are."""
        return substituted(text, self.variable)

    def variable(self, name: str) -> str | None:
        if name in self.given:
            return self.given[name]
        declared = next((v for v in self.script.get("variable", ()) if v["name"] == name), None)
        if declared is None:
            return None
        found = self._from_source(declared)
        return found if found is not None else declared.get("defaultValue")

    def _from_source(self, declared: Json) -> str | None:
        source = declared.get("sourceId", "")
        answer = self.answers.get(source)
        if "headerField" in declared:
            headers = {name.lower(): value for name, value in (answer.headers if answer else {}).items()}
            return headers.get(declared["headerField"].lower())
        expression = declared.get("expression") or declared.get("path")
        resource = answer.resource() if answer else self.fixture(source)
        if not expression or not resource:
            return None
        values = evaluate(expression, resource)
        return str(values[0]) if values else None

    def fixture(self, id: str) -> Json | None:
        found = next((f.get("resource") for f in self.script.get("fixture", ()) if f["id"] == id), None)
        made_up = _extensions(found, "fhirfakes") if found else []
        return fake(made_up[0]["valueCode"]) if made_up else found

    def operate(self, operation: Json) -> None:
        answer = self._send(operation)
        for extension in _extensions(operation, "waitFor"):
            said = {e["url"]: e["valueInteger"] for e in extension["extension"]}
            for _ in range(min(said["maxAttempts"], POLL_ATTEMPTS_MAX)):
                if answer.status != said["pollingStatusCode"]:
                    break
                time.sleep(said["intervalMs"] / 1000)
                answer = self._send(operation)
        self.last = answer
        if "responseId" in operation:
            self.answers[operation["responseId"]] = answer

    def _send(self, operation: Json) -> Answer:
        code = operation.get("type", {}).get("code", "read")
        source = operation.get("sourceId")
        method = (
            operation.get("method") or _METHODS.get(code) or ("POST" if source and code[0] == "$" else "GET")
        )
        path, query = self._address(operation, code)
        headers = {"Accept": operation["accept"]} if "accept" in operation else {}
        headers |= {
            h["field"].replace("-", "_"): self.fill(h["value"]) for h in operation.get("requestHeader", ())
        }
        body: bytes | None = None
        if code == "search" and method == "POST":
            path, body, query = f"{path}/_search", query.encode(), ""
            headers["Content_Type"] = "application/x-www-form-urlencoded"
        elif source is not None:
            body = self.fill(json.dumps(self.fixture(source))).encode()
            headers["Content_Type"] = operation.get("contentType", "application/fhir+json")
        return self.target.ask(method, f"{path}?{query}" if query else path, body=body, **headers)

    def _address(self, operation: Json, code: str) -> tuple[str, str]:
        path = self.fill(operation.get("url") or operation.get("resource", ""))
        if "url" not in operation and code[0] == "$":
            path = f"{path}/{code}".lstrip("/")
        if code == "capabilities" and not path:
            path = "metadata"
        path, _, query = path.partition("?")
        params = self.fill(operation.get("params", ""))
        if params and not params.startswith("?"):
            path += params if params.startswith("/") else f"/{params}"
            path, _, params = path.partition("?")
        query = "&".join(filter(None, (query, params.removeprefix("?"))))
        return quote(path, safe=_SENT_AS_IT_IS), quote(query, safe=_SENT_AS_IT_IS)

    def assert_(self, assertion: Json) -> str:
        """What is wrong, in words; empty when it holds."""
        source = assertion.get("sourceId")
        answer = self.answers.get(source) if source else self.last
        if answer is None:
            return f"nothing was received under {source}"
        try:
            check(assertion, answer, self.fill)
        except Failure as failure:
            return str(failure)
        return ""
