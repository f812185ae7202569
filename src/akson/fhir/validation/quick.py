"""Invariants that only ask what is there, read straight off the JSON names.

    quick(parse("code.empty() or system.exists()"), shape("Quantity"))({"value": 1}) -> True

More than half of R4's invariants are of this kind; for the others `holds_without` finds the names that must be there
before they are worth running. Both read the expression; neither runs it.
"""

from collections.abc import Callable, Iterator, Set
from typing import Any, Literal, TypeAlias

from akson.fhir.definitions import Shape, load
from akson.fhir.fhirpath.syntax import Binary, Call, Empty, Expression, Index, Member, TypeTest, Unary
from akson.fhir.fhirpath.syntax import Literal as Constant

Holds: TypeAlias = Callable[[Any], bool]
Known: TypeAlias = bool | Literal["empty"] | None
"""What is known of a part when some names are absent; None is nothing."""


def quick(expression: Expression, of: Shape) -> Holds | None:
    """None when the expression asks more than existence."""
    match expression:
        case Call(Member(target, name), "exists" | "empty" as asked, ()) if _here(target, of):
            properties = of.by_name.get(name)
            if properties is None:
                return None
            keys = tuple(
                k for at in properties for k in ((at.key, "_" + at.key) if at.primitive else (at.key,))
            )
            return _present(keys) if asked == "exists" else _absent(keys)
        case Call(target, "not", ()) if target is not None:
            inner = quick(target, of)
            return None if inner is None else lambda value: not inner(value)
        case Binary(operator, left, right) if operator in ("and", "or", "xor", "implies", "=", "!="):
            one, other = quick(left, of), quick(right, of)
            return None if one is None or other is None else _joined(operator, one, other)
    return None


def _here(target: Expression | None, of: Shape) -> bool:
    return target is None or target == Member(None, of.name)


def _present(keys: tuple[str, ...]) -> Holds:
    names = frozenset(keys)
    return lambda value: not names.isdisjoint(value)


def _absent(keys: tuple[str, ...]) -> Holds:
    names = frozenset(keys)
    return lambda value: names.isdisjoint(value)


def _joined(operator: str, one: Holds, other: Holds) -> Holds:
    match operator:
        case "and":
            return lambda value: one(value) and other(value)
        case "or":
            return lambda value: one(value) or other(value)
        case "implies":
            return lambda value: not one(value) or other(value)
        case "=":
            return lambda value: one(value) is other(value)
    return lambda value: one(value) is not other(value)


def names_in(expression: Expression) -> Iterator[str]:
    """Elements of the object itself that the expression speaks of, in order."""
    match expression:
        case Member(None, name):
            yield name
        case Member(Member(None, root), name) if root[:1].isupper():
            yield name
        case Member(target, _) | Index(target, _) if target is not None:
            yield from names_in(target)
        case Call(target, _, _) if target is not None:
            yield from names_in(target)
        case Binary(_, left, right):
            yield from names_in(left)
            yield from names_in(right)
        case Unary(_, operand) | TypeTest(_, operand, _):
            yield from names_in(operand)


def holds_without(expression: Expression, names: Set[str]) -> bool:
    """Whether the expression is true for every object that has no element of these names."""
    return _known(expression, names) is True


_ANSWER_OF_NOTHING: dict[str, Known] = {
    "exists": False,
    "hasValue": False,
    "empty": True,
    "all": True,
    "allTrue": True,
    "isDistinct": True,
    "subsetOf": True,
}
_NOTHING_STAYS = frozenset(
    """where select first last tail skip take single ofType as is resolve trace extension startsWith endsWith
    contains matches substring toInteger toString not children descendants distinct repeat""".split()  # noqa: SIM905
)


def _known(node: Expression, absent: Set[str]) -> Known:
    match node:
        case Constant("boolean", text):
            return text == "true"
        case Empty():
            return "empty"
        case Member(None, name):
            return "empty" if name in absent else None
        case Member(Member(None, root), name) if root[:1].isupper() and load().has(root):
            return "empty" if name in absent else None
        case Member(target, _) | Index(target, _) if target is not None:
            return "empty" if _known(target, absent) == "empty" else None
        case TypeTest(_, operand, _) | Unary(_, operand):
            return "empty" if _known(operand, absent) == "empty" else None
        case Call(target, name, _) if target is not None:
            return _call(_known(target, absent), name)
        case Binary(operator, left, right):
            return _binary(operator, _known(left, absent), _known(right, absent))
    return None


def _call(target: Known, name: str) -> Known:
    if target == "empty":
        return "empty" if name in _NOTHING_STAYS else _ANSWER_OF_NOTHING.get(name)
    if name == "not" and target is not None:
        return not target
    return target if name == "trace" else None


def _binary(operator: str, left: Known, right: Known) -> Known:
    match operator:
        case "or":
            if left is True or right is True:
                return True
            return False if left is False and right is False else None
        case "and":
            if left is False or right is False:
                return False
            return True if left is True and right is True else None
        case "implies":
            return True if left is False or right is True else None
        case "=" | "!=" | "<" | ">" | "<=" | ">=":
            if left == "empty" or right == "empty":
                return "empty"
            if left is not None and right is not None:
                return (left is right) is (operator == "=") if operator in ("=", "!=") else None
    return None
