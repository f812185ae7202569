"""FHIRPath functions by name. Each entry builds the closure of one call.

Spec: https://hl7.org/fhirpath/N1/#functions and https://hl7.org/fhir/R4/fhirpath.html
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from akson.fhir.fhirpath.item import Collection, Context, Item, boolean, execution_problem, system_item, truth
from akson.fhir.fhirpath.navigation import children, children_named, is_type
from akson.fhir.fhirpath.operators import union
from akson.fhir.fhirpath.syntax import Expression, Literal, Member
from akson.fhir.search.values.reference import type_of

Evaluate: TypeAlias = Callable[[Collection, Context], Collection]
Compile: TypeAlias = Callable[[Expression], Evaluate]
Build: TypeAlias = Callable[[Evaluate, tuple[Expression, ...], Compile], Evaluate]


def _on_collection(function: Callable[[Collection], Collection]) -> Build:
    """A function without arguments."""

    def build(target: Evaluate, arguments: tuple[Expression, ...], _compile: Compile) -> Evaluate:
        _expect(arguments, 0, 0)
        return lambda focus, context: function(target(focus, context))

    return build


def _expect(arguments: tuple[Expression, ...], low: int, high: int) -> None:
    if not low <= len(arguments) <= high:
        raise execution_problem("A function was called with the wrong number of arguments.")


def _each(
    target: Evaluate, argument: Evaluate, take: Callable[[Item, Collection, Collection], bool]
) -> Evaluate:
    """Runs `argument` once per item with $this and $index set; `take` may end the loop by saying True."""

    def evaluate(focus: Collection, context: Context) -> Collection:
        source = target(focus, context)
        context.count(len(source))
        this, index = context.this, context.index
        found: Collection = []
        try:
            for at, item in enumerate(source):
                context.this, context.index = [item], at
                if take(item, argument(context.this, context), found):
                    break
        finally:
            context.this, context.index = this, index
        return found

    return evaluate


def _where(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    _expect(arguments, 1, 1)

    def take(item: Item, answer: Collection, found: Collection) -> bool:
        if truth(answer):
            found.append(item)
        return False

    return _each(target, compile(arguments[0]), take)


def _select(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    _expect(arguments, 1, 1)

    def take(_item: Item, answer: Collection, found: Collection) -> bool:
        found.extend(answer)
        return False

    return _each(target, compile(arguments[0]), take)


def _exists(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    _expect(arguments, 0, 1)
    source = _where(target, arguments, compile) if arguments else target
    return lambda focus, context: boolean(bool(source(focus, context)))


def _all(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    _expect(arguments, 1, 1)

    def take(item: Item, answer: Collection, found: Collection) -> bool:
        if not truth(answer):
            found.append(item)
        return bool(found)

    refused = _each(target, compile(arguments[0]), take)
    return lambda focus, context: boolean(not refused(focus, context))


def type_name(argument: Expression) -> str:
    match argument:
        case Member(None, name):
            return name
        case Member(Member(None, space), name):
            return f"{space}.{name}"
        case Literal("string", name):
            return name
    raise execution_problem("A type was expected.")


def _of_type(target: Evaluate, arguments: tuple[Expression, ...], _compile: Compile) -> Evaluate:
    _expect(arguments, 1, 1)
    wanted = type_name(arguments[0])
    return lambda focus, context: [item for item in target(focus, context) if is_type(item, wanted)]


def _is(target: Evaluate, arguments: tuple[Expression, ...], _compile: Compile) -> Evaluate:
    _expect(arguments, 1, 1)
    wanted = type_name(arguments[0])

    def evaluate(focus: Collection, context: Context) -> Collection:
        found = target(focus, context)
        if len(found) > 1:
            raise execution_problem("`is` looks at one value.", "It was several.")
        return boolean(is_type(found[0], wanted)) if found else []

    return evaluate


def _extension(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    _expect(arguments, 1, 1)
    wanted = compile(arguments[0])

    def evaluate(focus: Collection, context: Context) -> Collection:
        url = wanted(context.this, context)
        every: Collection = []
        for item in target(focus, context):
            children_named(item, "extension", every)
        return [e for e in every if url and e.value.get("url") == url[0].value]

    return evaluate


def _resolve(found: Collection) -> Collection:
    """Nothing is fetched: the answer is known by type alone, which is all that `resolve() is X` asks."""
    answers = []
    for item in found:
        named = type_of(item.value)
        if named is not None:
            answers.append(Item({"resourceType": named}, "Resource"))
    return answers


def _not(found: Collection) -> Collection:
    answer = truth(found)
    return [] if answer is None else boolean(not answer)


def _children(found: Collection) -> Collection:
    every: Collection = []
    for item in found:
        children(item, every)
    return every


def _descendants(target: Evaluate, arguments: tuple[Expression, ...], _compile: Compile) -> Evaluate:
    _expect(arguments, 0, 0)

    def evaluate(focus: Collection, context: Context) -> Collection:
        level, every = target(focus, context), []
        while level:
            level = _children(level)
            context.count(len(level))
            every.extend(level)
        return every

    return evaluate


def _as_item(found: Collection) -> Collection:
    if len(found) > 1:
        raise execution_problem("One value was expected.", "It was several.")
    return found


def _iif(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    _expect(arguments, 2, 3)
    condition, yes, *no = [compile(argument) for argument in arguments]

    def evaluate(focus: Collection, context: Context) -> Collection:
        focus = target(focus, context)
        if truth(condition(focus, context)):
            return yes(focus, context)
        return no[0](focus, context) if no else []

    return evaluate


FUNCTIONS: Mapping[str, Build] = {
    "all": _all,
    "as": _of_type,
    "children": _on_collection(_children),
    "count": _on_collection(lambda found: [system_item(len(found))]),
    "descendants": _descendants,
    "distinct": _on_collection(lambda found: union(found, [])),
    "empty": _on_collection(lambda found: boolean(not found)),
    "exists": _exists,
    "extension": _extension,
    "first": _on_collection(lambda found: found[:1]),
    "hasValue": _on_collection(lambda found: boolean(len(found) == 1 and type(found[0].value) is not dict)),
    "iif": _iif,
    "is": _is,
    "last": _on_collection(lambda found: found[-1:]),
    "not": _on_collection(_not),
    "ofType": _of_type,
    "resolve": _on_collection(_resolve),
    "select": _select,
    "single": _on_collection(_as_item),
    "tail": _on_collection(lambda found: found[1:]),
    "where": _where,
}
