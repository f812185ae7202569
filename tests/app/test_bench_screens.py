"""The bench of the screens: a village from end to end, and what its people are like."""

import asyncio
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from akson.app.bench import municipality
from akson.app.bench.long_record import EVENTS, LONG
from akson.app.bench.screen_lines import EMPTY, LINES
from akson.app.bench.screens import ScreenPlan, measure_screens
from akson.app.demo.chart import Scene
from akson.app.settings import load
from tests.app.nodes import environ

SCENE = Scene.on(date(2026, 11, 27))
VILLAGE = 100


def made(folder: Path, patients: int = VILLAGE) -> dict[str, list[dict[str, Any]]]:
    files = municipality.write(folder, patients, SCENE)
    return {path.stem: [json.loads(line) for line in path.read_bytes().splitlines()] for path in files}


def test_everybody_has_thirty_resources_and_units_of_her_own_district(tmp_path: Path) -> None:
    found = made(tmp_path, 2 * municipality.DISTRICT)
    one, other = found["district-000"], found["district-001"]
    ids = [{(r["resourceType"], r["id"]) for r in file} for file in (one, other)]
    assert not ids[0] & ids[1]
    assert len(ids[1]) == len(other)
    counts = Counter(r["id"].partition("-c")[2][:4] for r in other if r["id"].startswith("d1-c"))
    assert len(counts) == municipality.DISTRICT
    assert min(counts.values()) >= municipality.RESOURCES_EACH
    written = json.dumps(other)
    named = {"hjemmetjenesten-ost", "hjemmetjenesten-vest", "storvik-sykehjem"}
    assert all(
        f'"Organization/{unit}-d1"' in written and f'"Organization/{unit}"' not in written for unit in named
    )
    assert {c.unit.rpartition("-")[2] for c in municipality.helped(1_000)} == {"d0", "d1"}
    assert {f"{c.id}" for c in municipality.helped(1_000)} <= {r["id"] for r in (*one, *other)}


def test_the_same_day_and_number_are_the_same_bytes_and_the_lists_are_as_long_as_they_should(
    tmp_path: Path,
) -> None:
    first, second = made(tmp_path / "a"), made(tmp_path / "b")
    assert first == second
    kinds = Counter(r["resourceType"] for r in first["lists"])
    assert kinds["Task"] == municipality.LIST_ROWS
    hers = [r for r in first["lists"] if r["id"].startswith(LONG) and r["resourceType"] != "Observation"]
    sittings = {r["effectiveDateTime"] for r in first["lists"] if r["resourceType"] == "Observation"}
    standing = {
        "Patient",
        "AllergyIntolerance",
        "CareTeam",
        "EpisodeOfCare",
        "Condition",
        "Goal",
        "MedicationStatement",
    }
    events = [r for r in hers if r["resourceType"] not in standing]
    assert len(events) + len(sittings) == EVENTS == 2_000
    assert len({r["subject"]["reference"] for r in first["board"] if r["resourceType"] == "Encounter"}) == 200


def test_a_village_from_end_to_end(tmp_path: Path) -> None:
    """Every line has its page and its figures; what is kept is not loaded again, and another number is refused."""
    settings = load(environ=environ(), options={})
    plan = ScreenPlan(VILLAGE, turns=1, asks=1, keep=tmp_path, processes=1, settle_s=0)
    told: list[str] = []
    figures = asyncio.run(measure_screens(settings, plan, told.append))
    assert any("resources loaded" in line for line in told)
    assert not (tmp_path / "people").exists()
    found = {line.name: line for line in figures.lines}
    assert list(found) == [line.name for line in LINES]
    for line in figures.lines:
        assert 0 < line.p50_ms <= line.p95_ms and line.bytes > 1_000, line
        assert line.inside.statements >= 1 and 0 < line.inside.render_ms <= line.inside.python_ms, line
    assert found["inbox"].inside.rows > municipality.LIST_ROWS
    assert found["front"].inside.statements < 40
    assert figures.words.count("\n| ") == len(LINES) + 2
    assert EMPTY.goal_ms is None and figures.as_json()["lines"][0]["name"] == "front"
