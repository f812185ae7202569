"""now and today, parts of a moment, and the bounds of what it can mean.

Spec: https://hl7.org/fhirpath/N1/#current-date-and-time-functions, https://hl7.org/fhirpath/#date-and-time-component-extraction
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from akson.fhir.fhirpath import calendar, temporal
from akson.fhir.fhirpath.comparison import kind, quantity_of
from akson.fhir.fhirpath.digits import WIDE, rounded
from akson.fhir.fhirpath.functions.building import Build, Compile, expect, on_value
from akson.fhir.fhirpath.item import (
    Collection,
    Context,
    Evaluate,
    Item,
    execution_problem,
    single,
    system_item,
)
from akson.fhir.fhirpath.quantity import Quantity
from akson.fhir.fhirpath.syntax import Expression
from akson.fhir.fhirpath.temporal import Temporal

_DIGITS, _DIGITS_MAX = 8, 31


def _clock(make: Callable[[datetime], Item]) -> Build:
    def build(_target: Evaluate, arguments: tuple[Expression, ...], _compile: Compile) -> Evaluate:
        expect(arguments, 0, 0)

        def evaluate(_focus: Collection, context: Context) -> Collection:
            if context.environment.now is None:
                raise execution_problem("The expression asks for the time, and none was given.")
            return [make(context.environment.now)]

        return evaluate

    return build


def _now(now: datetime) -> Item:
    return Item(now.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "System.DateTime")


def moment(item: Item) -> Temporal | None:
    found = temporal.of(item.value, item.type)
    if found is None and kind(item) == "string":
        return temporal.temporal(item.value, "dateTime") or temporal.temporal(item.value, "time")
    return found


def _field(place: int) -> Build:
    """`place` is that of the part in a full moment: 0 the year, 5 the second."""

    def run(item: Item) -> int | None:
        found = moment(item)
        if found is None:
            return None
        at = place - 3 if found.kind == "time" else place
        return found.fields[at] if 0 <= at < len(found.fields) else None

    return on_value(run)


def _millisecond(item: Item) -> int | None:
    found = moment(item)
    return int((found.fraction + "00")[:3]) if found is not None and found.fraction else None


def _offset(item: Item) -> Decimal | None:
    found = moment(item)
    if found is None or found.offset is None:
        return None
    return (
        (Decimal(found.offset) / 60).quantize(Decimal("0.1"))
        if found.offset % 6 == 0
        else Decimal(found.offset) / 60
    )


def _date_of(item: Item) -> Item | None:
    found = moment(item)
    if found is None or found.kind == "time":
        return None
    return Item(Temporal("date", found.fields[:3]).text(), "System.Date")


def _time_of(item: Item) -> Item | None:
    found = moment(item)
    if found is None or found.kind == "time" or len(found.fields) < 4:
        return None
    return Item(Temporal("time", found.fields[3:], found.fraction).text(), "System.Time")


def _boundary(high: bool) -> Build:
    def build(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
        expect(arguments, 0, 1)
        wanted = compile(arguments[0]) if arguments else None

        def evaluate(focus: Collection, context: Context) -> Collection:
            item = single(target(focus, context))
            asked = single(wanted(context.this, context)) if wanted else None
            if item is None or (wanted and asked is None):
                return []
            if asked is not None and type(asked.value) is not int:
                raise execution_problem("A precision is a whole number.")
            found = _bound(item, asked.value if asked else None, high)
            return [] if found is None else [found]

        return evaluate

    return build


def _bound(item: Item, digits: int | None, high: bool) -> Item | None:
    found = temporal.of(item.value, item.type)
    if found is not None:
        bound = calendar.boundary(found, digits, high=high)
        return None if bound is None else Item(*temporal.text_of(bound))
    quantity = quantity_of(item)
    if quantity is None:
        raise execution_problem("Only numbers, quantities and moments have bounds.")
    number = _number_bound(quantity.value, _DIGITS if digits is None else digits, high)
    if number is None:
        return None
    if isinstance(item.value, int | Decimal):
        return system_item(number)
    return system_item(Quantity(number, quantity.unit, quantity.calendar))


def _number_bound(number: Decimal, digits: int, high: bool) -> Decimal | None:
    """Half of the last written digit up or down, then cut to the digits asked for."""
    if not 0 <= digits <= _DIGITS_MAX:
        return None
    negative = number < 0
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    half = Decimal(5).scaleb(min(exponent, 0) - 1)
    outward = high is not negative
    size = WIDE.add(number.copy_abs(), half if outward else -half)
    if size < 0:
        size, outward, negative = -size, True, True
    bound = rounded(size, digits, ROUND_HALF_UP if outward else ROUND_DOWN)
    return bound.copy_negate() if negative else bound


def _precision(item: Item) -> int | None:
    found = temporal.of(item.value, item.type)
    if found is not None:
        return calendar.precision_of(found)
    quantity = quantity_of(item)
    if quantity is None:
        return None
    exponent = quantity.value.as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


FUNCTIONS: Mapping[str, Build] = {
    "dateOf": on_value(_date_of),
    "dayOf": _field(2),
    "highBoundary": _boundary(True),
    "hourOf": _field(3),
    "lowBoundary": _boundary(False),
    "millisecondOf": on_value(_millisecond),
    "minuteOf": _field(4),
    "monthOf": _field(1),
    "now": _clock(_now),
    "precision": on_value(_precision),
    "secondOf": _field(5),
    "timeOf": on_value(_time_of),
    "timeOfDay": _clock(lambda now: Item(now.time().isoformat(timespec="milliseconds"), "System.Time")),
    "timezoneOffsetOf": on_value(_offset),
    "today": _clock(lambda now: Item(now.date().isoformat(), "System.Date")),
    "yearOf": _field(0),
}
