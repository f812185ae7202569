"""abs, round, sqrt, power and sums over collections. Spec: https://hl7.org/fhirpath/N1/#math"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, DecimalException
from typing import Any

from akson.fhir.fhirpath import arithmetic
from akson.fhir.fhirpath.comparison import order, quantity_of
from akson.fhir.fhirpath.digits import EXACT, WIDE, rounded
from akson.fhir.fhirpath.functions.building import Build, on_collection, on_collections, on_value
from akson.fhir.fhirpath.item import Collection, Item, execution_problem, system_item
from akson.fhir.fhirpath.quantity import Quantity

_PLACES_MAX = 100
_EXPONENT_MAX = 1_000


def _number(item: Item) -> Any:
    if type(item.value) is bool or not isinstance(item.value, int | Decimal):
        raise execution_problem("A number was expected.", "It was something else.")
    return item.value


def _on_number(compute: Callable[[Decimal], Any]) -> Build:
    def run(item: Item) -> Any:
        try:
            found = compute(Decimal(_number(item)))
        except DecimalException:
            return None
        return found if found is not None and found.is_finite() else None

    return on_value(run)


def _keeping_unit(compute: Callable[[Any], Any]) -> Build:
    """Works on numbers, and on quantities whose unit then stays."""

    def run(item: Item) -> Any:
        found = quantity_of(item) if not isinstance(item.value, int | Decimal) else None
        if found is not None:
            return replace(found, value=Decimal(compute(found.value)))
        value = compute(_number(item))
        return Item(value, item.type) if item.type == "System.Long" else value

    return on_value(run)


def _rounded(rounding: str) -> Callable[[Any], Any]:
    return lambda value: (
        value if type(value) is int else int(value.to_integral_value(rounding=rounding, context=WIDE))
    )


def _round(target: Any, arguments: Any, compile: Any) -> Any:
    """The digits may be left out or empty: then a whole number."""

    def run(found: Collection, *given: Collection) -> Collection:
        if len(found) > 1:
            raise execution_problem("One value was expected.", "It was several.")
        if not found or found[0].value is None:
            return []
        digits = given[0][0].value if given and given[0] and given[0][0].value is not None else 0
        if type(digits) is not int or not 0 <= digits <= _PLACES_MAX:
            raise execution_problem("A number is rounded to 0 digits or more.")
        held = quantity_of(found[0]) if type(found[0].value) is Quantity else None
        value = held.value if held else Decimal(_number(found[0]))
        near = rounded(value, digits, ROUND_HALF_UP)
        return [system_item(replace(held, value=near) if held else near)]

    return on_collections(run, 0, 1)(target, arguments, compile)


def _power(item: Item, exponent: Item) -> Any:
    base, power = _number(item), _number(exponent)
    if abs(power) > _EXPONENT_MAX:
        raise execution_problem("The exponent is too large.", f"At most {_EXPONENT_MAX}.")
    if type(base) is int and type(power) is int and power >= 0:
        return arithmetic.number(base**power, item, exponent)
    try:
        return EXACT.power(Decimal(base), Decimal(power)).normalize(EXACT)
    except DecimalException:
        return None


def _log(item: Item, base: Item) -> Any:
    try:
        found = EXACT.divide(EXACT.ln(Decimal(_number(item))), EXACT.ln(Decimal(_number(base))))
    except DecimalException:
        return None
    return rounded(found, 28, ROUND_HALF_UP).normalize(WIDE) if found.is_finite() else None


def _sqrt(value: Decimal) -> Decimal | None:
    return None if value < 0 else EXACT.sqrt(value)


def _sum(found: Collection) -> Collection:
    if not found or any(item.value is None for item in found):
        return []
    total = found[0]
    for item in found[1:]:
        added = arithmetic.add(total, item)
        if not added:
            return []
        total = added[0]
    return [total]


def _extreme(sign: int) -> Callable[[Collection], Collection]:
    def run(found: Collection) -> Collection:
        if not found or any(item.value is None for item in found):
            return []
        best = found[0]
        for item in found[1:]:
            answer = order(item, best)
            if answer is None:
                return []
            if answer == sign:
                best = item
        return [best]

    return run


def _average(found: Collection) -> Collection:
    total = _sum(found)
    return arithmetic.divide(total[0], system_item(len(found))) if total else []


FUNCTIONS: Mapping[str, Build] = {
    "abs": _keeping_unit(abs),
    "avg": on_collection(_average),
    "ceiling": _keeping_unit(_rounded(ROUND_CEILING)),
    "exp": _on_number(EXACT.exp),
    "floor": _keeping_unit(_rounded(ROUND_FLOOR)),
    "ln": _on_number(EXACT.ln),
    "log": on_value(_log, 1, 1),
    "max": on_collection(_extreme(1)),
    "min": on_collection(_extreme(-1)),
    "power": on_value(_power, 1, 1),
    "round": _round,
    "sqrt": _on_number(_sqrt),
    "sum": on_collection(_sum),
    "truncate": _keeping_unit(int),
}
