"""`akson client`: apps are registered, listed and removed; what is wrong is told and nothing is written."""

import json
from pathlib import Path

from tests.app.nodes import akson

GIVEN = (
    "--name",
    "Pustekurve",
    "--scopes",
    "launch patient/Observation.rs",
    "--redirect",
    "https://app.example.no/x",
)


def test_an_app_comes_is_seen_and_goes(tmp_path: Path) -> None:
    done = akson("client", "add", "pustekurve", *GIVEN, "--data", tmp_path)
    assert done.returncode == 0 and "pustekurve is registered" in done.stdout, done.stderr
    (listed,) = json.loads(akson("client", "list", "--json", "--data", tmp_path).stdout)
    assert listed["id"] == "pustekurve" and listed["kind"] == "public"
    assert "Pustekurve" in akson("client", "list", "--data", tmp_path).stdout
    assert akson("client", "remove", "pustekurve", "--data", tmp_path).returncode == 0
    assert akson("client", "remove", "pustekurve", "--data", tmp_path).returncode == 2
    assert "No app is registered" in akson("client", "list", "--data", tmp_path).stdout


def test_what_is_wrong_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    done = akson("client", "add", "x", *GIVEN, "--kind", "service", "--data", tmp_path)
    assert done.returncode == 1 and "AKS-SMART-020" in done.stderr and "system/" in done.stderr
    assert not list(tmp_path.glob("clients/*"))
