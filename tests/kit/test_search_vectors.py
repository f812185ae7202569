"""The search vectors' runner against a server that answers by rote."""

import json
from pathlib import Path
from typing import Any

import pytest

from akson_kit.conformance import search_vectors
from akson_kit.conformance.verdict import Outcome
from akson_kit.target import Answer


class Server:
    def __init__(self, status: int = 201) -> None:
        self.status, self.made, self.found = status, 0, ["2"]

    def ask(self, method: str, path: str, *, body: Any = None, **_: str) -> Answer:
        if method == "POST":
            assert "@@" not in json.dumps(body)
            self.made += 1
            return Answer(self.status, {"Location": f"http://x/fhir/Observation/{self.made}/_history/1"}, b"")
        entries = [{"resource": {"id": id}, "search": {"mode": "match"}} for id in self.found]
        return Answer(200, {}, json.dumps({"resourceType": "Bundle", "entry": entries}).encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    resources = [
        {"resourceType": "Observation", "subject": {"reference": "Patient/@@PATIENT@@"}, "n": n}
        for n in (0, 1)
    ]
    fixtures = {
        "date": {"type": "Observation", "filter": "code=@@RUN@@", "param": "date", "resources": resources}
    }
    cases = [{"id": f"d{n}", "set": "date", "query": "ge2026+01:00", "expected": [n]} for n in (0, 1)]
    (tmp_path / "search-vectors").mkdir()
    (tmp_path / "search-vectors" / "vectors.json").write_text(
        json.dumps({"fixtures": fixtures, "cases": cases})
    )
    return tmp_path


def test_what_is_found_is_compared_by_place(folder: Path) -> None:
    first, second = search_vectors.verdicts(Server(), folder)  # type: ignore[arg-type]
    assert first.outcome is Outcome.PASSED
    assert second.outcome is Outcome.FAILED and "expected [1], found [0]" in second.seen


def test_the_suite_is_summed(folder: Path) -> None:
    whole = search_vectors.run(Server(), folder)  # type: ignore[arg-type]
    assert (whole.cases, whole.passed, len(whole.failures)) == (2, 1, 1) and not whole.good


def test_a_server_that_takes_no_fixtures_is_not_judged(folder: Path) -> None:
    with pytest.raises(AssertionError):
        search_vectors.run(Server(422), folder)  # type: ignore[arg-type]
