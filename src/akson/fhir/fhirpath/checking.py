"""Static checks: names that the model does not have, and order asked of what has none.

    check("Patient.name.given1", "Patient")  ->  Problem AKS-FHIR-203

For who writes expressions (profiles, search parameters, queries); running one is lenient.
Spec: https://hl7.org/fhirpath/N1/#type-safety-and-strict-evaluation
"""

from typing import TypeAlias

from akson.fhir.definitions import load, shape
from akson.fhir.fhirpath.navigation import known
from akson.fhir.fhirpath.parser import parse
from akson.fhir.fhirpath.syntax import (
    Binary,
    Call,
    Expression,
    Index,
    Literal,
    Member,
    TypeTest,
    Unary,
    Variable,
)
from akson.fhir.problem import Problem, ProblemKind

_KEEP_TYPE = {
    "where", "first", "last", "tail", "skip", "take", "single", "distinct", "trace", "exclude", "intersect",
}  # fmt: skip
_NEED_ORDER = {"first", "last", "tail", "skip", "take"}
_LOSE_ORDER = {"children", "descendants"}
_ON_TEXT = {
    "startsWith", "endsWith", "contains", "matches", "matchesFull", "indexOf", "substring", "upper", "lower",
    "replace", "replaceMatches", "length", "toChars",
}  # fmt: skip
_OVER_ITEMS = {"where", "select", "all", "exists", "repeat"}

Types: TypeAlias = frozenset[str] | None
"""The types a part may have; None when that cannot be said."""


def check(expression: str, type: str) -> None:
    """Raises Problem INVALID AKS-FHIR-203 for what can be seen to be wrong without data."""
    _types(parse(expression), frozenset({type}), frozenset({type}))


def _wrong(what: str) -> Problem:
    return Problem(ProblemKind.INVALID, "AKS-FHIR-203", what, code="invalid")


def _types(node: Expression, focus: Types, this: Types) -> Types:
    match node:
        case Member(target, name):
            return _member(target, name, focus, this)
        case Call(target, name, arguments):
            return _call(target, name, arguments, focus, this)
        case Binary(operator, left, right):
            one, other = _types(left, focus, this), _types(right, focus, this)
            return one | other if operator == "|" and one is not None and other is not None else None
        case Unary(_, operand):
            _types(operand, focus, this)
        case TypeTest(operator, operand, type):
            _types(operand, focus, this)
            return frozenset({type.rpartition(".")[2]}) if operator == "as" else None
        case Index(target, index):
            _types(index, focus, this)
            return _types(target, focus, this)
        case Variable("$this"):
            return this
        case Literal("string", _):
            return frozenset({"string"})
    return None


def _member(target: Expression | None, name: str, focus: Types, this: Types) -> Types:
    if target is None and name[:1].isupper() and load().has(name):
        return frozenset({name})
    of = focus if target is None else _types(target, focus, this)
    if of is None or not all(known(type) for type in of):
        return None
    found: set[str] = set()
    for type in of:
        if load().kind(type) == "resource" and load().type(type).abstract:
            return None
        found |= {at.type for at in shape(type).by_name.get(name, ())}
    if not found:
        raise _wrong(f"{' and '.join(sorted(of))} has no element {name[:64]!r}.")
    return frozenset(found)


def _call(
    target: Expression | None, name: str, arguments: tuple[Expression, ...], focus: Types, this: Types
) -> Types:
    of = focus if target is None else _types(target, focus, this)
    if name in _NEED_ORDER and isinstance(target, Call) and target.name in _LOSE_ORDER:
        raise _wrong(f"{target.name}() has no order for {name}() to follow.")
    if name in _ON_TEXT and of and all(load().kind(t) not in ("", "primitive-type") or "." in t for t in of):
        raise _wrong(f"{name}() works on a text.")
    if name in ("ofType", "as") and arguments:
        return _named(arguments[0])
    if name in ("is", "defineVariable", "aggregate", "iif", "trace", "sort"):
        return of if name in ("trace", "sort", "defineVariable") else None
    inner = [
        _types(one, of if name in _OVER_ITEMS else this, of if name in _OVER_ITEMS else this)
        for one in arguments
    ]
    if name == "select":
        return inner[0] if inner else None
    if name == "extension":
        return frozenset({"Extension"})
    if name in ("union", "combine") and of is not None and inner and inner[0] is not None:
        return of | inner[0]
    return of if name in _KEEP_TYPE else None


def _named(argument: Expression) -> Types:
    match argument:
        case Member(None, name) if load().has(name):
            return frozenset({name})
    return None
