"""The criteria of `make story-round`: each has words and a judge, and nothing passes before it is seen."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "round_criteria.py"


@pytest.fixture(scope="module")
def criteria() -> ModuleType:
    found = importlib.util.spec_from_file_location("round_criteria", SCRIPT)
    assert found and found.loader
    module = importlib.util.module_from_spec(found)
    sys.modules["round_criteria"] = module  # dataclasses look their module up
    found.loader.exec_module(module)
    return module


def test_all_fifteen_are_judged_in_order(criteria: ModuleType) -> None:
    verdicts = criteria.judge(criteria.Seen())
    assert [v.number for v in verdicts] == [str(n) for n in range(1, 16)]
    assert all(v.words and v.measured for v in verdicts)


def test_what_nobody_has_looked_at_does_not_pass(criteria: ModuleType) -> None:
    assert not [v.number for v in criteria.judge(criteria.Seen()) if v.passed]


def test_the_sum_stands_last(criteria: ModuleType) -> None:
    assert criteria.lines(criteria.judge(criteria.Seen()))[-1] == "0 av 15 bestått."


@pytest.mark.parametrize(
    "number,seen",
    [
        ("3", {"interactions": 11, "reconcile_s": 5.0}),
        ("4", {"hours": 16.0, "patients": 61, "national_ids": 0}),
        ("8", {"resumes_s": (0.2, 1.4, 1.3)}),
        ("9", {"sent": {"a": 2}, "truth": {"gjort": True}}),
        ("11", {"views_sent": 3, "views_logged": 2, "views_shown": 2}),
        ("12", {"markers": 9, "readable": ("Bakken",), "control_found": True}),
        ("12", {"markers": 9, "readable": (), "control_found": False}),
        (
            "13",
            {
                "doses": 8,
                "doses_answered": 3,
                "doses_twice": ("x|2026-11-27|M",),
                "second_said": "Noen andre",
            },
        ),
        ("14", {"planned": 5, "done": 1, "moved": 1, "cancelled": 1, "open": 1, "expected": (1, 1, 1, 1)}),
    ],
)
def test_a_planted_fault_fails_its_criterion(
    criteria: ModuleType, number: str, seen: dict[str, object]
) -> None:
    (verdict,) = [v for v in criteria.judge(criteria.Seen(**seen)) if v.number == number]
    assert not verdict.passed


def test_what_holds_passes(criteria: ModuleType) -> None:
    seen = criteria.Seen(resumes_s=(0.2, 0.3, 1.4), views_sent=3, views_logged=3, views_shown=1, logins=1)
    assert {"7", "8", "11"} == {v.number for v in criteria.judge(seen) if v.passed}
