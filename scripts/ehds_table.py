"""Writes docs/ehds.md from docs/ehds.toml: each demand of the EHDS regulation, with the tests that show it or why not yet.

python scripts/ehds_table.py            writes
python scripts/ehds_table.py --check    1 when the page is not what the rows say, or names a test that is not there
"""

import ast
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ROWS = ROOT / "docs" / "ehds.toml"
PAGE = ROOT / "docs" / "ehds.md"
STATES = {"yes": "yes", "part": "in part", "not yet": "not yet", "not ours": "not ours"}
HEAD = """# EHDS: what Akson shows, row by row

Regulation (EU) 2025/327. Short words of our own; the article is the authority. Dates are the Union's; Norway follows when
the act is taken into the EEA Agreement. A row is *yes* only when tests of this repository show it, *in part* when they show
some of it.

Made by `python scripts/ehds_table.py` from `docs/ehds.toml`; `tests/tidy/test_ehds.py` checks that no row is missing and
that every test stands. `file::*` is every test of the file.
"""

Row = dict[str, Any]


def rows() -> list[Row]:
    return list(tomllib.loads(ROWS.read_text())["row"])


def page(rows: Sequence[Row]) -> str:
    counts = Counter(row["state"] for row in rows)
    told = ", ".join(f"{counts[state]} {words}" for state, words in STATES.items())
    lines = [
        HEAD,
        f"{len(rows)} rows: {told}.",
        "",
        "| row | article | from | demand | state | tests | what is missing |",
    ]
    lines.append("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in row.get("tests", ()))
        cells = (
            row["id"],
            row["article"],
            row["from"],
            row["what"],
            STATES[row["state"]],
            tests,
            row.get("why", ""),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


@cache
def tests_of(file: str) -> frozenset[str]:
    """Names of the tests in a file; empty when there is none."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    found = ast.walk(ast.parse(path.read_text()))
    functions = [node for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return frozenset(one.name for one in functions if one.name.startswith("test_"))


def missing_tests(rows: Sequence[Row]) -> list[str]:
    """`id: test` of each that is not there."""
    wrong = []
    for row in rows:
        for test in row.get("tests", ()):
            file, _, name = test.partition("::")
            held = tests_of(file)
            if not held or (name != "*" and name not in held):
                wrong.append(f"{row['id']}: {test}")
    return wrong


def main() -> int:
    told = rows()
    wrong, text = missing_tests(told), page(told)
    if "--check" in sys.argv:
        stale = (
            []
            if PAGE.is_file() and PAGE.read_text() == text
            else ["docs/ehds.md is not what docs/ehds.toml says"]
        )
        print("\n".join([*wrong, *stale]))
        return 1 if wrong or stale else 0
    PAGE.write_text(text)
    print("\n".join([f"docs/ehds.md: {len(told)} rows", *wrong]))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
