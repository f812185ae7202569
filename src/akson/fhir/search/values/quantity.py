"""Quantity: a number with its unit. `5.4|http://unitsofmeasure.org|mg`.

Spec: https://hl7.org/fhir/R4/search.html#quantity
"""

from decimal import Decimal
from typing import Any

from akson.fhir.definitions import Property
from akson.fhir.index_values import IndexValues
from akson.fhir.search.escapes import split, unescape
from akson.fhir.search.query import QuantityValue
from akson.fhir.search.values.number import HIGHEST, LOWEST, read_range, split_prefix
from akson.fhir.search.values.protocol import Writer, bad_value

CURRENCY_SYSTEM = "urn:iso:std:iso:4217"
_QUANTITIES = {"Quantity", "Age", "Count", "Distance", "Duration", "SimpleQuantity", "MoneyQuantity"}


MODIFIERS: tuple[str, ...] = ()


def parse(param: str, text: str, modifier: str = "") -> QuantityValue:
    """`5.4`, `gt5.4|system|code`, `5.4||code`, `5.4|system`."""
    prefix, rest = split_prefix(text)
    parts = [unescape(part) for part in split(rest, "|")]
    if len(parts) > 3:
        raise bad_value(param, "a number, or number|system|code")
    system, code = (part or None for part in (*parts[1:], "", "")[:2])
    return QuantityValue(prefix, *read_range(param, parts[0]), system, code)


def writer(params: tuple[str, ...], at: Property) -> Writer | None:
    match at.type:
        case kind if kind in _QUANTITIES:
            return _quantity(params)
        case "Money":
            return _money(params)
        case "Range":
            return _range(params)
    return None


def _unit(quantity: Any) -> tuple[str | None, str | None]:
    code = quantity.get("code")
    return (quantity.get("system"), code) if code is not None else (None, quantity.get("unit"))


def _bounds(quantity: Any) -> tuple[Decimal, Decimal] | None:
    """A comparator (`<5`) leaves the other end open."""
    value = quantity.get("value")
    if value is None:
        return None
    exact = Decimal(value)
    comparator = quantity.get("comparator", "")
    return (LOWEST if comparator[:1] == "<" else exact, HIGHEST if comparator[:1] == ">" else exact)


def _quantity(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        bounds = _bounds(value)
        if bounds is not None:
            system, code = _unit(value)
            for param in params:
                out.quantities.append((param, *bounds, system, code))

    return write


def _money(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        amount = value.get("value")
        if amount is not None:
            currency = value.get("currency")
            system = CURRENCY_SYSTEM if currency is not None else None
            for param in params:
                out.quantities.append((param, Decimal(amount), Decimal(amount), system, currency))

    return write


def _range(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        low, high = value.get("low"), value.get("high")
        lo, hi = (low and low.get("value")), (high and high.get("value"))
        if lo is None and hi is None:
            return
        system, code = _unit(low if lo is not None else high)
        for param in params:
            out.quantities.append(
                (
                    param,
                    LOWEST if lo is None else Decimal(lo),
                    HIGHEST if hi is None else Decimal(hi),
                    system,
                    code,
                )
            )

    return write
