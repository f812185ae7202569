"""FHIRPath operators as closures over the closures of their operands.

Spec: https://hl7.org/fhirpath/N1/#operations. What they compute is in comparison.py and arithmetic.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from akson.fhir.fhirpath import arithmetic
from akson.fhir.fhirpath.comparison import Known, all_equal, all_equivalent, distinct, order
from akson.fhir.fhirpath.item import (
    FALSE,
    TRUE,
    Collection,
    Context,
    Evaluate,
    Item,
    boolean,
    execution_problem,
    made,
    single,
    system_item,
    truth,
)
from akson.fhir.fhirpath.quantity import Quantity

Binary: TypeAlias = Callable[[Collection, Collection], Collection]


def union(left: Collection, right: Collection) -> Collection:
    """Both, without repeats, in order."""
    return distinct([*left, *right])


def _equal(left: Collection, right: Collection) -> Collection:
    if len(left) == 1 and len(right) == 1:
        a, b = left[0], right[0]
        if type(a.value) is str and a.type == b.type == "System.String":
            return [TRUE] if a.value == b.value else [FALSE]
    return boolean(all_equal(left, right))


def _unequal(left: Collection, right: Collection) -> Collection:
    answer = all_equal(left, right)
    return [] if answer is None else boolean(not answer)


def _compared(holds: Callable[[int], bool]) -> Binary:
    def evaluate(left: Collection, right: Collection) -> Collection:
        a, b = single(left), single(right)
        if a is None or b is None:
            return []
        found = order(a, b)
        return [] if found is None else boolean(holds(found))

    return evaluate


def _computed(compute: Callable[[Item, Item], Collection]) -> Binary:
    def evaluate(left: Collection, right: Collection) -> Collection:
        a, b = single(left), single(right)
        return [] if a is None or b is None else compute(a, b)

    return evaluate


def _in(left: Collection, right: Collection) -> Collection:
    if not left:
        return []
    if len(left) > 1:
        raise execution_problem("`in` looks for one value.", "It was several.")
    return boolean(left[0] in Known(right))


_BINARY: Mapping[str, Binary] = {
    "=": _equal,
    "!=": _unequal,
    "~": lambda left, right: boolean(all_equivalent(left, right)),
    "!~": lambda left, right: boolean(not all_equivalent(left, right)),
    "|": union,
    "+": _computed(arithmetic.add),
    "-": _computed(arithmetic.subtract),
    "*": _computed(arithmetic.multiply),
    "/": _computed(arithmetic.divide),
    "div": _computed(arithmetic.divide_whole),
    "mod": _computed(arithmetic.remainder),
    "&": lambda left, right: arithmetic.concatenate(single(left), single(right)),
    "in": _in,
    "contains": lambda left, right: _in(right, left),
    "<": _compared(lambda found: found < 0),
    ">": _compared(lambda found: found > 0),
    "<=": _compared(lambda found: found <= 0),
    ">=": _compared(lambda found: found >= 0),
}


def _and(left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(focus: Collection, context: Context) -> Collection:
        a = truth(left(focus, context))
        if a is False:
            return [FALSE]
        b = truth(right(focus, context))
        if b is False:
            return [FALSE]
        return [] if a is None or b is None else [TRUE]

    return evaluate


def _or(left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(focus: Collection, context: Context) -> Collection:
        a = truth(left(focus, context))
        if a is True:
            return [TRUE]
        b = truth(right(focus, context))
        if b is True:
            return [TRUE]
        return [] if a is None or b is None else [FALSE]

    return evaluate


def _xor(left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(focus: Collection, context: Context) -> Collection:
        a, b = truth(left(focus, context)), truth(right(focus, context))
        return [] if a is None or b is None else boolean(a is not b)

    return evaluate


def _implies(left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(focus: Collection, context: Context) -> Collection:
        a = truth(left(focus, context))
        if a is False:
            return [TRUE]
        b = truth(right(focus, context))
        if b is True:
            return [TRUE]
        return [FALSE] if a is True and b is False else []

    return evaluate


# The logic looks at its right side only when the left has not decided.
_LOGIC: Mapping[str, Callable[[Evaluate, Evaluate], Evaluate]] = {
    "and": _and,
    "or": _or,
    "xor": _xor,
    "implies": _implies,
}


def binary(name: str, left: Evaluate, right: Evaluate) -> Evaluate:
    if name in _LOGIC:
        return _LOGIC[name](left, right)
    combine = _BINARY[name]
    makes_text = name in ("&", "+")

    def evaluate(focus: Collection, context: Context) -> Collection:
        # What one side defines (defineVariable) the other does not see.
        variables = context.variables
        found = left(focus, context)
        context.variables = variables
        other = right(focus, context)
        context.variables = variables
        return made(combine(found, other), context) if makes_text else combine(found, other)

    return evaluate


def _negated(value: int | Decimal) -> int | Decimal:
    return value.copy_negate() if isinstance(value, Decimal) else -value


def unary(name: str, operand: Evaluate) -> Evaluate:
    def evaluate(focus: Collection, context: Context) -> Collection:
        item = single(operand(focus, context))
        if item is None:
            return []
        value = item.value
        if type(value) is Quantity:
            return [
                system_item(replace(value, value=value.value.copy_negate() if name == "-" else value.value))
            ]
        if type(value) is bool or not isinstance(value, int | Decimal):
            raise execution_problem("A sign stands before a number.")
        return [Item(_negated(value) if name == "-" else value, item.type)]

    return evaluate
