"""The official validator's R4 cases against the base specification (FHIR/fhir-test-cases).

Tier A judges what Akson claims; tier B only that what has core errors is refused, and is told apart as optional.
"""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from akson.fhir.codec.json import parse
from akson.fhir.problem import Problem
from akson.fhir.validation import Profiles, validate
from akson_kit.conformance.result import SuiteResult, result

NAME = "Validator, base R4"
_R4 = Profiles()
"""The profiles of R4 itself: vital signs must follow them."""


def run(folder: Path) -> SuiteResult:
    cases = json.loads((folder / "validator" / "base-r4.json").read_text("utf-8"))

    def judged() -> Iterator[tuple[str, str | None, bool]]:
        with zipfile.ZipFile(folder / "validator" / "files.zip") as files:
            for case in cases:
                if case["tier"] in ("A", "B"):
                    found = _found(files.read(case["file"]))
                    wrong = bool(found) is case["valid"]
                    shown = f"{'good' if case['valid'] else 'bad'}, found {found[:2]}" if wrong else None
                    yield f"{case['tier']} {case['id']}", shown, case["tier"] == "B"

    return result(NAME, judged())


def _found(body: bytes) -> list[str]:
    try:
        return [issue.text for issue in validate(parse(body), known=_R4) if issue.severity != "warning"]
    except Problem as problem:
        return [problem.what]
