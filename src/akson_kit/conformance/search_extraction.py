"""What each search parameter finds in each official example, as two other engines agree on it."""

import gzip
import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from akson.fhir.codec.json import parse
from akson.fhir.extraction import elements
from akson_kit.conformance.result import SuiteResult, result

NAME = "Search extraction"


def run(folder: Path) -> SuiteResult:
    def judged() -> Iterator[tuple[str, str | None, bool]]:
        with zipfile.ZipFile(folder / "examples-r4" / "examples-r4.zip") as examples:
            for line in _lines(folder):
                found = elements(parse(examples.read(line["file"])))
                for param, expected in line["params"].items():
                    yield f"{line['file']} {param}", _differs(found.get(param, []), expected["values"]), False
                for param in line["empty"]:
                    yield f"{line['file']} {param}", _differs(found.get(param, []), []), False

    return result(NAME, judged())


def _lines(folder: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(folder / "search-extraction" / "extraction.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line, parse_float=Decimal)


def _differs(found: list[Any], expected: list[Any]) -> str | None:
    left, right = {_frozen(one) for one in found}, {_frozen(one) for one in expected}
    return None if left == right else f"{found} instead of {expected}"[:200]


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return frozenset((name, _frozen(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return tuple(_frozen(one) for one in value)
    return ("boolean", value) if isinstance(value, bool) else value
