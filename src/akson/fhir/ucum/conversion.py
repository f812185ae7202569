"""Values from one unit to another, exact as long as decimals can say it.

Spec: https://ucum.org/ucum#section-Semantics
"""

from decimal import Context, Decimal
from fractions import Fraction

from akson.fhir.ucum.reading import read

_EXACT = Context(prec=34)


def decimal_of(value: Fraction) -> Decimal:
    """The decimal when there is one, else 34 digits of it."""
    return _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))


def comparable(one: str, other: str) -> bool:
    """Whether both measure the same thing; a unit nobody knows is comparable with itself."""
    if one == other:
        return True
    a, b = read(one), read(other)
    return a is not None and b is not None and a.dimensions == b.dimensions


def convert(value: Decimal | int, unit: str, to: str) -> Decimal | None:
    """None when the units do not measure the same thing, or one of them is unknown."""
    if unit == to:
        return Decimal(value)
    found = convert_exactly(Fraction(value), unit, to)
    return None if found is None else decimal_of(found)


def convert_exactly(value: Fraction, unit: str, to: str) -> Fraction | None:
    a, b = read(unit), read(to)
    if a is None or b is None or a.dimensions != b.dimensions:
        return None
    return (value * a.factor + a.offset - b.offset) / b.factor


def canonical(value: Decimal | int, unit: str) -> tuple[Decimal, str] | None:
    """The value in base units, and these written out: what equal quantities have in common."""
    found = read(unit)
    if found is None:
        return None
    written = ".".join(base + (str(power) if power != 1 else "") for base, power in found.dimensions) or "1"
    return decimal_of(Fraction(value) * found.factor + found.offset), written
