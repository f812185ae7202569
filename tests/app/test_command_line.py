"""The command line as the shell sees it: help, exit codes, what stands on stdout and what on stderr."""

import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from akson.access.actor import Actor
from akson.app.cast import CAST
from akson.app.cli.group import (
    CERTIFICATE_COMMANDS,
    COMMANDS,
    LEGACY_COMMANDS,
    LOG_COMMANDS,
    MESSAGE_COMMANDS,
    PATHWAY_COMMANDS,
    POLICY_COMMANDS,
    STORAGE_COMMANDS,
    TRUST_COMMANDS,
)
from akson.app.cli.running import run_safely
from akson.identity import keys
from akson.identity.issuers.local import LocalIssuer
from akson.world import SystemClock, SystemRandom
from tests.app.nodes import akson
from tests.promises import allowed_s

DOCS = Path(__file__).resolve().parents[2] / "docs"
ALL = (
    [(name,) for name in COMMANDS]
    + [("certificate", n) for n in CERTIFICATE_COMMANDS]
    + [("legacy", n) for n in LEGACY_COMMANDS]
    + [("log", n) for n in LOG_COMMANDS]
    + [("message", n) for n in MESSAGE_COMMANDS]
    + [("pathway", n) for n in PATHWAY_COMMANDS]
    + [("policy", n) for n in POLICY_COMMANDS]
    + [("storage", n) for n in STORAGE_COMMANDS]
    + [("trust", n) for n in TRUST_COMMANDS]
)
HELP_LIMIT_S = 1.0
"""0.1 s on a quiet machine; the limit only tells a heavy import from a slow moment."""


def verified(data: Path, token: str) -> Actor:
    return LocalIssuer(keys.token_key(data / "keys"), clock=SystemClock(), random=SystemRandom()).verify(
        token
    )


def test_help_is_there_at_once_and_imports_nothing_heavy() -> None:
    began = time.perf_counter()
    done = akson("--help")
    assert done.returncode == 0
    assert time.perf_counter() - began < allowed_s(HELP_LIMIT_S)
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)
    heavy = "{'asyncpg', 'rich', 'uvicorn', 'akson.fhir.definitions', 'lxml', 'cryptography'}"
    check = f"import akson.app.cli, sys; assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_every_command_explains_itself_and_is_documented(command: tuple[str, ...]) -> None:
    from akson.app.cli.group import akson as group

    with group.make_context("akson", [*command], resilient_parsing=True) as context:
        found = group
        for name in command:
            found = found.get_command(context, name)
    assert found is not None and found.help
    assert f"### `akson {' '.join(command)}`" in (DOCS / "commands.md").read_text("utf-8")


def test_a_token_stands_alone_on_stdout(tmp_path: Path) -> None:
    done = akson("token", "ida", "--data", tmp_path)
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    assert verified(tmp_path, done.stdout.strip()) == CAST["ida"]


def test_a_token_for_a_node_that_does_not_exist_yet_says_so(tmp_path: Path) -> None:
    done = akson("token", "system", "--data", tmp_path / "new")
    assert verified(tmp_path / "new", done.stdout.strip()) == CAST["system"]
    assert "is new" in done.stderr


def test_wrong_usage_is_2_and_names_what_there_is(tmp_path: Path) -> None:
    done = akson("token", "nobody", "--data", tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "probe-nurse" in done.stderr
    assert akson("no-such-command").returncode == 2
    assert akson("why", "ida", "Patient", "--data", tmp_path).returncode == 2


def test_a_problem_is_1_and_says_what_why_and_what_now(tmp_path: Path) -> None:
    done = akson("serve", "--data", tmp_path, "--port", "99999")
    assert done.returncode == 1
    assert "AKS-APP-001" in done.stderr
    assert "Why: --port" in done.stderr
    assert "Now: " in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_to_load_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "AKS-APP-035" in akson("load", tmp_path / "empty", "--data", tmp_path / "d").stderr
    assert "AKS-APP-030" in akson("load", tmp_path / "none", "--data", tmp_path / "d").stderr


def test_an_unexpected_error_is_told_by_kind_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    @click.command()
    def broken() -> None:
        raise RuntimeError("Bakken, Astrid 128542")

    assert run_safely(broken, []) == 1
    said = capsys.readouterr().err
    assert "RuntimeError in broken:" in said and "AKS-APP-500" in said
    assert "Bakken" not in said and "Traceback" not in said
