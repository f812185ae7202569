"""The tables of docs/security are whole, and every test they name exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "docs" / "security"
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")
PLACE = re.compile(r"`(?:src/akson/)?((?:\w+/)+\w+\.py)`")
STATES = {
    "threats": {"held", "partly", "not yet", "no"},
    "asvs": {"met", "partly", "not met", "does not apply"},
}
# How many requirements of levels 1 and 2 (3 too in chapters 8, 9, 10, 16) each section of ASVS 5.0.0 has.
SECTIONS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3
5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:4 8.2:4 8.3:3 8.4:2 9.1:3
9.2:4 10.1:2 10.2:3 10.3:5 10.4:16 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4
13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:4 17.1:1 17.2:4 17.3:2
"""
WANTED = {
    "threats": [f"T{n:02}" for n in range(1, 43)],
    "asvs": [
        f"{section}.{n}"
        for section, count in (one.split(":") for one in SECTIONS.split())
        for n in range(1, int(count) + 1)
    ],
}
STATE_AT = {"threats": 3, "asvs": 2}


def rows(table: str) -> list[list[str]]:
    lines = (TABLES / f"{table}.md").read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if re.fullmatch(r"T\d\d|\d+\.\d+\.\d+", row[0])]


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))


@pytest.mark.parametrize("table", WANTED)
def test_every_id_stands_there_once(table: str) -> None:
    assert [row[0] for row in rows(table)] == WANTED[table]


@pytest.mark.parametrize("table", WANTED)
def test_every_row_says_how_it_stands_and_by_what(table: str) -> None:
    for row in rows(table):
        state = row[STATE_AT[table]]
        assert state in STATES[table], row[0]
        assert len(row) == (6 if table == "threats" else 4) and all(row), row[0]
        if state == "held":
            assert TEST.search(row[-1]), f"{row[0]} is held and names no test"


@pytest.mark.parametrize("table", WANTED)
def test_every_test_and_place_that_is_named_exists(table: str) -> None:
    absent = []
    for row in rows(table):
        text = " ".join(row)
        for path, name in TEST.findall(text):
            there = (ROOT / path).is_file()
            if not there or (name and name not in names_in(path)):
                absent.append(f"{row[0]}: {path}::{name}")
        absent += [
            f"{row[0]}: {place}"
            for place in PLACE.findall(text)
            if not place.startswith("tests/") and not (ROOT / "src" / "akson" / place).is_file()
        ]
    assert not absent, "\n".join(absent)


def test_the_sums_are_right() -> None:
    states = [row[2] for row in rows("asvs")]
    said = re.search(
        r"\*\*(\d+) met, (\d+) partly, (\d+) not met,\s(\d+) do not apply",
        (TABLES / "asvs.md").read_text("utf-8"),
    )
    assert said
    wanted = [states.count(state) for state in ("met", "partly", "not met", "does not apply")]
    assert [int(n) for n in said.groups()] == wanted
