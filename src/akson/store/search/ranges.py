"""The nine prefixes over periods and numbers, for every kind of parameter that has them. Pure.

A resource's date is a period [low, high); its number an interval, mostly of one point. Numbers are compared as float8:
order is kept, and two fall together only beyond fifteen digits. Spec: https://hl7.org/fhir/R4/search.html#prefix.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from akson.fhir.search.query import DateValue, NumberValue, QuantityValue
from akson.fhir.search.values.date import EARLIEST, LATEST
from akson.store.index_row import CODE_BITS, CODE_MASK, unit_of
from akson.store.search.scope import Scope, unsupported
from akson.store.units import BASE, in_base_units

APPROXIMATION = 0.1
"""`ap` reaches a tenth: of the number, or of the distance between now and the date, as the specification suggests."""


def some_date(key: int, value: DateValue, scope: Scope) -> str:
    """Some entry of the date arrays under `key` fulfils the prefix."""
    named = scope.arguments.add(key, "bigint")
    arrays = f"unnest({scope.column('date_key')}, {scope.column('date_los')}, {scope.column('date_his')}) d(k, l, h)"
    return f"exists (select from {arrays} where d.k = {named} and {period_test(value, 'd.l', 'd.h', scope)})"


def period_test(value: DateValue, low: str, high: str, scope: Scope) -> str:
    """`low`, `high` are the SQL of the resource's period; both ends of the searched one become arguments."""
    lo, hi = value.lo, value.hi
    if value.prefix == "ap":
        reach = timedelta(seconds=abs((scope.now() - lo).total_seconds()) * APPROXIMATION)
        lo, hi = _moved(lo, -reach), _moved(hi, reach)

    # Only what the text uses may become an argument: PostgreSQL asks for the type of each.
    def start() -> str:
        return scope.arguments.add(lo, "timestamptz")

    def end() -> str:
        return scope.arguments.add(hi, "timestamptz")

    def inside() -> str:
        return f"({low} >= {start()} and {high} <= {end()})"

    match value.prefix:
        case "eq":
            return inside()
        case "ne":
            return f"not {inside()}"
        case "gt":
            return f"{high} > {end()}"
        case "lt":
            return f"{low} < {start()}"
        case "ge":
            return f"({high} > {end()} or {inside()})"
        case "le":
            return f"({low} < {start()} or {inside()})"
        case "sa":
            return f"{low} >= {end()}"
        case "eb":
            return f"{high} <= {start()}"
        case "ap":
            return f"({low} < {end()} and {high} > {start()})"
    raise unsupported(f"The prefix {value.prefix} is not one of dates.")


def _moved(moment: datetime, by: timedelta) -> datetime:
    """Beyond the calendar is its end."""
    try:
        return moment + by
    except OverflowError:
        return EARLIEST if by < timedelta(0) else LATEST


def some_number(keys: list[int], value: NumberValue | QuantityValue, also: str, scope: Scope) -> str:
    """Some entry of the number arrays under one of `keys` fulfils the prefix (and `also`, a condition on n.u)."""
    named = [scope.arguments.add(key, "bigint") for key in keys]
    under = f"n.k = {named[0]}" if len(named) == 1 else f"n.k in ({', '.join(named)})"
    columns = ", ".join(scope.column(c) for c in ("num_key", "num_lo", "num_hi", "num_unit"))
    arrays = f"unnest({columns}) n(k, l, p, u)"
    # num_hi is left out where every value is a point.
    values = f"(select k, l, coalesce(p, l) as h, u from {arrays})"
    return f"exists (select from {values} n where {under} and {number_test(value, scope)}{also})"


def some_quantity(param: str, discrete: str, value: QuantityValue, scope: Scope) -> str:
    """As some_number, and the unit: in UCUM's base units, by system and code, by either alone, or any."""
    key = scope.keys.param(scope.tenant, scope.type, param, discrete)
    base = in_base_units(value.system, value.code, value.value, value.lo, value.hi)
    if base is not None:
        unit, (exact, lo, hi) = base
        # What was written in base units has no second row; under the other key every row is in base units.
        keys = [key, scope.keys.param(scope.tenant, scope.type, param + BASE, discrete)]
        named = scope.arguments.add(unit_of(scope.keys, scope.tenant, value.system, unit), "bigint")
        return some_number(keys, replace(value, value=exact, lo=lo, hi=hi), f" and n.u = {named}", scope)
    if value.code is None and value.system is None:
        return some_number([key], value, "", scope)
    unit = scope.arguments.add(unit_of(scope.keys, scope.tenant, value.system, value.code), "bigint")
    part = "n.u"
    if value.system is None:
        part = f"n.u & {CODE_MASK}"
    elif value.code is None:
        part = f"n.u >> {CODE_BITS}"
    return some_number([key], value, f" and ({part}) = ({part.replace('n.u', unit)})", scope)


def number_test(value: NumberValue | QuantityValue, scope: Scope) -> str:
    add = scope.arguments.add
    exact = float(value.value)
    match value.prefix:
        case "eq":
            return f"(n.l >= {add(float(value.lo), 'float8')} and n.h < {add(float(value.hi), 'float8')})"
        case "ne":
            return f"not (n.l >= {add(float(value.lo), 'float8')} and n.h < {add(float(value.hi), 'float8')})"
        case "gt":
            return f"n.h > {add(exact, 'float8')}"
        case "lt":
            return f"n.l < {add(exact, 'float8')}"
        case "ge":
            return f"n.h >= {add(exact, 'float8')}"
        case "le":
            return f"n.l <= {add(exact, 'float8')}"
        case "sa":
            return f"n.l > {add(exact, 'float8')}"
        case "eb":
            return f"n.h < {add(exact, 'float8')}"
        case "ap":
            reach = abs(exact) * APPROXIMATION
            return f"(n.h >= {add(exact - reach, 'float8')} and n.l <= {add(exact + reach, 'float8')})"
    raise unsupported(f"The prefix {value.prefix} is not one of numbers.")
