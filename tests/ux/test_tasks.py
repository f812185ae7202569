"""Every task of tasks.toml played and counted in a browser; one above its goal fails, unless its row says why it is."""

import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.app.nodes import RunningNode, akson
from tests.browsing import PATIENCE_MS, Readers
from tests.ux.measures import MEASURES, Counted
from tests.ux.people import told

TASKS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("tasks.toml").read_text("utf-8"))["task"]
PLAYED = [task for task in TASKS if {"steps", "ways", "measure"} & task.keys()]
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "ux-tasks.md"
WANTED = [*(f"U{n}" for n in (1, 2, 3, 4, 5, 6, 7, 9, 10)), *(f"T{n}" for n in range(1, 16))]
COST = {"key": lambda _: 1, "click": lambda _: 1, "field": lambda _: 1, "keys": len, "text": lambda _: 0}


@pytest.fixture(scope="module")
def names(site: RunningNode, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    resources, known = told()
    entries = [
        {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
        for r in resources
    ]
    bundle = tmp_path_factory.mktemp("ux") / "people.json"
    bundle.write_text(
        json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}, default=float)
    )
    done = akson("load", bundle, "--data", site.data)
    assert done.returncode == 0, done.stderr
    return known


@pytest.fixture(scope="module")
def results() -> Iterator[dict[str, list[float]]]:
    """By id; written where AKSON_UX_RESULTS says, for scripts/ux_tasks.py."""
    counted: dict[str, list[float]] = {}
    yield counted
    if path := os.environ.get("AKSON_UX_RESULTS"):
        Path(path).write_text(json.dumps(counted))


async def do(page: Page, step: list[str], names: dict[str, str]) -> int:
    """One step; gives what it costs."""
    kind, what, *more = [word.format(**names) for word in step]
    if kind in COST:
        await page.wait_for_load_state()  # a page that is seen may not yet have heard of its keys
    if kind == "key":
        await page.keyboard.press(what)
    elif kind in ("keys", "field", "text"):
        await page.keyboard.type(what)
    elif kind == "click":
        await page.click(what)
    elif kind == "fill":
        await page.fill(what, *more)
    elif kind == "focus":
        await expect(page.locator(what).first).to_be_focused(timeout=PATIENCE_MS)
    elif kind == "see":
        await expect(page.locator(what).first).to_contain_text(*more, timeout=PATIENCE_MS)
    else:
        raise AssertionError(f"no such step: {kind}")
    return COST[kind](what) if kind in COST else 0


async def played(task: dict[str, Any], readers: Readers, names: dict[str, str]) -> Counted:
    page = await readers.page(task["who"], width=task.get("width", 1440))
    counts: Counted = []
    for steps in task.get("ways") or [task["steps"]]:
        await page.goto(task["start"])
        for step in task.get("before", ()):
            await do(page, step, names)
        counts.append(sum([await do(page, step, names) for step in steps]))
        await do(page, ["see", *task["seen"]], names)
    return counts


@pytest.mark.browser
@pytest.mark.parametrize("task", PLAYED, ids=lambda task: task["id"])
async def test_it_costs_no_more_than_its_goal(
    readers: Readers, names: dict[str, str], results: dict[str, list[float]], task: dict[str, Any]
) -> None:
    found = await (MEASURES[task["measure"]](readers) if "measure" in task else played(task, readers, names))
    counted = [len(one) if isinstance(one, list) else one for one in found]
    results[task["id"]] = counted
    above = [n for n, most in zip(counted, task["goal"], strict=True) if n > most]
    assert bool(above) == ("over" in task), (
        f"{found} of at most {task['goal']}; over: {task.get('over', 'no')}"
    )


def test_every_goal_has_its_row_and_the_document_has_the_same_rows() -> None:
    assert [task["id"] for task in TASKS] == WANTED
    for task in TASKS:
        ways = [way for way in ("steps", "ways", "measure", "ikke_ennaa", "elsewhere") if way in task]
        assert len(ways) == 1, (task["id"], ways)
    rows = re.findall(r"^\| (\w+) \| ([^|]+) \|", DOCUMENT.read_text("utf-8"), re.M)
    assert [row for row in rows if row[0] != "id"] == [(task["id"], task["words"]) for task in TASKS]
