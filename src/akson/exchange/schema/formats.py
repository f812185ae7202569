"""The data types of the messages: how each is spelt, read and written. A fault here is a fault of form, never of sense.

Spec: HIS 80117 (data types CS, CV, TS, PQ, URL) and https://www.w3.org/TR/xmlschema-2/ for the rest.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from typing import Any

_ZONE = r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_DAY = r"(-?\d{4,})-(\d\d)-(\d\d)"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_DATE = re.compile(_DAY + _ZONE)
_DATE_TIME = re.compile(_DAY + "T" + _TIME + _ZONE)
_YEAR = re.compile(r"-?\d{4,}" + _ZONE)
_YEAR_MONTH = re.compile(r"-?\d{4,}-(?:0[1-9]|1[0-2])" + _ZONE)
_CLOCK = re.compile(_TIME + _ZONE)
_INTEGER = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)")
_DOUBLE = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|INF|-INF|NaN")
_DURATION = re.compile(
    r"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
)
_NAME = re.compile(r"[^\W\d][\w.\-·]*")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_INT_MAX = 2**31
OID = re.compile(r"(?:\d+\.?)*\d+")


def collapse(text: str) -> str:
    """Whitespace as xs:token has it."""
    return " ".join(text.split(None)) if text else ""


def _calendar_day(match: re.Match[str] | None) -> bool:
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups()[:3])
    # A year beyond what the calendar module holds has the leap days of its place in the 400-year cycle.
    return 1 <= month <= 12 and 1 <= day <= monthrange(abs(year) % 400 + 2000, month)[1]


def is_date(text: str) -> bool:
    return _calendar_day(_DATE.fullmatch(text))


def is_date_time(text: str) -> bool:
    return _calendar_day(_DATE_TIME.fullmatch(text))


def is_time_stamp(text: str) -> bool:
    """TS: date and time, date, year, year and month, or time of day."""
    return (
        is_date_time(text)
        or is_date(text)
        or any(pattern.fullmatch(text) for pattern in (_YEAR, _YEAR_MONTH, _CLOCK))
    )


def is_boolean(text: str) -> bool:
    return text in ("true", "false", "1", "0")


def is_oid(text: str) -> bool:
    # The pattern of the schema may take exponential time on hostile input, so length comes first.
    return (
        len(text) <= 128
        and set(text) <= set("0123456789.")
        and not text.startswith(".")
        and (".." not in text and text[-1:].isdigit())
    )


def is_uri(text: str) -> bool:
    # xs:anyURI takes nearly everything; only what libxml2 refuses is refused.
    return not any(c in text for c in '<>"{}|\\^`') and text.count("%") == len(
        re.findall("%[0-9A-Fa-f]{2}", text)
    )


def is_int(text: str) -> bool:
    return len(text) <= 20 and bool(_INTEGER.fullmatch(text)) and -_INT_MAX <= int(text) < _INT_MAX


def is_base64(text: str) -> bool:
    return bool(_BASE64.fullmatch("".join(text.split())))


CHECKS: dict[str, Callable[[str], bool]] = {
    "ID": lambda text: bool(_NAME.fullmatch(text)),
    "IDREF": lambda text: bool(_NAME.fullmatch(text)),
    "anyURI": is_uri,
    "base64Binary": is_base64,
    "boolean": is_boolean,
    "date": is_date,
    "dateTime": is_date_time,
    "decimal": lambda text: bool(_DECIMAL.fullmatch(text)),
    "double": lambda text: bool(_DOUBLE.fullmatch(text)),
    "duration": lambda text: bool(_DURATION.fullmatch(text)),
    "gYear": lambda text: bool(_YEAR.fullmatch(text)),
    "int": is_int,
    "integer": lambda text: bool(_INTEGER.fullmatch(text)),
    "oid": is_oid,
    "string": lambda text: True,
    "time": lambda text: bool(_CLOCK.fullmatch(text)),
}
"""Data types whose value is the element's text."""

ATTRIBUTE_TYPES: dict[str, dict[str, Callable[[str], bool]]] = {
    "BL": {"V": lambda text: text in ("true", "false")},
    "CS": {"V": lambda text: True, "DN": lambda text: True},
    "CV": {"V": lambda text: True, "S": is_oid, "DN": lambda text: True, "OT": lambda text: True},
    "MO": {"V": CHECKS["decimal"], "U": lambda text: True},
    "PQ": {"V": CHECKS["double"], "U": lambda text: True},
    "TS": {"V": is_time_stamp},
    "URL": {"V": is_uri},
}
"""Data types whose value stands in attributes."""

AS_WRITTEN = ("base64Binary", "string")
"""Text types whose white space is kept: a file comes out with the line breaks it came in with."""
_TOKENS = frozenset(
    {
        ("CS", "V"),
        ("CV", "V"),
        ("CV", "S"),
        ("MO", "U"),
        ("MO", "V"),
        ("PQ", "U"),
        ("PQ", "V"),
        ("TS", "V"),
        ("URL", "V"),
    }
)


def attribute_text(type: str, name: str, raw: str) -> str:
    return collapse(raw) if (type, name) in _TOKENS else raw


def from_text(type: str, text: str) -> Any:
    """The value of a text type: bool for boolean, else the text (string keeps its whitespace)."""
    if type == "boolean":
        return text in ("true", "1")
    return text


def to_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
