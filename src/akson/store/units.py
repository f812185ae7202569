"""Quantities in base units, so that 5.4 g finds 5400 mg. Pure; the arithmetic is `akson.fhir.ucum`.

A quantity is indexed as written, and once more in the base units of UCUM when it was written otherwise. The second row
stands under a key of its own: a search that names no unit looks at the numbers as written.
"""

from decimal import Decimal
from functools import lru_cache

from akson.fhir.ucum import canonical

UCUM = "http://unitsofmeasure.org"
BASE = ":base"
"""`value-quantity:base` is the key of the rows in base units."""
# Measurements repeat, and the two ends of one are mostly the same number.
_canonical = lru_cache(maxsize=20_000)(canonical)
_EXPONENT_MAX = 60
"""Beyond it no quantity of this world lies, and exact arithmetic becomes costly."""


def in_base_units(
    system: str | None, code: str | None, *numbers: Decimal
) -> tuple[str, list[Decimal]] | None:
    """The base unit and the numbers in it; None for what UCUM does not know. Open ends stay open."""
    if system != UCUM or code is None or not all(_sensible(number) for number in numbers):
        return None
    converted, unit = [], ""
    for number in numbers:
        if not number.is_finite():
            converted.append(number)
            continue
        found = _canonical(number, code)
        if found is None:
            return None
        converted.append(found[0])
        unit = found[1]
    return (unit, converted) if unit else None


def _sensible(number: Decimal) -> bool:
    return not number.is_finite() or abs(number.adjusted()) <= _EXPONENT_MAX
