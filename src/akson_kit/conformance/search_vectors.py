"""Date, number and quantity searches as data: fixtures, query values, and which of the fixtures must be found.

Layout of `search-vectors/vectors.json`: `fixtures[set]` has `type`, `filter`, `param` and `resources` (with the
placeholders @@RUN@@ and @@PATIENT@@); `cases` have `set`, `query` and `expected`, indexes into the resources.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from akson_kit.conformance.result import SuiteResult
from akson_kit.conformance.verdict import Outcome, Verdict, summed
from akson_kit.target import Target

SUITE = "search-vectors"
PAGE = 200
"""More than any set has fixtures: one page is the whole answer."""


def run(target: Target, folder: Path) -> SuiteResult:
    """The whole suite. Raises AssertionError when the server takes no fixtures."""
    return summed(SUITE, verdicts(target, folder))


def verdicts(target: Target, folder: Path) -> list[Verdict]:
    """Creates the fixtures, then asks every case. Raises AssertionError when the server takes no fixtures."""
    vectors = json.loads((folder / SUITE / "vectors.json").read_text("utf-8"))
    mark = f"run-{uuid4().hex[:12]}"
    placed = {name: _Placed(target, fixture, mark) for name, fixture in vectors["fixtures"].items()}
    return [placed[case["set"]].ask(case) for case in vectors["cases"]]


class _Placed:
    """One set of fixtures, created on the server."""

    def __init__(self, target: Target, fixture: dict[str, Any], mark: str) -> None:
        self._target = target
        self._fixture = fixture
        self._filter = fixture["filter"].replace("@@RUN@@", mark)
        self._place: dict[str, int] = {}
        patient = _create(target, {"resourceType": "Patient", "active": True})
        for place, resource in enumerate(fixture["resources"]):
            text = json.dumps(resource).replace("@@RUN@@", mark).replace("@@PATIENT@@", patient)
            self._place[_create(target, json.loads(text))] = place

    def ask(self, case: dict[str, Any]) -> Verdict:
        asked = quote(case["query"], safe=":|.-+").replace("+", "%2B")
        path = f"{self._fixture['type']}?{self._filter}&{self._fixture['param']}={asked}&_count={PAGE}"
        answer = self._target.ask("GET", path)
        if answer.status != 200:
            return Verdict(SUITE, case["id"], Outcome.FAILED, f"HTTP {answer.status}")
        found = sorted(self._place.get(id, -1) for id in _ids(answer.resource()))
        if found == sorted(case["expected"]):
            return Verdict(SUITE, case["id"], Outcome.PASSED)
        return Verdict(
            SUITE, case["id"], Outcome.FAILED, f"{case['query']}: expected {case['expected']}, found {found}"
        )


def _create(target: Target, resource: dict[str, Any]) -> str:
    answer = target.ask("POST", resource["resourceType"], body=resource)
    location = {name.lower(): value for name, value in answer.headers.items()}.get("location", "")
    parts = location.partition("/_history/")[0].rstrip("/").split("/")
    assert answer.status == 201 and len(parts) > 1, f"a fixture was answered with {answer.status}"
    return parts[-1]


def _ids(bundle: dict[str, Any]) -> Iterator[str]:
    for entry in bundle.get("entry", ()):
        if entry.get("search", {}).get("mode", "match") == "match":
            yield entry["resource"]["id"]
