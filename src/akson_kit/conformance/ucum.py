"""Which texts are UCUM units, and what they convert to (FHIR/Ucum-java)."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from akson.fhir.ucum import convert, read
from akson_kit.conformance.result import SuiteResult, result

NAME = "UCUM"


def run(folder: Path) -> SuiteResult:
    cases = json.loads((folder / "ucum" / "ucum-functional.json").read_text("utf-8"))

    def judged() -> Iterator[tuple[str, str | None, bool]]:
        for case in cases:
            if case["kind"] == "validation":
                good = (read(case["unit"]) is not None) == (case["valid"] == "true")
                yield f"{case['id']} {case['unit']}", None if good else "judged otherwise", False
            elif case["kind"] == "conversion":
                yield f"{case['id']} {case['srcUnit']}", _converted(case), False

    return result(NAME, judged())


def _converted(case: dict[str, Any]) -> str | None:
    """At the precision of the expected value, which the suite rounds."""
    expected = Decimal(case["outcome"])
    found = convert(Decimal(case["value"]), case["srcUnit"], case["dstUnit"])
    if found is None:
        return "does not convert"
    exponent = expected.as_tuple().exponent
    assert isinstance(exponent, int)
    # The suite counts significant digits, so its last one may be rounded once more.
    return None if abs(found - expected) <= Decimal(1).scaleb(exponent) else f"{found} instead of {expected}"
