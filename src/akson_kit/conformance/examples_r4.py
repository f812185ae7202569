"""The official R4 examples: each is accepted, and says the same after JSON and after XML."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from akson.fhir.codec import xml
from akson.fhir.codec.json import encode, parse
from akson.fhir.problem import Problem
from akson.fhir.validation import TOLD, validate
from akson_kit.conformance.result import SuiteResult, result
from akson_kit.conformance.xml_pairs import comparable

NAME = "Official examples"

# Examples that break R4's own rules; each with the element it breaks one at.
WRONG: Mapping[str, str] = {
    "DeviceMetric-example.json": "DeviceMetric.parent.reference",  # a type that may not stand there
    "MedicationRequest-medrx0301.json": "MedicationRequest.dispenseRequest.performer.reference",  # a Practitioner
    "Questionnaire-qs1.json": "linkId",  # 32 items without the linkId they must have
    "SearchParameter-codesystem-extensions-CodeSystem-workflow.json": "SearchParameter.base",  # min 1
    "StructureDefinition-Definition.json": "StructureDefinition",  # sdf-4: no baseDefinition
}


def run(folder: Path) -> SuiteResult:
    def judged() -> Iterator[tuple[str, str | None, bool]]:
        with zipfile.ZipFile(folder / "examples-r4" / "examples-r4.zip") as examples:
            for name in sorted(n for n in examples.namelist() if n.endswith(".json")):
                yield name, _judge(name, examples.read(name)), False

    return result(NAME, judged())


def _judge(name: str, body: bytes) -> str | None:
    try:
        resource = parse(body)
        issues = [issue for issue in validate(resource) if issue.code not in TOLD]
        if any(WRONG.get(name, "\0") not in issue.expression for issue in issues):
            return f"refused: {issues[0].text}"
        return _kept(resource, body)
    except Problem as problem:
        return f"refused: {problem.what} {problem.why}"


def _kept(resource: dict[str, Any], body: bytes) -> str | None:
    """Compared as text with an ordinary reader, so that `1.00` and `1.0` differ."""
    before = json.loads(body, parse_float=str, parse_int=str)
    if json.loads(encode(resource), parse_float=str, parse_int=str) != before:
        return "JSON does not say the same"
    if comparable(xml.parse(xml.encode(resource))) != comparable(resource):
        return "XML does not say the same"
    return None
