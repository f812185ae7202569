"""Moments plus and minus durations, and the bounds of what a moment with little precision can mean.

Spec: https://hl7.org/fhirpath/N1/#datetime-arithmetic and https://hl7.org/fhirpath/#lowboundary
"""

from calendar import monthrange
from dataclasses import replace
from datetime import date
from decimal import Decimal

from akson.fhir.fhirpath.item import execution_problem
from akson.fhir.fhirpath.quantity import Quantity
from akson.fhir.fhirpath.temporal import DAY, Temporal

_SECONDS = {
    "week": Decimal(7 * DAY),
    "day": Decimal(DAY),
    "hour": Decimal(3600),
    "minute": Decimal(60),
    "second": Decimal(1),
    "millisecond": Decimal("0.001"),
}
_FROM_UCUM = {
    "wk": "week",
    "d": "day",
    "h": "hour",
    "min": "minute",
    "s": "second",
    "ms": "millisecond",
}
_MONTHS = {"year": 12, "month": 1}
# How long the smallest part of each precision is when a longer way is gone in shorter steps.
_STEP = {1: Decimal(365 * DAY), 2: Decimal(30 * DAY), 3: Decimal(DAY), 4: Decimal(3600), 5: Decimal(60)}


def plus(moment: Temporal, quantity: Quantity, sign: int) -> Temporal | None:
    """None when the answer is outside the years 1 to 9999."""
    unit = quantity.calendar_word() or _FROM_UCUM.get(quantity.unit, "")
    if unit in _MONTHS:
        if moment.kind == "time":
            raise execution_problem("A time of day has no years and months to move by.")
        return _by_months(moment, sign * int(quantity.value) * _MONTHS[unit])
    if unit not in _SECONDS:
        raise execution_problem("A moment moves by a duration of the calendar.", "It was another unit.")
    if moment.kind == "time" and unit in ("week", "day"):
        raise execution_problem("A time of day has no days to move by.")
    value = quantity.value if unit in ("second", "millisecond") else Decimal(int(quantity.value))
    return _by_seconds(moment, sign * value * _SECONDS[unit])


def _by_months(moment: Temporal, months: int) -> Temporal | None:
    year, month, *rest = (*moment.fields, 1)[:2] if len(moment.fields) == 1 else moment.fields
    if moment.precision == 1:
        # Eleven months after a year is still that year.
        total = year * 12 + (int(months / 12) * 12)
    else:
        total = year * 12 + month - 1 + months
    year, month = total // 12, total % 12 + 1
    if not 1 <= year <= 9999:
        return None
    if moment.precision == 1:
        return replace(moment, fields=(year,))
    if rest:
        rest[0] = min(rest[0], monthrange(year, month)[1])
    return replace(moment, fields=(year, month, *rest))


def _by_seconds(moment: Temporal, seconds: Decimal) -> Temporal | None:
    if moment.precision in _STEP:
        steps = int(seconds / _STEP[moment.precision])
        if moment.precision < 3:
            return _by_months(moment, steps * (12 if moment.precision == 1 else 1))
        seconds = steps * _STEP[moment.precision]
    clock = moment.fields if moment.kind == "time" else moment.fields[3:]
    now = Decimal(sum(p * u for p, u in zip(clock, (3600, 60, 1), strict=False)))
    if moment.fraction:
        now += Decimal("0." + moment.fraction)
    total = now + seconds
    days = int(total // DAY) - (1 if total % DAY < 0 else 0)
    inside = total - days * DAY
    whole = int(inside)
    fields = (whole // 3600, whole // 60 % 60, whole % 60)[: len(clock)]
    fraction = format(inside - whole, "f").partition(".")[2]
    fraction = fraction.rstrip("0").ljust(len(moment.fraction), "0") if moment.precision == 6 else ""
    if moment.kind == "time":
        return replace(moment, fields=fields, fraction=fraction)
    year, month, day = moment.fields[:3]
    ordinal = date(year, month, day).toordinal() + days
    if not 1 <= ordinal <= date.max.toordinal():
        return None
    moved = date.fromordinal(ordinal)
    return replace(moment, fields=(moved.year, moved.month, moved.day, *fields), fraction=fraction)


DIGITS = {1: 4, 2: 6, 3: 8, 4: 10, 5: 12, 6: 14}
"""Digits of a moment written without signs; a time has six fewer than its precision says… eight less the date's."""


def precision_of(moment: Temporal) -> int:
    """Digits it is written with: 2014 has 4, 10:30 has 4, 10:30:00.000 has 9."""
    written = DIGITS[moment.precision] - (8 if moment.kind == "time" else 0)
    return written + len(moment.fraction)


def boundary(moment: Temporal, digits: int | None, *, high: bool) -> Temporal | None:
    """The earliest or latest moment it can mean, written with that many digits; None when that is no form."""
    time = moment.kind == "time"
    wanted = digits if digits is not None else {"time": 9, "date": 8, "dateTime": 17}[moment.kind]
    forms = {2: 1, 4: 2, 6: 3, 9: 3} if time else {4: 1, 6: 2, 8: 3, 10: 4, 12: 5, 14: 6, 17: 6}
    if wanted not in forms:
        return None
    count = forms[wanted]
    full = list(moment.fields)
    first = (0, 0, 0) if time else (1, 1, 1, 0, 0, 0)
    last = (23, 59, 59) if time else (9999, 12, 31, 23, 59, 59)
    while len(full) < len(first):
        at = len(full)
        if high and not time and at == 2:
            full.append(monthrange(full[0], full[1])[1])
        else:
            full.append((last if high else first)[at])
    fraction = moment.fraction
    if wanted in (9, 17) and (time or wanted == 17):
        fraction = (fraction + ("9" if high and not fraction and moment.precision < 6 else "0") * 3)[:3]
        if high and not moment.fraction:
            fraction = "999"
    else:
        fraction = ""
    offset = moment.offset
    if not time and offset is None and count > 3:
        offset = -12 * 60 if high else 14 * 60
    kind = "date" if not time and count <= 3 else moment.kind if time else "dateTime"
    return Temporal(kind, tuple(full[:count]), fraction, offset if count > 3 and not time else None)
