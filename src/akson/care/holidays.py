"""Norwegian public holidays: which days are no working days, the movable ones by Easter.

Sources: helligdagsfredloven § 2, and the act of 26 April 1947 on 1 and 17 May. Whether a rule counts them, the rule says.
"""

from datetime import date, timedelta
from functools import cache


def is_holiday(day: date) -> bool:
    """Of those alone: a Sunday that is no holiday is a matter of the rule's weekdays."""
    return day in _holidays(day.year)


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and not is_holiday(day)


@cache
def _holidays(year: int) -> frozenset[date]:
    """Norwegian public holidays (helligdagsfredloven § 2, and 1 and 17 May by the act of 26 April 1947)."""
    easter = _easter(year)
    moving = (easter + timedelta(days=d) for d in (-3, -2, 0, 1, 39, 49, 50))
    fixed = (date(year, m, d) for m, d in ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26)))
    return frozenset((*moving, *fixed))


def _easter(year: int) -> date:
    """Easter Sunday by the Gregorian computus (Meeus/Jones/Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    l = (32 + 2 * e + 2 * i - h - k) % 7  # noqa: E741 (as the source names it)
    m = (a + 11 * h + 22 * l) // 451
    month, day = divmod(h + l - 7 * m + 114, 31)
    return date(year, month, day + 1)
