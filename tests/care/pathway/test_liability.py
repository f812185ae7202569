"""The days that are paid for equal the table that was worked out by hand."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.care.pathway.story import stay, when

from akson.care.pathway.liability import accounts, liability, time_codes

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "liability.toml").read_text("utf-8"))[
    "case"
]


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_the_truth_table(case: dict[str, Any]) -> None:
    account = liability(stay(case["events"]), when(case["now"]))
    assert [d.day.isoformat() for d in account.days] == case["days"], case["why"]
    if "kroner" in case:
        assert account.kroner == case["kroner"]
    if case.get("unknown_price"):
        assert account.kroner is None and any("Døgnprisen" in d for d in account.doubts)


def test_the_table_is_whole() -> None:
    assert len(CASES) >= 60
    assert len({c["name"] for c in CASES}) == len(CASES)


def test_two_stays_pay_a_day_once() -> None:
    first = stay(["admitted 2024-03-01T10:00", "ready 2024-03-04T10:00"], "Encounter/1")
    second = stay(["admitted 2024-03-05T10:00", "ready 2024-03-06T10:00"], "Encounter/2")
    one, two = accounts([first, second], when("2024-03-08T12:00"))
    assert [d.day for d in one.days] == [date(2024, 3, 4), date(2024, 3, 5)]
    assert [d.day for d in two.days] == [date(2024, 3, 6), date(2024, 3, 7)]
    assert any("to sykehus" in doubt for doubt in one.doubts)


def test_the_evidence_is_coded_as_npr_does() -> None:
    events = stay(
        [
            "admitted 2024-03-01T10:00",
            "ready 2024-03-04T10:00 receipt=2024-03-04T10:02",
            "answer 2024-03-04T11:00 not",
            "answer 2024-03-05T11:00 can=2024-03-06",
            "withdrawn 2024-03-05T12:00",
        ]
    )
    assert [c.code for c in time_codes(events)] == [1, 2, 3, 6, 7, 4]
