"""The cases of the fhirpath.js project: plain JSON, and the R4 model."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from akson.fhir.codec.json import parse
from akson.fhir.fhirpath import Context, Environment, Item, compile_items
from akson.fhir.problem import Problem
from akson_kit.conformance.result import SuiteResult, result

NAME = "FHIRPath, fhirpath.js"
_NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


def run(folder: Path) -> SuiteResult:
    suite = json.loads(
        (folder / "fhirpath" / "tests-fhirpathjs.json").read_text("utf-8"), parse_float=Decimal
    )
    inputs = folder / "fhirpath" / "input-fhirpathjs"

    @cache
    def resource(name: str) -> dict[str, Any]:
        path = inputs / name
        return parse((path if path.is_file() else folder / "fhirpath" / "input" / name).read_bytes())

    def judged() -> Iterator[tuple[str, str | None, bool]]:
        for case in suite["tests"]:
            if case.get("disable"):
                continue
            try:
                given = (
                    resource(case["inputfile"])
                    if "inputfile" in case
                    else suite["subjects"].get(case["file"])
                )
            except FileNotFoundError:
                yield _name(case), f"input {case['inputfile']} is missing", True
                continue
            yield _name(case), _judge(case, given), case.get("model") in ("r5", "stu3", "dstu2")

    return result(NAME, judged())


def _name(case: dict[str, Any]) -> str:
    return f"{case['file']} {str(case['expression'])[:110]}".replace("\n", " ")


def _judge(case: dict[str, Any], given: Any) -> str | None:
    try:
        found = _evaluated(case, given)
    except Problem as problem:
        return None if case.get("error") else f"refused ({problem.what})"
    if case.get("error"):
        return "accepted; an error expected"
    shown = [_plain(item) for item in found if item.value is not None]
    return None if _alike(shown, case["result"]) else f"{shown} instead of {case['result']}"[:200]


def _evaluated(case: dict[str, Any], given: Any) -> list[Item]:
    expression, focus = case["expression"], given
    start = _start(focus, case)
    if isinstance(expression, dict):
        # What is given is a part of a resource; `base` is the path it stands at.
        start, expression = Item(given, expression["base"]), expression["expression"]
    variables = dict(case.get("variables") or {})
    if "context" in case:
        variables["context"] = compile_items(case["context"])([start], Context(start))
    environment = Environment(
        resource=given if isinstance(given, dict) else None, variables=variables, now=_NOW
    )
    return compile_items(expression)([start], Context(start, environment))


def _start(given: Any, case: dict[str, Any]) -> Item:
    if not isinstance(given, dict):
        return Item(given if given is not None else {}, "")
    return Item(given, given.get("resourceType") or "" if case.get("model") else "")


def _plain(item: Item) -> Any:
    if item.type == "System.Long":
        return str(item.value)
    return item.value if isinstance(item.value, str | bool | int | Decimal | dict | list) else str(item.value)


def _alike(a: Any, b: Any) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | Decimal) and isinstance(b, int | Decimal):
        return a == b or float(a) == float(b)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_alike, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_alike(a[k], b[k]) for k in a)
    return a == b
