"""Markers: distinct words that stand where patient data could stand, and resources that carry one in every field.

A marker found where none may be tells which field of which door it was planted in.
"""

import itertools
import re
from collections.abc import Iterator
from random import Random
from typing import Any

from akson.fhir.definitions import ElementDefinition, load
from akson.fhir.validation import validate

FOUND = re.compile(rb"Zq[0-9a-f]{8}x", re.IGNORECASE)
DEPTH_MAX = 3
PRUNED_ROUNDS_MAX = 6
TEXTS = frozenset({"string", "markdown", "xhtml", "http://hl7.org/fhirpath/System.String"})
"""What a resource may hold and stay valid."""
NAMES = frozenset({"uri", "url", "canonical", "oid", "uuid", "id"})
ODD = frozenset({"code", "base64Binary", "date", "dateTime", "instant", "time"})
"""A marker here makes the resource wrong: what is refused must be kept out of logs as well."""
PLAIN: dict[str, Any] = {
    "code": "en",
    "date": "2026-01-01",
    "dateTime": "2026-01-01",
    "instant": "2026-01-01T00:00:00Z",
    "boolean": True,
    "integer": 1,
    "positiveInt": 1,
    "unsignedInt": 1,
    "decimal": 1,
}
"""Where something must stand that cannot be a word."""
LEFT_OUT = frozenset({"Extension", "Meta", "Resource", "Narrative"})


class Planter:
    """Makes markers and remembers where each was planted."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.planted: dict[str, str] = {}
        self._place = itertools.count(seed * 1_000_000)

    def marker(self, where: str) -> str:
        made = f"Zq{next(self._place):08x}x"
        self.planted[made.lower()] = where
        return made

    def resource(self, type: str, *, wrong: bool) -> dict[str, Any]:
        """A resource of `type` with a marker in every text; `wrong`: in codes and dates too, so that it is refused."""
        body = self._filled(type, type, type, 0, wrong)
        div = f'<div xmlns="http://www.w3.org/1999/xhtml">{self.marker(f"{type}.text")}</div>'
        made = {"resourceType": type, **body, "text": {"status": "generated", "div": div}}
        return made if wrong else pruned(made)

    def _filled(self, type: str, path: str, where: str, depth: int, wrong: bool) -> dict[str, Any]:
        body: dict[str, Any] = {}
        for element in load().type(type).children.get(path, ()):
            name, kind = _chosen(element)
            value = self._value(element, kind, type, f"{where}.{name}", depth, wrong)
            if value is not None:
                body[name] = [value] if element.repeats else value
        return body

    def _value(
        self, element: ElementDefinition, kind: str, type: str, where: str, depth: int, wrong: bool
    ) -> Any:
        if kind in TEXTS:
            return self.marker(where)
        if kind in NAMES and element.name not in ("id", "implicitRules", "language"):
            return f"urn:x:{self.marker(where)}" if kind != "id" else self.marker(where)
        if kind in ODD and wrong:
            return self.marker(where)
        if type == "Reference" and element.name == "type":
            return None
        if element.name == "reference" and type == "Reference":
            return f"Patient/{self.marker(where)}"
        if kind == "code" and element.binding and (codes := load().codes(element.binding.value_set)):
            return min(codes)
        if element.min and kind in PLAIN:
            return PLAIN[kind]
        if depth >= DEPTH_MAX or kind in LEFT_OUT or not kind:
            return None
        if kind in ("BackboneElement", "Element"):
            return self._filled(type, element.path, where, depth + 1, wrong) or None
        if load().has(kind) and load().kind(kind) == "complex-type":
            return self._filled(kind, kind, where, depth + 1, wrong) or None
        return None


def _chosen(element: ElementDefinition) -> tuple[str, str]:
    """Name in JSON and type; of a choice the first that can hold words."""
    kinds = [t.code for t in element.types]
    kind = next((k for k in kinds if k in TEXTS), kinds[0] if kinds else "")
    if not element.choice:
        return element.name, kind
    return element.name.removesuffix("[x]") + kind[:1].upper() + kind[1:], kind


def pruned(resource: dict[str, Any]) -> dict[str, Any]:
    """Without what validation refuses, so that most of it is stored."""
    for _ in range(PRUNED_ROUNDS_MAX):
        issues = validate(resource)
        if not issues:
            break
        for issue in issues:
            steps = [step.partition("[")[0] for step in issue.expression.split(".")[1:]]
            _cut(resource, steps[:-1] if issue.code == "required" and len(steps) > 1 else steps)
    return resource


def _cut(resource: dict[str, Any], steps: list[str]) -> None:
    inside: Any = resource
    for step in steps[:-1]:
        inside = inside.get(step) if isinstance(inside, dict) else None
        inside = inside[0] if isinstance(inside, list) and inside else inside
    if isinstance(inside, dict) and steps:
        inside.pop(steps[-1], None)


def in_bytes(content: bytes) -> Iterator[str]:
    """Every marker that stands in `content`, lower case: databases and file names fold case."""
    for found in FOUND.findall(content):
        yield found.decode().lower()
