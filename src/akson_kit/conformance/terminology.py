"""The HL7 terminology server tests over HTTP: $expand, $validate-code, $lookup.

Layout of `terminology/tx-general.zip`: `test-cases.json` has suites with `setup` (code systems and value sets, sent
along with each request as `tx-resource`) and tests with `request`, `profile` (further parameters) and `response`.
https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/testcases.html
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from akson_kit.conformance.result import SuiteResult
from akson_kit.conformance.terminology_comparison import difference
from akson_kit.conformance.verdict import Outcome, Verdict, summed
from akson_kit.target import Target

SUITE = "terminology"
ARCHIVE = "tx-general.zip"
OPERATIONS = {
    "expand": "ValueSet/$expand",
    "validate-code": "ValueSet/$validate-code",
    "cs-validate-code": "CodeSystem/$validate-code",
    "lookup": "CodeSystem/$lookup",
}


def run(target: Target, folder: Path) -> SuiteResult:
    """The whole suite."""
    return summed(SUITE, verdicts(target, folder))


def verdicts(target: Target, folder: Path) -> list[Verdict]:
    """Every case of the archive. Cases of other operations are skipped."""
    with ZipFile(folder / SUITE / ARCHIVE) as archive:
        suites = _read(archive, "test-cases.json")["suites"]
        return [verdict for suite in suites for verdict in _suite(target, archive, suite)]


def _suite(target: Target, archive: ZipFile, suite: dict[str, Any]) -> Iterator[Verdict]:
    setup = [{"name": "tx-resource", "resource": _read(archive, name)} for name in suite["setup"]]
    for test in suite["tests"]:
        name = f"{suite['name']}/{test['name']}"
        path = OPERATIONS.get(test["operation"])
        if path is None:
            yield Verdict(SUITE, name, Outcome.SKIPPED, f"${test['operation']}")
            continue
        seen = _ask(target, archive, test, path, setup)
        outcome = Outcome.FAILED if seen else Outcome.PASSED
        # A test with a mode is for the server that names it.
        yield Verdict(SUITE, name, outcome, seen, optional="mode" in test)


def _ask(target: Target, archive: ZipFile, test: dict[str, Any], path: str, setup: list[Any]) -> str:
    """What differs from the answer expected; empty when nothing does."""
    request = _read(archive, test["request"])
    profile = _read(archive, test.get("profile", "parameters-default.json"))
    body = {**request, "parameter": [*request["parameter"], *profile["parameter"], *setup]}
    headers = {"Accept_Language": test["Accept-Language"]} if "Accept-Language" in test else {}
    answer = target.ask("POST", path, body=body, **headers)
    wanted = str(test.get("http-code", "200"))
    if not _agrees(wanted, answer.status):
        return f"HTTP {answer.status}, expected {wanted}: {answer.body[:400].decode('utf-8', 'replace')}"
    return difference(_read(archive, test["response"]), answer.resource())


def _agrees(wanted: str, status: int) -> bool:
    return str(status).startswith(wanted[0]) if wanted.endswith("xx") else str(status) == wanted


def _read(archive: ZipFile, name: str) -> Any:
    return json.loads(archive.read(name).decode("utf-8-sig"))
