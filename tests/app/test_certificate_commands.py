"""`akson certificate make|show`: what is made is believed below its root, and no key is told of."""

import json
from pathlib import Path

import pytest

from akson.app.cli.group import akson
from akson.app.cli.running import run_safely
from akson.exchange.sealing import keyring, trust
from akson.exchange.sealing.certificates import Use
from akson.world import SystemClock


def test_two_organisations_below_one_root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, name in (("974760673", "Lillefjord kommune"), ("883974832", "Storfjord sykehus")):
        assert run_safely(akson, ["certificate", "make", number, name, "--out", str(tmp_path)]) == 0
    now, believed = SystemClock().now(), trust.load(tmp_path / "trust")
    for number in ("974760673", "883974832"):
        ours = keyring.load(tmp_path / number)
        believed.check(ours.signer(now).certificate, Use.SIGN, now)
        believed.check(ours.openers()[0].certificate, Use.ENCRYPT, now)
    assert all(p.stat().st_mode & 0o777 == 0o600 for p in tmp_path.rglob("*.key.pem"))
    assert "PRIVATE" not in capsys.readouterr().out


def test_they_are_shown_with_their_alarms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make = ["certificate", "make", "974760673", "Lillefjord kommune", "--out", str(tmp_path)]
    assert run_safely(akson, [*make, "--days", "10"]) == 0
    capsys.readouterr()
    assert run_safely(akson, ["certificate", "show", str(tmp_path), "--json"]) == 3
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {(r["organisation"], r["uses"], r["alarm"]) for r in rows} == {
        ("974760673", "encryption", "14 days or less"),
        ("974760673", "signature", "14 days or less"),
    }


def test_no_key_is_overwritten_and_no_number_invented(tmp_path: Path) -> None:
    make = ["certificate", "make", "974760673", "Lillefjord kommune", "--out", str(tmp_path)]
    assert [run_safely(akson, make), run_safely(akson, make)] == [0, 1]
    assert run_safely(akson, ["certificate", "make", "12", "X", "--out", str(tmp_path)]) == 2
