"""children, descendants, iif, trace, aggregate, defineVariable, type. Spec: https://hl7.org/fhirpath/N1/#utility-functions"""

from collections.abc import Mapping

from akson.fhir.fhirpath.functions.building import Build, Compile, each, expect, on_collection
from akson.fhir.fhirpath.item import (
    Collection,
    Context,
    Evaluate,
    Item,
    execution_problem,
    single,
    truth,
)
from akson.fhir.fhirpath.navigation import children
from akson.fhir.fhirpath.syntax import Expression


def _children(found: Collection) -> Collection:
    every: Collection = []
    for item in found:
        children(item, every)
    return every


def _descendants(target: Evaluate, arguments: tuple[Expression, ...], _compile: Compile) -> Evaluate:
    expect(arguments, 0, 0)

    def evaluate(focus: Collection, context: Context) -> Collection:
        level: Collection = target(focus, context)
        every: Collection = []
        while level:
            level = _children(level)
            context.count(len(level))
            every.extend(level)
        return every

    return evaluate


def _iif(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 2, 3)
    condition, yes, *no = [compile(argument) for argument in arguments]

    def evaluate(focus: Collection, context: Context) -> Collection:
        source = target(focus, context)
        if len(source) > 1:
            raise execution_problem("`iif` looks at one value.", "It was several.")
        this = context.this
        context.this = source or this
        try:
            if truth(condition(source, context)):
                return yes(source, context)
            return no[0](source, context) if no else []
        finally:
            context.this = this

    return evaluate


def _trace(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 1, 2)
    name, *projection = [compile(argument) for argument in arguments]

    def evaluate(focus: Collection, context: Context) -> Collection:
        found = target(focus, context)
        tell = context.environment.trace
        if tell is not None:
            label = single(name(context.this, context))
            shown = projection[0](found, context) if projection else found
            tell(str(label.value) if label else "", [item.value for item in shown])
        return found

    return evaluate


def _aggregate(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 1, 2)
    aggregator, *initial = [compile(argument) for argument in arguments]

    def evaluate(focus: Collection, context: Context) -> Collection:
        total = context.total
        context.total = initial[0](context.this, context) if initial else []

        def take(_item: Item, answer: Collection, _found: Collection) -> bool:
            context.total = answer
            return False

        try:
            each(target, aggregator, take)(focus, context)
            return context.total
        finally:
            context.total = total

    return evaluate


def _define(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 1, 2)
    name, *value = [compile(argument) for argument in arguments]

    def evaluate(focus: Collection, context: Context) -> Collection:
        found = target(focus, context)
        label = single(name(context.this, context))
        if label is None or type(label.value) is not str:
            raise execution_problem("A variable has a name.")
        if label.value in context.variables or label.value in _TAKEN:
            raise execution_problem("A variable is defined once.")
        this = context.this
        context.this = found
        try:
            given = value[0](found, context) if value else found
        finally:
            context.this = this
        context.variables = {**context.variables, label.value: given}
        return found

    return evaluate


_TAKEN = {"context", "resource", "rootResource", "ucum", "sct", "loinc"}


def _type(found: Collection) -> Collection:
    return [Item(_type_of(item), "") for item in found]


def _type_of(item: Item) -> dict[str, str]:
    space, _, name = item.type.rpartition(".")
    if space == "System":
        return {"namespace": "System", "name": name}
    return {"namespace": "FHIR", "name": "BackboneElement" if space else item.type}


def _coalesce(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 1, 100)
    given = [compile(argument) for argument in arguments]

    def evaluate(focus: Collection, context: Context) -> Collection:
        for one in given:
            found = one(context.this, context)
            if found:
                return found
        return []

    return evaluate


FUNCTIONS: Mapping[str, Build] = {
    "aggregate": _aggregate,
    "children": on_collection(_children),
    "coalesce": _coalesce,
    "defineVariable": _define,
    "descendants": _descendants,
    "iif": _iif,
    "trace": _trace,
    "type": on_collection(_type),
}
