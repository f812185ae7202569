"""An interaction is one file and a line; the how-to says so, and so it is."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

from akson.api import interactions, operations
from akson.api.capability import Capability
from akson.api.interaction import Answer, Call, Interaction
from akson.api.interactions import INTERACTIONS
from akson.api.openapi import describe
from akson.api.operations import OPERATIONS
from akson.api.routing import route, table
from akson.fhir.problem import Problem

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = ROOT / "docs/how-to/interaction.md"
FOLDERS = {"interactions": ("INTERACTION", INTERACTIONS), "operations": ("OPERATION", OPERATIONS)}


def files(folder: str) -> list[str]:
    return sorted(p.stem for p in (ROOT / "src/akson/api" / folder).glob("*.py") if p.stem != "__init__")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_has_its_line_and_every_line_its_file(folder: str) -> None:
    name, listed = FOLDERS[folder]
    members = [import_module(f"akson.api.{folder}.{file}") for file in files(folder)]
    # What a node may be without is made by `operation(…)` of what it has, and joined in `api.build`.
    found = [getattr(member, name) for member in members if not hasattr(member, "operation")]
    assert len(found) == len(listed)
    assert all(any(one is member for member in listed) for one in found)


@pytest.mark.parametrize("folder", FOLDERS)
def test_members_do_not_know_each_other(folder: str) -> None:
    for file in files(folder):
        tree = ast.parse((ROOT / "src/akson/api" / folder / f"{file}.py").read_text("utf-8"))
        named = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        for package in (interactions.__name__, operations.__name__):
            assert not any(module.startswith(package) for module in named), (file, named)


def test_a_line_is_all_it_takes() -> None:
    async def run(call: Call) -> Answer:
        return Answer(200)

    new = Interaction("history-instance", "GET", "type/id/_new/version", run)
    every = (*INTERACTIONS, new)
    assert route(table(every), "GET", ("Patient", "astrid", "_new", "2"))[1]["version"] == "2"
    with pytest.raises(Problem) as refused:
        route(table(every), "DELETE", ("Patient", "astrid", "_new", "2"))
    assert refused.value.id == "AKS-API-405"
    assert "get" in describe(every, "http://akson.test")["paths"]["/{type}/{id}/_new/{version}"]
    assert b'"rest"' in Capability(every, OPERATIONS).answer("metadata", "http://akson.test").body


def test_the_how_to_names_what_is_there() -> None:
    text = HOW_TO.read_text("utf-8")
    assert str(Path(__file__).relative_to(ROOT)) in text
    for name in (
        "INTERACTIONS",
        "OPERATIONS",
        "src/akson/api/interactions/__init__.py",
        "src/akson/api/operations/",
    ):
        assert name in text
    shape = next(i.shape for i in INTERACTIONS if i.code == "vread")
    assert f"`{shape}`" in text
