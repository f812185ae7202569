"""Suites of a server, asked over HTTP of a real node: search vectors and TestScripts. Terminology's is in tests/api."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.app.nodes import RunningNode, node

from akson_kit.conformance import SUITES, Suite
from akson_kit.target import Target


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with node(tmp_path_factory.mktemp("suites"), "--workers", 2) as found:
        yield found


@pytest.mark.shared
@pytest.mark.parametrize(
    "suite",
    [s for s in SUITES if s.of_server and s.name != "terminology"],
    ids=lambda suite: suite.name,
)
def test_suite(suite: Suite, shared: Path, running: RunningNode) -> None:
    assert suite.of_server is not None
    found = suite.of_server(Target(f"{running.address}/fhir", running.token()), shared / "conformance")
    counted = found.cases - len(found.optional)
    assert counted > 100
    assert counted - len(found.failures) >= suite.share * counted, "\n".join(found.failures[:40])
