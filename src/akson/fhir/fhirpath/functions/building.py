"""How a function becomes a closure: arguments counted once, targets and values taken the way most functions want them.

A family (strings.py, math.py, …) is a table of name -> Build; a Build gets the closure of its target, its arguments
and the compiler. Spec: https://hl7.org/fhirpath/N1/#functions
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from akson.fhir.fhirpath.item import (
    Collection,
    Context,
    Evaluate,
    Item,
    execution_problem,
    made,
    single,
    system_item,
)
from akson.fhir.fhirpath.syntax import Expression, Literal, Member

Compile: TypeAlias = Callable[[Expression], Evaluate]
Build: TypeAlias = Callable[[Evaluate, tuple[Expression, ...], Compile], Evaluate]


def expect(arguments: tuple[Expression, ...], low: int, high: int) -> None:
    if not low <= len(arguments) <= high:
        raise execution_problem("A function was called with the wrong number of arguments.")


def on_collection(function: Callable[[Collection], Collection]) -> Build:
    """Without arguments, on all items."""

    def build(target: Evaluate, arguments: tuple[Expression, ...], _compile: Compile) -> Evaluate:
        expect(arguments, 0, 0)
        return lambda focus, context: function(target(focus, context))

    return build


def on_collections(function: Callable[..., Collection], low: int = 1, high: int = 1) -> Build:
    """On all items, with arguments that are collections."""

    def build(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
        expect(arguments, low, high)
        given = [compile(argument) for argument in arguments]

        def evaluate(focus: Collection, context: Context) -> Collection:
            found = target(focus, context)
            context.count(len(found))
            return function(found, *[one(context.this, context) for one in given])

        return evaluate

    return build


def on_value(function: Callable[..., Any], low: int = 0, high: int = 0) -> Build:
    """On the value of one item, with arguments of one value each; empty when anything is. None is empty."""

    def build(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
        expect(arguments, low, high)
        given = [compile(argument) for argument in arguments]

        def evaluate(focus: Collection, context: Context) -> Collection:
            item = single(target(focus, context))
            values = [single(one(context.this, context)) for one in given]
            if item is None or None in values:
                return []
            return made(answer(function(item, *values)), context)

        return evaluate

    return build


def answer(found: Any) -> Collection:
    if found is None:
        return []
    if isinstance(found, Item):
        return [found]
    return found if isinstance(found, list) else [system_item(found)]


def each(
    target: Evaluate, argument: Evaluate, take: Callable[[Item, Collection, Collection], bool]
) -> Evaluate:
    """Runs `argument` once per item with $this and $index set; `take` may end the loop by saying True."""

    def evaluate(focus: Collection, context: Context) -> Collection:
        source = target(focus, context)
        context.count(len(source))
        this, index, variables = context.this, context.index, context.variables
        found: Collection = []
        try:
            for at, item in enumerate(source):
                context.this, context.index, context.variables = [item], at, variables
                answered = argument(context.this, context)
                context.count(len(answered))
                if take(item, answered, found):
                    break
        finally:
            context.this, context.index, context.variables = this, index, variables
        return found

    return evaluate


def type_name(argument: Expression) -> str:
    match argument:
        case Member(None, name):
            return name
        case Member(Member(None, space), name):
            return f"{space}.{name}"
        case Literal("string", name):
            return name
    raise execution_problem("A type was expected.")
