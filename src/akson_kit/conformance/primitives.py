"""One JSON value per case: is it a value of that FHIR type? (google/fhir, HealthSamurai/fhir262)"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from akson.fhir.codec.json import parse
from akson.fhir.problem import Problem
from akson.fhir.validation import validate_value
from akson_kit.conformance.result import SuiteResult, result

NAME = "Primitive types"


def run(folder: Path) -> SuiteResult:
    cases = json.loads((folder / "primitives" / "primitives.json").read_text("utf-8"))

    def judged() -> Iterator[tuple[str, str | None, bool]]:
        for case in cases:
            expected = "accepted" if case["valid"] else "refused"
            found = "accepted" if _accepted(case) else "refused"
            yield f"{case['type']} {case['json'][:60]}", None if found == expected else found, False

    return result(NAME, judged())


def _accepted(case: dict[str, Any]) -> bool:
    name = "Reference" if case["type"] == "reference" else case["type"]
    try:
        return not validate_value(parse(f'{{"v":{case["json"]}}}'.encode())["v"], name)
    except Problem:
        return False
