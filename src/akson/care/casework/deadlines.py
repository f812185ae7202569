"""Deadlines of a case: data with editions and source (deadlines.json), counted on a Norwegian calendar.

A deadline is the end of its day. What ends a time for complaining on a Saturday, Sunday or holiday ends it on the next
working day (domstolloven § 149). Which step waits for which deadline is the acts' to say.
"""

import calendar
import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from akson.care.casework.rows import NORWAY
from akson.care.holidays import is_working_day

CARE_SERVICES = frozenset(
    [
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "11",
        "15",
        "17",
        "18",
        "19",
        "20",
        "21",
        "22",
        "25",
        "26",
        "27",
        "28",
    ]
)
"""Services of 9151 that are complained about by pasient- og brukerrettighetsloven. Others by forvaltningsloven."""


@dataclass(frozen=True, slots=True)
class Due:
    at: datetime
    """The last second in which it is in time."""
    words: str
    source: str


def due(id: str, began: datetime) -> Due:
    """The deadline that started at `began`, by the rule that held then. KeyError for an id that is no rule."""
    day = began.astimezone(NORWAY).date()
    held = [r for r in _rules() if r["id"] == id and date.fromisoformat(r["since"]) <= day]
    if not held:
        raise KeyError(id)
    rule = max(held, key=lambda r: r["since"])
    last = _months_later(day, rule.get("months", 0)) + timedelta(weeks=rule.get("weeks", 0))
    if rule.get("next_working_day"):
        while not is_working_day(last):
            last += timedelta(days=1)
    return Due(datetime.combine(last, time(23, 59, 59), NORWAY), rule["words"], rule["source"])


def complaint(service: str, came: datetime) -> Due:
    """Until when a decision about this service (9151), which came to its receiver then, can be complained about."""
    return due("complaint-care" if service in CARE_SERVICES else "complaint", came)


@cache
def _rules() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(Path(__file__).with_name("deadlines.json").read_text("utf-8")))


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    # A month from 31 January ends with February.
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
