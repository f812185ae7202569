"""Dates and numbers as people typed them into old products, into FHIR's. What cannot be read for certain gives "".

    day("3.11.26") == "2026-11-03"                              number("37,5") == Decimal("37.5")
    moment("03.11.2026 08:15") == "2026-11-03T08:15:00+01:00"

Two digits of a year are this century up to `TWO_DIGITS_LAST`; a birth date must have four.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

NORWAY = ZoneInfo("Europe/Oslo")
TWO_DIGITS_LAST = 49
_DAY = re.compile(
    r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})$|(\d{4})-(\d{2})-(\d{2})$|(\d{4})(\d{2})(\d{2})$"
)
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})$")
_NUMBER = re.compile(r"-?\d{1,9}(?:[.,]\d{1,6})?$")


def day(text: str, *, two_digits: bool = True) -> str:
    """YYYY-MM-DD, or "" when it is no day."""
    found = _DAY.match(text.strip())
    if found is None:
        return ""
    d1, m1, y1, y2, m2, d2, y3, m3, d3 = found.groups()
    year, month, of_month = (y1, m1, d1) if y1 else (y2, m2, d2) if y2 else (y3, m3, d3)
    if len(year) == 2 and not two_digits:
        return ""
    whole = int(year) if len(year) == 4 else int(year) + (2000 if int(year) <= TWO_DIGITS_LAST else 1900)
    try:
        return date(whole, int(month), int(of_month)).isoformat()
    except ValueError:
        return ""


def moment(text: str) -> str:
    """An instant on a Norwegian clock, a day when no time stands there, or ""."""
    start, _, clock = text.strip().partition(" ")
    on = day(start)
    if not on or not clock.strip():
        return on
    found = _CLOCK.match(clock.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return on
    at = datetime.fromisoformat(on).replace(hour=int(found[1]), minute=int(found[2]), tzinfo=NORWAY)
    return at.isoformat(timespec="seconds")


def number(text: str) -> Decimal | None:
    """The digits as they were written, with a point; None for anything that is not a number alone."""
    return Decimal(text.strip().replace(",", ".")) if _NUMBER.match(text.strip()) else None
