"""Settings: where they come from, and that every fault is told at once."""

from pathlib import Path

import pytest

from akson.app import settings
from akson.fhir.problem import Problem

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_defaults_stand_in_the_table() -> None:
    found = settings.load(environ={})
    assert (found.host, found.port, found.data) == ("127.0.0.1", 8080, Path("akson-data").absolute())


def test_option_before_environment_before_file_before_default(tmp_path: Path) -> None:
    (tmp_path / "akson.toml").write_text('port = 1\nhost = "10.0.0.1"\nnode_name = "Lillefjord"\n')
    environ = {"AKSON_DATA": str(tmp_path), "AKSON_PORT": "2", "AKSON_HOST": "10.0.0.2"}
    found = settings.load(environ=environ, options={"port": "3", "host": None})
    assert (found.port, found.host, found.node_name, found.workers) == (3, "10.0.0.2", "Lillefjord", 0)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "akson.toml").write_text("prt = 1\nworkers = -1\n")
    environ = {
        "AKSON_PORT": "80800",
        "AKSON_DATABASE_URL": "mysql://x/y",
        "AKSON_LOG_DATABASE_URL": "postgresql://h/log",
        "AKSON_BASE_URL": "akson.example.no",
    }
    with pytest.raises(Problem) as refused:
        settings.load(environ=environ, options={"data": str(tmp_path)})
    said = [issue.text for issue in refused.value.issues]
    assert refused.value.id == "AKS-APP-001"
    for part in ("AKSON_PORT", "AKSON_DATABASE_URL", "AKSON_BASE_URL", "'prt'", "akson.toml: workers"):
        assert any(part in line for line in said), (part, said)


@pytest.mark.parametrize(
    ("content", "word"), [("port =", "not TOML"), ('data = "x"', "cannot stand"), ("port = true", "port")]
)
def test_a_bad_file_is_refused_in_words(tmp_path: Path, content: str, word: str) -> None:
    (tmp_path / "akson.toml").write_text(content)
    with pytest.raises(Problem, match="nothing was started") as refused:
        settings.load(environ={}, options={"data": str(tmp_path)})
    assert word in refused.value.why


def test_a_log_database_without_a_database_is_a_fault() -> None:
    with pytest.raises(Problem) as refused:
        settings.load(environ={"AKSON_LOG_DATABASE_URL": "postgresql://h/log"})
    assert "without AKSON_DATABASE_URL" in refused.value.why


def test_secrets_are_not_shown() -> None:
    found = settings.load(environ={"AKSON_DATABASE_URL": "postgresql://u:very-secret@h/d"})
    assert found.shown()["database_url"] == "(set)"
    assert "very-secret" not in str(found.shown())


def test_a_slip_of_the_keyboard_is_noticed() -> None:
    assert settings.strangers({"AKSON_PROT": "1", "AKSON_PORT": "1", "AKSON_SHARED": "x"}) == ["AKSON_PROT"]


def test_the_documented_table_is_the_declared_one() -> None:
    assert (DOCS / "settings.md").read_text("utf-8") == settings.page_markdown()
