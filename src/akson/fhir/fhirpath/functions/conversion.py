"""toInteger, convertsToDate, toQuantity and the rest. Spec: https://hl7.org/fhirpath/N1/#conversion"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from akson.fhir.fhirpath import quantity as quantities
from akson.fhir.fhirpath import temporal
from akson.fhir.fhirpath.comparison import kind, quantity_of
from akson.fhir.fhirpath.functions.building import Build, Compile, answer, expect
from akson.fhir.fhirpath.item import Collection, Context, Evaluate, Item, boolean, single
from akson.fhir.fhirpath.quantity import WORDS, Quantity, plain, quantity_text
from akson.fhir.fhirpath.syntax import Expression
from akson.fhir.ucum import read
from akson.fhir.ucum.conversion import decimal_of

_WHOLE = re.compile(r"[+-]?\d{1,30}", re.ASCII)
DECIMAL = re.compile(r"[+-]?\d{1,400}(?:\.\d{1,400})?", re.ASCII)
_TRUE = {"true", "t", "yes", "y", "1", "1.0"}
_FALSE = {"false", "f", "no", "n", "0", "0.0"}
_INTEGER_BITS, _LONG_BITS = 31, 63


def _whole(bits: int, type_name: str) -> Callable[[Item], Item | None]:
    def convert(item: Item) -> Item | None:
        value = item.value
        if type(value) is bool:
            number = int(value)
        elif type(value) is int:
            number = value
        elif type(value) is str and _WHOLE.fullmatch(value):
            number = int(value)
        else:
            return None
        return Item(number, type_name) if -(1 << bits) <= number < (1 << bits) else None

    return convert


def _decimal(item: Item) -> Any:
    value = item.value
    if type(value) is bool:
        return Decimal("1.0") if value else Decimal("0.0")
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return Decimal(value) if type(value) is str and DECIMAL.fullmatch(value) else None


def _boolean(item: Item) -> Any:
    value = item.value
    if type(value) is bool:
        return value
    text = value.lower() if type(value) is str else ""
    if text in _TRUE or (isinstance(value, int | Decimal) and value == 1):
        return True
    return False if text in _FALSE or (isinstance(value, int | Decimal) and value == 0) else None


def text_of(item: Item) -> str | None:
    value = item.value
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    if type(value) is int:
        return str(value)
    found = quantity_of(item)
    return None if found is None else str(found)


def _moment(wanted: str) -> Callable[[Item], Item | None]:
    type_name = {"date": "System.Date", "dateTime": "System.DateTime", "time": "System.Time"}[wanted]

    def convert(item: Item) -> Item | None:
        found_kind = kind(item)
        if type(item.value) is not str:
            return None
        if found_kind == "string":
            found = temporal.temporal(item.value, wanted)
            if found is None and wanted == "date":
                found = temporal.temporal(item.value, "dateTime")
        elif (found_kind == "time") is (wanted == "time"):
            found = temporal.of(item.value, item.type)
        else:
            found = None
        if found is None:
            return None
        if wanted == "date":
            return Item(temporal.Temporal("date", found.fields[:3]).text(), type_name)
        return Item(found.text() if wanted == "time" else item.value, type_name)

    return convert


def _quantity(item: Item) -> Quantity | None:
    if type(item.value) is bool:
        return Quantity(Decimal(1 if item.value else 0), "1")
    if type(item.value) is str and kind(item) == "string":
        return quantity_text(item.value)
    return quantity_of(item)


def _to_quantity(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 0, 1)
    wanted = compile(arguments[0]) if arguments else None

    def evaluate(focus: Collection, context: Context) -> Collection:
        item = single(target(focus, context))
        found = None if item is None else _quantity(item)
        if found is None or wanted is None:
            return answer(found)
        unit = single(wanted(context.this, context))
        return answer(_in_unit(found, unit.value) if unit is not None and type(unit.value) is str else None)

    return evaluate


def _in_unit(found: Quantity, unit: str) -> Quantity | None:
    """`days` asks for the calendar, `d` for UCUM; a year or month never turns into the other kind."""
    word = WORDS.get(unit)
    asked = Quantity(Decimal(1), word, True) if word else Quantity(Decimal(1), unit)
    if word is None and read(unit) is None:
        return None
    pair = quantities.same_kind(found, asked)
    if pair is None:
        return None
    value = quantities.in_unit(pair[0], pair[1].unit, bool(pair[1].calendar))
    return None if value is None else Quantity(decimal_of(value), asked.unit, asked.calendar)


_TO: Mapping[str, Callable[[Item], Any]] = {
    "Boolean": _boolean,
    "Date": _moment("date"),
    "DateTime": _moment("dateTime"),
    "Decimal": _decimal,
    "Integer": _whole(_INTEGER_BITS, "System.Integer"),
    "Long": _whole(_LONG_BITS, "System.Long"),
    "String": text_of,
    "Time": _moment("time"),
}


def _to(convert: Callable[[Item], Any]) -> Build:
    def build(target: Evaluate, arguments: tuple[Expression, ...], _compile: Compile) -> Evaluate:
        expect(arguments, 0, 0)

        def evaluate(focus: Collection, context: Context) -> Collection:
            item = single(target(focus, context))
            return [] if item is None else answer(convert(item))

        return evaluate

    return build


def _converts(build: Build) -> Build:
    def converts(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
        convert = build(target, arguments, compile)

        def evaluate(focus: Collection, context: Context) -> Collection:
            if single(target(focus, context)) is None:
                return []
            return boolean(bool(convert(focus, context)))

        return evaluate

    return converts


_BUILDS: Mapping[str, Build] = {name: _to(convert) for name, convert in _TO.items()} | {
    "Quantity": _to_quantity
}

FUNCTIONS: Mapping[str, Build] = {
    **{f"to{name}": build for name, build in _BUILDS.items()},
    **{f"convertsTo{name}": _converts(build) for name, build in _BUILDS.items()},
}
