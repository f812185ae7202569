"""A search parameter's expression to paths through the JSON of one type.

    "Observation.value as Quantity"  ->  [Path(steps=(Step("valueQuantity"),), at=Property(… Quantity))]

Nearly every R4 expression is a union of plain paths, some with a cast or a `where`. Those become steps over
JSON names, checked against the definitions here, once. What is left goes to the FHIRPath engine as a whole.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from akson.fhir.definitions import Property, load, shape
from akson.fhir.fhirpath.parser import parse
from akson.fhir.fhirpath.syntax import Binary, Call, Expression, Index, Literal, Member, TypeTest
from akson.fhir.search.values.reference import type_of

Guard: TypeAlias = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """Into the name `key`; then only what `guard` lets through, or only the item at `index`."""

    key: str
    guard: tuple[str, Guard] | None = None
    """With its text, so that equal guards share a node."""
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Path:
    steps: tuple[Step, ...]
    shape: str
    """Type or nested path of what the steps lead to."""
    at: Property | None = None
    """The last step's property; None for the resource itself."""


class NotPlain(Exception):
    """The expression is more than paths."""


def plan(type: str, expression: str) -> list[Path]:
    """The paths that apply to `type`; branches for other types are left out. Raises NotPlain."""
    return [path for branch in _branches(parse(expression)) for path in _walk(type, branch)]


def relative(start: str, expression: str) -> list[Path]:
    """Paths that begin at an element of shape `start`, as in the component of a composite."""
    here = [Path((), start)]
    return [path for branch in _branches(parse(expression)) for path in _follow(here, branch, rooted=False)]


def _branches(expression: Expression) -> list[Expression]:
    if isinstance(expression, Binary) and expression.operator == "|":
        return _branches(expression.left) + _branches(expression.right)
    return [expression]


def _root(expression: Expression) -> str:
    while True:
        match expression:
            case Member(None, name):
                return name
            case Member(target, _) | Call(target, _, _) | Index(target, _) if target is not None:
                expression = target
            case TypeTest("as", operand, _):
                expression = operand
            case _:
                raise NotPlain


def _walk(type: str, branch: Expression) -> list[Path]:
    root = _root(branch)
    if root[:1].islower():
        # InsurancePlan's `name | alias` forgot to say the type.
        return _follow([Path((), type)], branch, rooted=False)
    if root not in load().lineage(type):
        return []
    return _follow([Path((), type)], branch, rooted=True)


def _follow(start: list[Path], expression: Expression, *, rooted: bool) -> list[Path]:
    match expression:
        case Member(None, name):
            return start if rooted else _into(start, name)
        case Member(target, name) if target is not None:
            return _into(_follow(start, target, rooted=rooted), name)
        case TypeTest("as", operand, type):
            return _cast(_follow(start, operand, rooted=rooted), type)
        case Call(target, "as" | "ofType", (Member(None, type),)) if target is not None:
            return _cast(_follow(start, target, rooted=rooted), type)
        case Call(target, "extension", (Literal("string", url),)) if target is not None:
            found = _into(_follow(start, target, rooted=rooted), "extension")
            return [_last(path, guard=_with_url(url)) for path in found]
        case Call(target, "where", (condition,)) if target is not None:
            return _filtered(_follow(start, target, rooted=rooted), condition)
        case Index(target, Literal("number", index)):
            return [_last(path, index=int(index)) for path in _follow(start, target, rooted=rooted)]
    raise NotPlain


def _into(paths: list[Path], name: str) -> list[Path]:
    found = []
    for path in paths:
        if path.shape == "Resource":
            raise NotPlain
        for at in shape(path.shape).by_name.get(name, ()):
            found.append(Path((*path.steps, Step(at.key)), at.type, at))
    return found


def _cast(paths: list[Path], type: str) -> list[Path]:
    return [path for path in paths if type in load().lineage(path.shape)]


def _last(path: Path, **change: Any) -> Path:
    if not path.steps:
        raise NotPlain
    return replace(path, steps=(*path.steps[:-1], replace(path.steps[-1], **change)))


def _filtered(paths: list[Path], condition: Expression) -> list[Path]:
    guard = _guard(condition)
    return [_last(path, guard=guard) for path in paths]


def _with_url(url: str) -> tuple[str, Guard]:
    return f"url = {url!r}", lambda value: value.get("url") == url


def _guard(condition: Expression) -> tuple[str, Guard]:
    match condition:
        case TypeTest("is", Call(None, "resolve", ()), type):
            return f"resolve() is {type}", lambda value: type_of(value) == type
        case Binary("=", Member(None, name), Literal("string", text)):
            return f"{name} = {text!r}", lambda value: value.get(name) == text
    raise NotPlain
