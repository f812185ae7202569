"""Sums, products and remainders of numbers, texts, quantities and moments.

Spec: https://hl7.org/fhirpath/N1/#math
"""

from collections.abc import Callable
from decimal import Decimal, DecimalException
from fractions import Fraction
from typing import Any

from akson.fhir.fhirpath import calendar, temporal
from akson.fhir.fhirpath import quantity as quantities
from akson.fhir.fhirpath.comparison import kind, quantity_of
from akson.fhir.fhirpath.digits import EXACT
from akson.fhir.fhirpath.item import Collection, Item, execution_problem, system_item
from akson.fhir.fhirpath.quantity import Quantity
from akson.fhir.fhirpath.temporal import text_of
from akson.fhir.ucum import Unit, read
from akson.fhir.ucum.conversion import decimal_of

_LONG = 1 << 63
_TEMPORAL = frozenset({"date", "dateTime", "time"})


def _refused() -> Exception:
    return execution_problem("The operator does not work on these kinds of values.")


def number(value: Any, *sources: Item) -> Collection:
    """A computed number as an item; long when one of the sources was. What overflows 64 bits is empty."""
    if type(value) is int and not -_LONG <= value < _LONG:
        return []
    types = {item.type for item in sources}
    if type(value) is int and "System.Long" in types and types <= {"System.Long", "System.Integer"}:
        return [Item(value, "System.Long")]
    return [system_item(value)]


def add(a: Item, b: Item) -> Collection:
    kind_a, kind_b = kind(a), kind(b)
    if kind_a == kind_b == "number":
        return number(_exactly("add", a.value, b.value), a, b)
    if kind_a == kind_b == "string":
        return [system_item(a.value + b.value)]
    if kind_a in _TEMPORAL:
        return _moved(a, b, 1)
    return _quantities(a, b, lambda x, y: x + y)


def subtract(a: Item, b: Item) -> Collection:
    kind_a, kind_b = kind(a), kind(b)
    if kind_a == kind_b == "number":
        return number(_exactly("subtract", a.value, b.value), a, b)
    if kind_a in _TEMPORAL:
        return _moved(a, b, -1)
    return _quantities(a, b, lambda x, y: x - y)


def _exactly(name: str, a: Any, b: Any) -> Any:
    if type(a) is int and type(b) is int:
        return {"add": a + b, "subtract": a - b, "multiply": a * b}[name]
    return getattr(EXACT, name)(Decimal(a), Decimal(b))


def _moved(a: Item, b: Item, sign: int) -> Collection:
    moment, by = temporal.of(a.value, a.type), quantity_of(b)
    if moment is None or by is None or kind(b) == "number":
        raise _refused()
    found = calendar.plus(moment, by, sign)
    if found is None:
        return []
    text, type_name = text_of(found)
    return [Item(text, type_name)]


def _quantities(a: Item, b: Item, compute: Callable[[Fraction, Fraction], Fraction]) -> Collection:
    one, other = _pair(a, b)
    if _on_scale(one) or _on_scale(other):
        return []
    found = quantities.shared(one, other)
    if found is None:
        return []
    left, right, unit, is_calendar = found
    return [system_item(Quantity(decimal_of(compute(left, right)), unit, is_calendar))]


def _pair(a: Item, b: Item) -> tuple[Quantity, Quantity]:
    if kind(a) in ("string", "boolean") or kind(b) in ("string", "boolean"):
        raise _refused()
    one, other = quantity_of(a), quantity_of(b)
    if one is None or other is None:
        raise _refused()
    return one, other


def _on_scale(quantity: Quantity) -> bool:
    """Degrees and decibels are places on a scale, not amounts: sums and products of them mean nothing."""
    found = None if quantity.calendar else read(quantity.unit)
    return found is not None and bool(found.scale)


def multiply(a: Item, b: Item) -> Collection:
    if kind(a) == kind(b) == "number":
        return number(_exactly("multiply", a.value, b.value), a, b)
    one, other = _pair(a, b)
    for amount, rest in ((one, other), (other, one)):
        factor = _bare(amount)
        if factor is not None and not _on_scale(rest):
            return [system_item(Quantity(EXACT.multiply(factor, rest.value), rest.unit, rest.calendar))]
    return _composed(one, other, "*")


def _bare(quantity: Quantity) -> Decimal | None:
    """The plain number that a quantity without dimension is."""
    found = None if quantity.calendar else read(quantity.unit)
    if found is None or found.dimensions:
        return None
    return quantity.value if found.factor == 1 else decimal_of(Fraction(quantity.value) * found.factor)


def divide(a: Item, b: Item) -> Collection:
    if kind(a) == kind(b) == "number":
        if not b.value:
            return []
        return [system_item(EXACT.divide(Decimal(a.value), Decimal(b.value)))]
    one, other = _pair(a, b)
    if not other.value:
        return []
    factor = _bare(other)
    if factor is not None and not _on_scale(one):
        return [system_item(Quantity(EXACT.divide(one.value, factor), one.unit, one.calendar))]
    return _composed(one, other, "/")


def _composed(one: Quantity, other: Quantity, sign: str) -> Collection:
    """A new unit from two; durations of the calendar make none."""
    if one.calendar or other.calendar:
        return []
    left, right = read(one.unit), read(other.unit)
    if left is None or right is None or left.scale or right.scale:
        return []
    unit = left.times(right if sign == "*" else right.to_the(-1))
    value = (
        Fraction(one.value) * Fraction(other.value)
        if sign == "*"
        else Fraction(one.value) / Fraction(other.value)
    )
    written = _written(unit)
    return [system_item(Quantity(decimal_of(value * unit.factor), written))]


def _written(unit: Unit) -> str:
    return ".".join(base + (str(power) if power != 1 else "") for base, power in unit.dimensions) or "1"


def divide_whole(a: Item, b: Item) -> Collection:
    left, right = _numbers(a, b)
    if not right:
        return []
    if type(left) is int and type(right) is int:
        whole = abs(left) // abs(right)
        return number(whole if (left < 0) is (right < 0) else -whole, a, b)
    return number(int(EXACT.divide(Decimal(left), Decimal(right))), a, b)


def remainder(a: Item, b: Item) -> Collection:
    left, right = _numbers(a, b)
    if not right:
        return []
    if type(left) is int and type(right) is int:
        rest = abs(left) % abs(right)
        return number(-rest if left < 0 else rest, a, b)
    try:
        return number(EXACT.remainder(Decimal(left), Decimal(right)), a, b)
    except DecimalException:
        return []


def _numbers(a: Item, b: Item) -> tuple[Any, Any]:
    if kind(a) == kind(b) == "number":
        return a.value, b.value
    one, other = _pair(a, b)
    left, right = _bare(one), _bare(other)
    if left is None or right is None:
        found = quantities.shared(one, other)
        if found is None:
            raise _refused()
        return decimal_of(found[0]), decimal_of(found[1])
    return left, right


def concatenate(a: Item | None, b: Item | None) -> Collection:
    parts = [item.value for item in (a, b) if item is not None]
    if not all(type(part) is str for part in parts):
        raise _refused()
    return [system_item("".join(parts))]
