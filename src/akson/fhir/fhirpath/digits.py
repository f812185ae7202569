"""How many digits are kept: 34 where an answer must be rounded, all of them where it need not be."""

from decimal import Context, Decimal

EXACT = Context(prec=34, Emax=3_000, Emin=-3_000)
WIDE = Context(prec=3_000)
"""For moving the point and rounding to places: the longest number that is read, by the longest power of ten."""


def places(number: Decimal) -> int:
    """Digits after the point, zeros at the end left out."""
    exponent = number.normalize(WIDE).as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


def rounded(number: Decimal, digits: int, rounding: str) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-digits), rounding=rounding, context=WIDE)
