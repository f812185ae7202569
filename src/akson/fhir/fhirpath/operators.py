"""FHIRPath operators on collections: equality, order, logic, arithmetic, union.

Spec: https://hl7.org/fhirpath/N1/#operations
"""

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from akson.fhir.fhirpath.item import Collection, Context, Item, boolean, execution_problem, system_item, truth

Evaluate: TypeAlias = Callable[[Collection, Context], Collection]
Binary: TypeAlias = Callable[[Collection, Collection], Collection]

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def same(left: Any, right: Any) -> bool:
    """Equality of values: a number equals a number, and true is not 1."""
    if type(left) is bool or type(right) is bool:
        return left is right
    if type(left) is dict and type(right) is dict:
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if type(left) is list and type(right) is list:
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def union(left: Collection, right: Collection) -> Collection:
    """Both, without repeats, in order."""
    found: Collection = []
    for item in (*left, *right):
        if not any(same(item.value, other.value) for other in found):
            found.append(item)
    return found


def _equal(left: Collection, right: Collection) -> bool | None:
    if not left or not right:
        return None
    return len(left) == len(right) and all(same(a.value, b.value) for a, b in zip(left, right, strict=True))


def _compared(name: str) -> Binary:
    compare = _ORDER[name]

    def evaluate(left: Collection, right: Collection) -> Collection:
        if not left or not right:
            return []
        a, b = _one(left).value, _one(right).value
        numbers = isinstance(a, int | Decimal) and isinstance(b, int | Decimal)
        if not numbers and not (type(a) is str and type(b) is str):
            raise execution_problem("Two values of different kinds cannot be compared.")
        return boolean(compare(a, b))

    return evaluate


def _one(found: Collection) -> Item:
    if len(found) > 1:
        raise execution_problem("An operator works on one value each side.", "It was several.")
    return found[0]


def _and(a: bool | None, b: bool | None) -> bool | None:
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def _or(a: bool | None, b: bool | None) -> bool | None:
    if a is True or b is True:
        return True
    return None if a is None or b is None else False


def _xor(a: bool | None, b: bool | None) -> bool | None:
    return None if a is None or b is None else a is not b


def _implies(a: bool | None, b: bool | None) -> bool | None:
    if a is False or b is True:
        return True
    if a is True:
        return b
    return None


def _logic(decide: Callable[[bool | None, bool | None], bool | None]) -> Binary:
    def evaluate(left: Collection, right: Collection) -> Collection:
        answer = decide(truth(left), truth(right))
        return [] if answer is None else boolean(answer)

    return evaluate


def _arithmetic(compute: Callable[[Any, Any], Any]) -> Binary:
    def evaluate(left: Collection, right: Collection) -> Collection:
        if not left or not right:
            return []
        a, b = _one(left).value, _one(right).value
        try:
            return [system_item(compute(a, b))]
        except ZeroDivisionError:
            return []
        except (TypeError, ArithmeticError):
            raise execution_problem("The operator does not work on these kinds of values.") from None

    return evaluate


def _divided(a: Any, b: Any) -> Any:
    if b == 0:
        raise ZeroDivisionError
    return Decimal(a) / Decimal(b)


def _joined(left: Collection, right: Collection) -> Collection:
    return [system_item("".join(str(_one(side).value) for side in (left, right) if side))]


def _in(left: Collection, right: Collection) -> Collection:
    if not left:
        return []
    wanted = _one(left).value
    return boolean(any(same(wanted, item.value) for item in right))


def _answer(decided: bool | None, *, negated: bool = False) -> Collection:
    return [] if decided is None else boolean(decided is not negated)


_BINARY: Mapping[str, Binary] = {
    "=": lambda left, right: _answer(_equal(left, right)),
    "!=": lambda left, right: _answer(_equal(left, right), negated=True),
    "|": union,
    "and": _logic(_and),
    "or": _logic(_or),
    "xor": _logic(_xor),
    "implies": _logic(_implies),
    "+": _arithmetic(operator.add),
    "-": _arithmetic(operator.sub),
    "*": _arithmetic(operator.mul),
    "/": _arithmetic(_divided),
    "div": _arithmetic(lambda a, b: int(_divided(a, b))),
    "mod": _arithmetic(lambda a, b: Decimal(a) % Decimal(b) if b else operator.truediv(1, 0)),
    "&": _joined,
    "in": _in,
    "contains": lambda left, right: _in(right, left),
    **{name: _compared(name) for name in _ORDER},
}


def binary(name: str, left: Evaluate, right: Evaluate) -> Evaluate:
    combine = _BINARY.get(name)
    if combine is None:
        raise execution_problem(f"The operator {name} is not offered here.")

    def evaluate(focus: Collection, context: Context) -> Collection:
        return combine(left(focus, context), right(focus, context))

    return evaluate


def unary(name: str, operand: Evaluate) -> Evaluate:
    def evaluate(focus: Collection, context: Context) -> Collection:
        found = operand(focus, context)
        if not found:
            return []
        value = _one(found).value
        if type(value) is bool or not isinstance(value, int | Decimal):
            raise execution_problem("A sign stands before a number.")
        return [system_item(-value if name == "-" else value)]

    return evaluate
