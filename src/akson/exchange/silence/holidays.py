"""Days on which Norwegian offices are closed, weekends aside: a partner is then as quiet as on a Sunday.

Source: lov om helligdager 1995-02-24-12; Easter by the Gregorian computus. The two eves are closed in practice.
"""

from datetime import date, timedelta
from functools import cache

_FIXED = ((1, 1), (5, 1), (5, 17), (12, 24), (12, 25), (12, 26), (12, 31))
_FROM_EASTER = (-3, -2, 0, 1, 39, 49, 50)
"""Skjærtorsdag, langfredag, påskedag, 2. påskedag, Kristi himmelfart, pinsedag, 2. pinsedag."""


def is_holiday(day: date) -> bool:
    return day in _of(day.year)


@cache
def _of(year: int) -> frozenset[date]:
    easter = _easter(year)
    return frozenset(
        [date(year, month, day) for month, day in _FIXED] + [easter + timedelta(days=n) for n in _FROM_EASTER]
    )


def _easter(year: int) -> date:
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
