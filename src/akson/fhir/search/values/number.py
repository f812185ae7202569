"""Number: compared by value; the digits written say how exact the caller was.

Spec: https://hl7.org/fhir/R4/search.html#number
"""

import re
from decimal import Decimal
from typing import Any

from akson.fhir.definitions import Property
from akson.fhir.index_values import IndexValues
from akson.fhir.search.query import NumberValue
from akson.fhir.search.values.protocol import Writer, bad_value

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
LOWEST, HIGHEST = Decimal("-Infinity"), Decimal("Infinity")
"""The open ends of a Range."""
_NUMBER = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?")
_TYPES = {"integer", "decimal", "positiveInt", "unsignedInt"}


def split_prefix(text: str) -> tuple[str, str]:
    """`gt5` -> `("gt", "5")`; without prefix it is `eq`."""
    return (text[:2], text[2:]) if text[:2] in PREFIXES else ("eq", text)


def read_range(param: str, text: str) -> tuple[Decimal, Decimal, Decimal]:
    """The number and [lo, hi): half a unit of its last digit to each side. `100` -> 99.5 … 100.5."""
    if not _NUMBER.fullmatch(text):
        raise bad_value(
            param, "a number such as 5, 5.40 or 1e2, with a prefix such as gt before it if wanted"
        )
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    return value, value - half, value + half


MODIFIERS: tuple[str, ...] = ()


def parse(param: str, text: str, modifier: str = "") -> NumberValue:
    prefix, digits = split_prefix(text)
    return NumberValue(prefix, *read_range(param, digits))


def writer(params: tuple[str, ...], at: Property) -> Writer | None:
    if at.type in _TYPES:
        return _number(params)
    return _range(params) if at.type == "Range" else None


def _number(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        exact = Decimal(value)
        for param in params:
            out.numbers.append((param, exact, exact))

    return write


def _range(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        low, high = value.get("low", {}).get("value"), value.get("high", {}).get("value")
        if low is not None or high is not None:
            lo = LOWEST if low is None else Decimal(low)
            hi = HIGHEST if high is None else Decimal(high)
            for param in params:
                out.numbers.append((param, lo, hi))

    return write
