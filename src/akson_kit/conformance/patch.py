"""JSON Patch and FHIRPath Patch cases (FHIR/fhir-test-cases)."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from akson.fhir.fhirpath.comparison import same
from akson.fhir.patch import fhirpath_patch, json_patch
from akson.fhir.problem import Problem
from akson_kit.conformance.result import SuiteResult, result

NAME = "Patch"


def run(folder: Path) -> SuiteResult:
    def judged() -> Iterator[tuple[str, str | None, bool]]:
        for case in json.loads((folder / "patch" / "json-patch-tests.json").read_text("utf-8")):
            made = json_patch, case["doc"], case["patch"], case.get("expected"), "error" in case
            yield f"{case['id']} {case.get('comment', '')}", _judge(*made), False
        for case in json.loads((folder / "patch" / "fhirpath-patch-tests.json").read_text("utf-8")):
            # A case without an outcome has none: the patch does not apply.
            made = fhirpath_patch, case["input"], case["diff"], case.get("output"), "output" not in case
            yield f"{case['id']} {case['name']}", _judge(*made), False

    return result(NAME, judged())


def _judge(
    patch: Callable[[Any, Any], Any], given: Any, change: Any, expected: Any, error: bool
) -> str | None:
    before = json.dumps(given)
    try:
        found = patch(given, change)
    except Problem as problem:
        return None if error else f"refused: {problem.why}"
    if json.dumps(given) != before:
        return "what was given was changed"
    if error:
        return "accepted; an error expected"
    # Some JSON Patch cases only say that the patch goes through.
    return None if expected is None or same(found, expected) else f"{json.dumps(found)[:160]}"
