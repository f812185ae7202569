"""`akson terminology load` and `list`."""

import json
from pathlib import Path

import pytest

from akson.app.cli.group import akson
from akson.app.cli.running import run_safely
from tests.terminology.library import animals


def run(*arguments: str, data: Path) -> int:
    return run_safely(akson, ["terminology", *arguments, "--data", str(data)])


def test_load_and_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, data = tmp_path / "animals.json", tmp_path / "data"
    file.write_text(json.dumps(animals()))
    assert run("list", data=data) == 0
    assert "Nothing is loaded." in capsys.readouterr().out
    assert run("load", str(file), data=data) == 0
    assert run("list", "--json", data=data) == 0
    out = capsys.readouterr().out
    rows = json.loads(out[out.index("[") :])
    assert [(r["url"], r["version"], r["codes"]) for r in rows] == [("urn:animals", "1.0", 6)]


def test_a_file_that_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text("{")
    assert run("load", str(tmp_path / "x.json"), data=tmp_path / "data") == 3
    assert "x.json: not taken" in capsys.readouterr().err
    assert run("load", str(tmp_path / "y.json"), data=tmp_path / "data") == 1
