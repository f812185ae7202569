"""Date: every date is a period as long as its precision says. `2026-11` is the whole month.

Spec: https://hl7.org/fhir/R4/search.html#date. Times without a zone (dates, and queries that leave it out) are
read as UTC, in the index and in the query alike, so that a date always finds itself.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from akson.fhir.definitions import Property
from akson.fhir.index_values import IndexValues
from akson.fhir.search.escapes import unescape
from akson.fhir.search.query import DateValue
from akson.fhir.search.values.number import split_prefix
from akson.fhir.search.values.protocol import Writer, bad_value

EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)
"""Stand for an open start or end, and for what lies beyond the calendar of Python."""

_DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_BETWEEN_MICROSECONDS = re.compile(r"\.\d{6}0*[1-9]", re.ASCII)
"""Finer than is stored: what begins in the microsecond before it lies before it."""
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


def _month_after(year: int, month: int) -> datetime:
    if (year, month) == (9999, 12):
        return LATEST
    return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def _days(text: str) -> tuple[datetime, datetime]:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    lo = datetime(year, month, day, tzinfo=UTC)
    if found[3]:
        return lo, _later(lo, timedelta(days=1))
    return lo, _month_after(year, month if found[2] else 12)


def _later(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return LATEST


def _utc(moment: datetime, zone: str) -> datetime:
    if zone in ("Z", ""):
        return moment
    away = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    try:
        return moment - away if zone[0] == "+" else moment + away
    except OverflowError:
        return EARLIEST if zone[0] == "+" else LATEST


def _moment(text: str) -> tuple[datetime, datetime]:
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    digits = (fraction or "")[:6]
    leap = second == "60"  # FHIR allows the leap second, Python does not.
    lo = datetime(
        int(year),
        int(month),
        int(day),
        int(hour),
        int(minute),
        59 if leap else int(second or 0),
        int(digits.ljust(6, "0")) if digits else 0,
        UTC,
    )
    lo = _utc(lo, zone or "")
    if second is None:
        return lo, _later(lo, timedelta(minutes=1))
    if not digits:
        return lo, _later(lo, timedelta(seconds=1))
    return lo, _later(lo, timedelta(microseconds=10 ** (6 - len(digits))))


def period(text: str) -> tuple[datetime, datetime]:
    """[lo, hi) in UTC of a date, dateTime or instant of any precision. Raises ValueError."""
    return _moment(text) if len(text) > 10 else _days(text)


MODIFIERS: tuple[str, ...] = ()


def parse(param: str, text: str, modifier: str = "") -> DateValue:
    prefix, rest = split_prefix(unescape(text))
    # A form decoder turns the + of a zone into a space; there is only one way to read that.
    rest = rest.replace(" ", "+")
    try:
        lo, hi = period(rest)
    except ValueError:
        raise bad_value(
            param,
            "a date such as 2026-11-24 or 2026-11-24T08:00:00Z, with a prefix such as ge before it if wanted",
        ) from None
    if prefix in ("lt", "le") and _BETWEEN_MICROSECONDS.search(rest):
        lo = _later(lo, datetime.resolution)
    return DateValue(prefix, lo, hi)


def writer(params: tuple[str, ...], at: Property) -> Writer | None:
    match at.type:
        case "date" | "dateTime" | "instant":
            return _date(params)
        case "Period":
            return _period(params)
        case "Timing":
            return _timing(params)
    return None


def _date(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        lo, hi = period(value)
        for param in params:
            out.dates.append((param, lo, hi))

    return write


def _ends(value: Any) -> tuple[datetime, datetime] | None:
    start, end = value.get("start"), value.get("end")
    if start is None and end is None:
        return None
    return (EARLIEST if start is None else period(start)[0], LATEST if end is None else period(end)[1])


def _period(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        ends = _ends(value)
        if ends is not None:
            for param in params:
                out.dates.append((param, *ends))

    return write


def _timing(params: tuple[str, ...]) -> Writer:
    """Only the outer limits count, says the specification: first event or bound to the last."""

    def write(value: Any, out: IndexValues) -> None:
        spans = [period(event) for event in value.get("event", ()) if event is not None]
        bounds = value.get("repeat", {}).get("boundsPeriod")
        ends = _ends(bounds) if bounds else None
        if ends is not None:
            spans.append(ends)
        if spans:
            lo, hi = min(s[0] for s in spans), max(s[1] for s in spans)
            for param in params:
                out.dates.append((param, lo, hi))

    return write
