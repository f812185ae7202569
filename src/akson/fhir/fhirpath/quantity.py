"""Quantities: a number with a UCUM unit, or a duration of the calendar.

    Quantity(Decimal("4"), "g")                       4 'g'
    Quantity(Decimal("1"), "year", calendar=True)     1 year

A year of the calendar is not the UCUM year of 365.25 days, so the two do not compare; seconds do. A FHIR Quantity in
years may be meant either way and goes along with its partner.
Spec: https://hl7.org/fhirpath/N1/#quantity and https://hl7.org/fhir/R4/fhirpath.html#quantity
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from akson.fhir.fhirpath.digits import WIDE, places
from akson.fhir.ucum import read
from akson.fhir.ucum.conversion import convert_exactly, decimal_of

UCUM = "http://unitsofmeasure.org"

_WORDS = ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
WORDS = {form: word for word in _WORDS for form in (word, word + "s")}
"""Word as written -> word."""
TO_UCUM = {
    "year": "a", "month": "mo", "week": "wk", "day": "d",
    "hour": "h", "minute": "min", "second": "s", "millisecond": "ms",
}  # fmt: skip
FROM_UCUM = {code: word for word, code in TO_UCUM.items()}
_VAGUE = {"year", "month"}
# Days of a year and a month where the calendar must be counted.
_SECONDS = {
    "year": Fraction(365 * 86400), "month": Fraction(30 * 86400), "week": Fraction(604800),
    "day": Fraction(86400), "hour": Fraction(3600), "minute": Fraction(60), "second": Fraction(1),
    "millisecond": Fraction(1, 1000),
}  # fmt: skip
_TEXT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:'([^']+)'|([a-zA-Z]+))?")


@dataclass(frozen=True, slots=True)
class Quantity:
    value: Decimal
    unit: str
    """A UCUM code, or a word of the calendar in the singular."""
    calendar: bool | None = False
    """True: a word of the calendar. None: a FHIR Quantity whose UCUM unit may be meant as one."""

    def __str__(self) -> str:
        # Written by FHIRPath as the literal that gives it.
        number = plain(self.value)
        if self.calendar:
            return f"{number} {self.unit}{'' if self.value == 1 else 's'}"
        return f"{number} '{self.unit}'"

    def calendar_word(self) -> str:
        """`year` when it is, or may be, a duration of the calendar."""
        if self.calendar:
            return self.unit
        return FROM_UCUM.get(self.unit, "") if self.calendar is None else ""


def plain(number: Decimal) -> str:
    """Without exponent and without needless zeros of a computed number kept as they are."""
    return format(number, "f")


@lru_cache(maxsize=1024)
def quantity_text(text: str) -> Quantity | None:
    """`4 days`, `10 'mg'`, `1.0`; None for anything else."""
    found = _TEXT.fullmatch(text)
    if found is None:
        return None
    number, unit, word = found.groups()
    if word is not None:
        return Quantity(Decimal(number), WORDS[word], True) if word in WORDS else None
    return Quantity(Decimal(number), unit or "1")


def fhir_quantity(value: Mapping[str, Any]) -> Quantity | None:
    """Of a FHIR Quantity; None when it has no value, or a comparator makes it a range."""
    number = value.get("value")
    if number is None or type(number) is bool or not isinstance(number, int | Decimal):
        return None
    if value.get("comparator"):
        return None
    code = value.get("code")
    if code is not None and value.get("system") == UCUM:
        return Quantity(Decimal(number), code, None if code in FROM_UCUM else False)
    return Quantity(Decimal(number), value.get("unit") or code or "1")


def same_kind(a: Quantity, b: Quantity) -> tuple[Quantity, Quantity] | None:
    """Both with calendar or both with UCUM units; None when a vague duration meets a definite one."""
    if a.calendar is None and b.calendar is None:
        a, b = _definite(a), _definite(b)
    elif a.calendar is None:
        a = _calendar(a) if b.calendar else _definite(a)
    elif b.calendar is None:
        b = _calendar(b) if a.calendar else _definite(b)
    if a.calendar is b.calendar:
        return a, b
    if a.calendar:
        return (_to_ucum(a), b) if a.unit not in _VAGUE and not _is_vague(b) else None
    return (a, _to_ucum(b)) if b.unit not in _VAGUE and not _is_vague(a) else None


def _is_vague(quantity: Quantity) -> bool:
    return quantity.unit in ("a", "mo")


def _definite(quantity: Quantity) -> Quantity:
    return Quantity(quantity.value, quantity.unit)


def _calendar(quantity: Quantity) -> Quantity:
    return Quantity(quantity.value, FROM_UCUM[quantity.unit], True)


def _to_ucum(quantity: Quantity) -> Quantity:
    return Quantity(quantity.value, TO_UCUM[quantity.unit])


def in_unit(quantity: Quantity, unit: str, calendar: bool) -> Fraction | None:
    """The value in another unit of the same kind; None when they do not measure the same thing."""
    value = Fraction(quantity.value)
    if quantity.unit == unit:
        return value
    if not calendar:
        return convert_exactly(value, quantity.unit, unit)
    if quantity.unit == "year" and unit == "month":
        return value * 12
    if quantity.unit == "month" and unit == "year":
        return value / 12
    return value * _SECONDS[quantity.unit] / _SECONDS[unit]


def shared(a: Quantity, b: Quantity) -> tuple[Fraction, Fraction, str, bool] | None:
    """Both values in the finer of the two units, with that unit; None when not comparable."""
    pair = same_kind(a, b)
    if pair is None:
        return None
    a, b = pair
    calendar = bool(a.calendar)
    in_b = in_unit(a, b.unit, calendar)
    if in_b is None:
        return None
    if a.unit == b.unit or _finer(b.unit, a.unit, calendar):
        return in_b, Fraction(b.value), b.unit, calendar
    in_a = in_unit(b, a.unit, calendar)
    assert in_a is not None
    return Fraction(a.value), in_a, a.unit, calendar


def _finer(unit: str, than: str, calendar: bool) -> bool:
    if calendar:
        return _SECONDS[unit] < _SECONDS[than]
    one, other = read(unit), read(than)
    assert one is not None and other is not None
    return one.factor < other.factor


def compare(a: Quantity, b: Quantity) -> int | None:
    found = shared(a, b)
    return None if found is None else (found[0] > found[1]) - (found[0] < found[1])


def equivalent(a: Quantity, b: Quantity) -> bool:
    """Equal at the precision of the less precise one, where a year of either kind is a year."""
    one, other = _loose(a), _loose(b)
    found = convert_exactly(Fraction(one.value), one.unit, other.unit)
    if one.unit == other.unit:
        found = Fraction(one.value)
    if found is None:
        return False
    days, other_days = _days(a.unit), _days(b.unit)
    if days is not None and other_days is not None and a.unit != b.unit:
        return days * Fraction(a.value) == other_days * Fraction(b.value) or found == Fraction(other.value)
    return _near(one, other) or _near(other, one)


def _near(one: Quantity, other: Quantity) -> bool:
    """`one` in the unit of `other`, both rounded to the precision that is the less of the two there."""
    a, b = read(one.unit), read(other.unit)
    found = convert_exactly(Fraction(one.value), one.unit, other.unit)
    if found is None and one.unit == other.unit:
        found = Fraction(one.value)
    if found is None:
        return False
    moved = decimal_of(found)
    ratio = decimal_of(a.factor / b.factor) if a and b else Decimal(1)
    step = max(_step(one.value) * ratio, _step(other.value))
    return _rounded(moved, step) == _rounded(other.value, step)


def _step(number: Decimal) -> Decimal:
    """The value of the last digit that is written, zeros at the end left out."""
    return Decimal(1).scaleb(-places(number))


def _rounded(number: Decimal, step: Decimal) -> Decimal:
    return WIDE.divide(number, step).to_integral_value(rounding=ROUND_HALF_UP, context=WIDE)


def _days(unit: str) -> Fraction | None:
    return _SECONDS.get(unit) or _SECONDS.get(FROM_UCUM.get(unit, ""))


def _loose(quantity: Quantity) -> Quantity:
    return _to_ucum(quantity) if quantity.calendar else _definite(quantity)
