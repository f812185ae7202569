"""The official FHIRPath suite for R4 (FHIR/fhir-test-cases, turned into JSON)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from akson.fhir.codec.json import parse
from akson.fhir.fhirpath import Context, Environment, Item, check, compile_items
from akson.fhir.problem import Problem
from akson_kit.conformance.result import SuiteResult, result

NAME = "FHIRPath, official R4"
_ENGINES = 4
_NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
_DATES = {"date", "dateTime", "instant", "time"}


def run(folder: Path) -> SuiteResult:
    cases = json.loads((folder / "fhirpath" / "tests-r4.json").read_text("utf-8"))

    @cache
    def resource(name: str) -> dict[str, Any]:
        return parse((folder / "fhirpath" / "input" / name).read_bytes())

    def judged() -> Iterator[tuple[str, str | None, bool]]:
        for case in cases:
            optional = len(case["fails_in"]) == _ENGINES
            given = resource(case["inputfile"]) if case.get("inputfile") else None
            yield f"{case['id']} {case['expression'][:100]}", _judge(case, given), optional

    return result(NAME, judged())


def _judge(case: dict[str, Any], given: dict[str, Any] | None) -> str | None:
    try:
        found = _evaluated(case, given)
    except Problem as problem:
        return None if case.get("invalid") else f"refused ({problem.what})"
    if case.get("invalid"):
        return f"accepted; {case['invalid']} error expected"
    if case.get("predicate") == "true":
        return None if found else "nothing found"
    return _differs(found, case["outputs"])


def _evaluated(case: dict[str, Any], given: dict[str, Any] | None) -> list[Item]:
    type_name = given["resourceType"] if given else ""
    if given and (case.get("mode") == "strict" or case.get("invalid") == "semantic"):
        check(case["expression"], type_name)
    start = Item(given if given is not None else {}, type_name)
    focus = [start] if given is not None else []
    context = Context(start, Environment(now=_NOW))
    context.this = focus
    return compile_items(case["expression"])(focus, context)


def _differs(found: list[Item], outputs: list[dict[str, Any]]) -> str | None:
    shown = [_text(item) for item in found]
    if len(found) != len(outputs):
        return f"{shown} instead of {[output['value'] for output in outputs]}"
    for item, output in zip(found, outputs, strict=True):
        if not _same(item, output):
            return f"{shown} instead of {[output['value'] for output in outputs]}"
    return None


def _same(item: Item, output: dict[str, Any]) -> bool:
    own = item.type.rpartition(".")[2]
    if output.get("type") and own.lower() != output["type"].lower():
        return False
    expected = output["value"]
    if isinstance(item.value, Decimal) or type(item.value) is int:
        try:
            return Decimal(expected) == item.value
        except InvalidOperation:
            return False
    return _text(item) == expected


def _text(item: Item) -> str:
    if type(item.value) is bool:
        return "true" if item.value else "false"
    name = item.type.rpartition(".")[2]
    if name[:1].lower() + name[1:] in _DATES and isinstance(item.value, str):
        return ("@T" if name.lower() == "time" else "@") + item.value
    return str(item.value)
