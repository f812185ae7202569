"""Dates, times and their precision: `2012-04` is all of April, not its first day.

    temporal("2012-04", "date") -> Temporal(kind="date", fields=(2012, 4), …)

Two moments are compared as ranges: when the ranges overlap and are not the same, nobody can say, and the answer is
empty. Spec: https://hl7.org/fhirpath/N1/#datetime-equality
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

_DATE = r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?"
_CLOCK = r"(\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?"
_MOMENT = re.compile(rf"{_DATE}(T(?:{_CLOCK})?(Z|[+-]\d{{2}}:\d{{2}})?)?", re.ASCII)
_TIME = re.compile(rf"T?{_CLOCK}", re.ASCII)

NANOS = 10**9
DAY = 86_400
_WIDEST_WEST, _WIDEST_EAST = 12 * 3600 * NANOS, 14 * 3600 * NANOS

KINDS = {
    "date": "date",
    "dateTime": "dateTime",
    "instant": "dateTime",
    "time": "time",
    "System.Date": "date",
    "System.DateTime": "dateTime",
    "System.Time": "time",
}
"""Types whose values are temporal."""


@dataclass(frozen=True, slots=True)
class Temporal:
    kind: str
    """`date`, `dateTime`, `time`."""
    fields: tuple[int, ...]
    """Year, month, day, hour, minute, second as far as they are said; a time begins at the hour."""
    fraction: str = ""
    """Digits after the second."""
    offset: int | None = None
    """Minutes east of UTC; None when no zone is said."""

    @property
    def precision(self) -> int:
        """1 year, 2 month, 3 day, 4 hour, 5 minute, 6 second."""
        return len(self.fields) + (3 if self.kind == "time" else 0)

    def range(self) -> tuple[int, int]:
        """First and last nanosecond, in UTC as far as the zone is known, counted from year 1."""
        low = _nanos(self.kind, self.fields, self.fraction)
        if self.precision == 6:
            high = low
        elif self.kind != "time" and self.precision < 3:
            high = _nanos("date", _next(self.fields), "") - 1
        else:
            high = low + (DAY, 3600, 60)[self.precision - 3] * NANOS - 1
        shift = (self.offset or 0) * 60 * NANOS
        return low - shift, high - shift

    def text(self) -> str:
        """As FHIR writes it; a time without `T`."""
        if self.kind == "time":
            return _clock(self.fields, self.fraction)
        written = f"{self.fields[0]:04d}" + "".join(f"-{part:02d}" for part in self.fields[1:3])
        if len(self.fields) > 3:
            written += "T" + _clock(self.fields[3:], self.fraction) + _zone(self.offset)
        return written


def _clock(fields: tuple[int, ...], fraction: str) -> str:
    return ":".join(f"{part:02d}" for part in fields) + (f".{fraction}" if fraction else "")


def _zone(offset: int | None) -> str:
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"


def _next(fields: tuple[int, ...]) -> tuple[int, ...]:
    if len(fields) == 1:
        return (fields[0] + 1,)
    year, month = fields
    return (year + month // 12, month % 12 + 1)


def _nanos(kind: str, fields: tuple[int, ...], fraction: str) -> int:
    clock = fields if kind == "time" else fields[3:]
    seconds = sum(part * unit for part, unit in zip(clock, (3600, 60, 1), strict=False))
    if kind != "time":
        year, month, day = (*fields[:3], 1, 1)[:3] if len(fields) < 3 else fields[:3]
        # The year after 9999 has no date object, and is never compared with anything in it.
        days = date(year, month, day).toordinal() if year < 10_000 else 3_652_060
        seconds += days * DAY
    return seconds * NANOS + (int((fraction + "0" * 9)[:9]) if fraction else 0)


@lru_cache(maxsize=8192)
def temporal(text: str, kind: str) -> Temporal | None:
    """None when the text is not one. `kind` is `date`, `dateTime` or `time`."""
    found = (_TIME if kind == "time" else _MOMENT).fullmatch(text)
    if found is None:
        return None
    parts = found.groups()
    if kind == "time":
        fields = tuple(int(part) for part in parts[:3] if part)
        fraction, offset = parts[3] or "", None
    else:
        if kind == "date" and parts[3]:
            return None
        fields = tuple(int(part) for part in (*parts[:3], *parts[4:7]) if part)
        fraction, offset = parts[7] or "", _offset(parts[8])
        if parts[4] and not parts[2]:
            return None
    return Temporal(kind, fields, fraction, offset) if _on_calendar(kind, fields, offset) else None


def _offset(zone: str | None) -> int | None:
    if not zone:
        return None
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:])
    return -minutes if zone[0] == "-" else minutes


def _on_calendar(kind: str, fields: tuple[int, ...], offset: int | None) -> bool:
    clock = fields if kind == "time" else fields[3:]
    if any(part > most for part, most in zip(clock, (23, 59, 59), strict=False)):
        return False
    if kind == "time":
        return True
    year, month, day = (*fields[:3], 1, 1)[:3] if len(fields) < 3 else fields[:3]
    if not year >= 1 or not 1 <= month <= 12 or abs(offset or 0) > 14 * 60:
        return False
    return 1 <= day <= monthrange(year, month)[1]


def of(value: Any, type: str) -> Temporal | None:
    """The moment an item of that type says; None for other types and for text that is none."""
    kind = KINDS.get(type)
    return temporal(value, kind) if kind is not None and isinstance(value, str) else None


def order(a: Temporal, b: Temporal) -> int | None:
    """-1 before, 0 the same, 1 after, None when their precision (or a missing zone) leaves it open."""
    low_a, high_a = a.range()
    low_b, high_b = b.range()
    if (a.offset is None) is not (b.offset is None):
        # A day has no zone to miss: it is compared as it stands with another day, and with a moment as a range.
        if a.offset is None:
            low_a, high_a = low_a - _WIDEST_EAST, high_a + _WIDEST_WEST
        else:
            low_b, high_b = low_b - _WIDEST_EAST, high_b + _WIDEST_WEST
    elif a.precision == b.precision:
        return (low_a > low_b) - (low_a < low_b)
    if high_a < low_b:
        return -1
    if high_b < low_a:
        return 1
    return None


def text_of(moment: Temporal) -> tuple[str, str]:
    """Value and type of an item."""
    return moment.text(), {"date": "System.Date", "dateTime": "System.DateTime", "time": "System.Time"}[
        moment.kind
    ]


def digits(seconds: Decimal) -> tuple[int, str]:
    """Whole seconds and the digits after them."""
    whole, _, rest = format(seconds, "f").partition(".")
    return int(whole), rest.rstrip("0")
