"""Days on which Norwegian offices are closed, weekends aside: a partner is then as quiet as on a Sunday.

Public holidays (`care.holidays`), and the two eves, which are closed in practice.
"""

from datetime import date

from akson.care import holidays

_EVES = ((12, 24), (12, 31))


def is_holiday(day: date) -> bool:
    return (day.month, day.day) in _EVES or holidays.is_holiday(day)
