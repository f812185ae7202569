"""Writes docs/ux-tasks.md: plays the tasks of tests/ux/tasks.toml in a browser and prints what each cost beside its goal."""

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# What each task costs

Counted in a browser by `tests/ux/test_tasks.py` from `tests/ux/tasks.toml`; this page is written by `make ux-tasks`. A
key, a click and a filled field are one each. A task above its goal fails the tests unless its row says why it is.

| id | task | goal | counted | verdict |
| --- | --- | --- | --- | --- |
"""


def number(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def row(task: dict, counted: list[float] | None) -> str:
    bound = "≥ " if "at_least" in task else "≤ " if any(task["goal"]) else ""
    goal = f"{bound}{' / '.join(map(number, task['goal']))} {task['unit']}"
    if counted is None:
        verdict = (
            f"ikke ennå: {task['ikke_ennaa']}" if "ikke_ennaa" in task else f"vises av {task['elsewhere']}"
        )
        return f"| {task['id']} | {task['words']} | {goal} | – | {verdict} |\n"
    met = all(n <= most for n, most in zip(counted, task["goal"], strict=True))
    verdict = "nådd" if met else f"**over målet**: {task['over']}"
    return f"| {task['id']} | {task['words']} | {goal} | {' / '.join(map(number, counted))} | {verdict} |\n"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "counted.json"
        played = subprocess.run(
            [sys.executable, "-m", "pytest", "tests/ux", "-k", "costs", *sys.argv[1:]],
            cwd=ROOT,
            env={**os.environ, "AKSON_UX_RESULTS": str(told)},
        )
        if played.returncode:
            return played.returncode
        counted = json.loads(told.read_text())
    tasks = tomllib.loads((ROOT / "tests" / "ux" / "tasks.toml").read_text("utf-8"))["task"]
    rows = "".join(row(task, counted.get(task["id"])) for task in tasks)
    (ROOT / "docs" / "ux-tasks.md").write_text(HEAD + rows, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
