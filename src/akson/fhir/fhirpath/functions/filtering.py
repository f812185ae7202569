"""where, select, repeat, ofType, is, as, sort. Spec: https://hl7.org/fhirpath/N1/#filtering-and-projection"""

from collections.abc import Mapping
from functools import cmp_to_key

from akson.fhir.fhirpath.comparison import Known, order
from akson.fhir.fhirpath.functions.building import Build, Compile, each, expect, type_name
from akson.fhir.fhirpath.item import (
    Collection,
    Context,
    Evaluate,
    Item,
    boolean,
    execution_problem,
    holds,
    plain_item,
)
from akson.fhir.fhirpath.navigation import cast_to, is_type
from akson.fhir.fhirpath.syntax import Expression, Unary

ROUND = 20
"""Steps that each round of a repetition counts as, whatever it finds."""


def where(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 1, 1)

    def take(item: Item, answer: Collection, found: Collection) -> bool:
        if holds(answer):
            found.append(item)
        return False

    return each(target, compile(arguments[0]), take)


def _select(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 1, 1)

    def take(_item: Item, answer: Collection, found: Collection) -> bool:
        found.extend(answer)
        return False

    return each(target, compile(arguments[0]), take)


def _repeat(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    """Breadth first; what was seen before is not looked at again."""
    expect(arguments, 1, 1)
    project = compile(arguments[0])

    def evaluate(focus: Collection, context: Context) -> Collection:
        def take(_item: Item, answer: Collection, found: Collection) -> bool:
            found.extend(answer)
            return False

        level = target(focus, context)
        found: Collection = []
        known = Known()
        while level:
            level = each(lambda _focus, _context, level=level: level, project, take)(focus, context)
            fresh = []
            for item in level:
                if item not in known:
                    known.add(item)
                    fresh.append(item)
            context.count(len(level) + ROUND)
            found += fresh
            level = fresh
        return found

    return evaluate


def _repeat_all(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    """Like repeat, repeats included."""
    expect(arguments, 1, 1)
    project = compile(arguments[0])

    def take(_item: Item, answer: Collection, found: Collection) -> bool:
        found.extend(answer)
        return False

    def evaluate(focus: Collection, context: Context) -> Collection:
        level = target(focus, context)
        found: Collection = []
        while level:
            level = each(lambda _focus, _context, level=level: level, project, take)(focus, context)
            context.count(len(level) + ROUND)
            found.extend(level)
        return found

    return evaluate


def _cast(item: Item, wanted: str) -> Item | None:
    if cast_to(item.type, wanted):
        return item
    if wanted.startswith("System.") and not item.type.startswith("System."):
        # A primitive of FHIR converts to the System type of its value by itself.
        plain = plain_item(item.value)
        return Item(item.value, plain.type, item.extra) if plain.type == wanted else None
    return None


def _of_type(target: Evaluate, arguments: tuple[Expression, ...], _compile: Compile) -> Evaluate:
    expect(arguments, 1, 1)
    wanted = type_name(arguments[0])
    return lambda focus, context: [
        found for item in target(focus, context) if (found := _cast(item, wanted)) is not None
    ]


def _is(target: Evaluate, arguments: tuple[Expression, ...], _compile: Compile) -> Evaluate:
    expect(arguments, 1, 1)
    wanted = type_name(arguments[0])

    def evaluate(focus: Collection, context: Context) -> Collection:
        found = target(focus, context)
        if len(found) > 1:
            raise execution_problem("`is` looks at one value.", "It was several.")
        return boolean(is_type(found[0], wanted)) if found else []

    return evaluate


def _as(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    cast = _of_type(target, arguments, compile)

    def evaluate(focus: Collection, context: Context) -> Collection:
        if len(target(focus, context)) > 1:
            raise execution_problem("`as` looks at one value.", "It was several.")
        return cast(focus, context)

    return evaluate


def _sort(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    """By each argument in turn; a `-` before one turns its order around. What has no value comes first, either way."""
    keys = [
        (compile(one.operand), -1) if isinstance(one, Unary) and one.operator == "-" else (compile(one), 1)
        for one in arguments
    ]

    def evaluate(focus: Collection, context: Context) -> Collection:
        source = target(focus, context)
        context.count(len(source) * 8)

        def values(item: Item) -> list[Collection]:
            this = context.this
            context.this = [item]
            try:
                return [key([item], context) for key, _ in keys] if keys else [[item]]
            finally:
                context.this = this

        signs = [sign for _, sign in keys] or [1]

        def compare(a: tuple[list[Collection], Item], b: tuple[list[Collection], Item]) -> int:
            for left, right, sign in zip(a[0], b[0], signs, strict=True):
                if not left or not right:
                    found = bool(left) - bool(right)
                else:
                    found = (order(left[0], right[0]) or 0) * sign
                if found:
                    return found
            return 0

        sorted_items = sorted(((values(item), item) for item in source), key=cmp_to_key(compare))
        return [item for _, item in sorted_items]

    return evaluate


FUNCTIONS: Mapping[str, Build] = {
    "as": _as,
    "is": _is,
    "ofType": _of_type,
    "repeat": _repeat,
    "repeatAll": _repeat_all,
    "select": _select,
    "sort": _sort,
    "where": where,
}
