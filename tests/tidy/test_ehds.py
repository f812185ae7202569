"""docs/ehds.md keeps its word: every row is there, every test that it names stands, and what is not shown says why."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = 51


@pytest.fixture(scope="module")
def table() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ehds_table", ROOT / "scripts" / "ehds_table.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_row_names_tests_that_exist_or_says_why_not(table: ModuleType) -> None:
    rows = table.rows()
    assert len({row["id"] for row in rows}) == len(rows) == ROWS
    assert table.missing_tests(rows) == []
    for row in rows:
        assert row["state"] in table.STATES and row["what"] and row["article"] and row["from"], row["id"]
        assert bool(row.get("tests")) == (row["state"] in ("yes", "part")), row["id"]
        assert bool(row.get("why")) == (row["state"] != "yes"), row["id"]


def test_a_test_that_is_not_there_is_seen(table: ModuleType) -> None:
    there = "tests/tidy/test_ehds.py::test_a_test_that_is_not_there_is_seen"
    told = [
        {"id": "A", "tests": [there]},
        {"id": "B", "tests": [there + "_not"]},
        {"id": "C", "tests": ["tests/no.py::*"]},
    ]
    assert table.missing_tests(told) == [f"B: {there}_not", "C: tests/no.py::*"]


def test_the_page_is_what_the_rows_say(table: ModuleType) -> None:
    assert table.PAGE.read_text() == table.page(table.rows()), "run python scripts/ehds_table.py"


def test_no_row_of_the_regulation_is_missing(table: ModuleType, shared: Path) -> None:
    listed = shared / "ehds" / "requirements.json"
    if not listed.is_file():
        pytest.skip("the list of requirements is not in shared/ehds")
    wanted = {one["id"]: one["applies_from"] for one in json.loads(listed.read_bytes())["requirements"]}
    told = {row["id"]: row["from"] for row in table.rows()}
    assert told.keys() == wanted.keys()
    for id, day in told.items():
        assert day in wanted[id], f"{id} applies from {wanted[id]}"
