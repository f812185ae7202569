"""Akson meets its own procurement requirements like everyone else: seen from outside, over HTTP, by a real node."""

import json
from collections.abc import Iterator

import pytest
from tests.app.nodes import RunningNode, node

from akson_kit.__main__ import main
from akson_kit.requirements import REQUIREMENTS


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningNode]:
    with node(tmp_path_factory.mktemp("kit"), "--workers", 1) as found:
        yield found


def test_every_requirement_is_met(running: RunningNode, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--base", f"{running.address}/fhir", "--token", running.token(), "--json"])
    findings = json.loads(capsys.readouterr().out)
    assert [f for f in findings if not f["met"]] == []
    assert code == 0 and len(findings) == len(REQUIREMENTS)


def test_what_is_not_met_is_told(running: RunningNode, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--base", f"{running.address}/fhir", "--token", "no-token-at-all"]) == 3
    assert "NOT MET" in capsys.readouterr().out


def test_a_system_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--base", "http://127.0.0.1:9/fhir"]) == 1
    assert "could not be reached" in capsys.readouterr().err


def test_requirements_have_ids_of_their_own() -> None:
    assert len({r.id for r in REQUIREMENTS}) == len(REQUIREMENTS)
    assert all(r.source and r.text for r in REQUIREMENTS)
