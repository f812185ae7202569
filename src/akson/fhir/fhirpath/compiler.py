"""An Expression to one Python closure. The tree is looked at once; running it only calls.

Spec: https://hl7.org/fhirpath/N1/. Functions are in functions.py, by name; operators on values in operators.py.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

from akson.fhir.definitions import load
from akson.fhir.fhirpath import operators
from akson.fhir.fhirpath.functions import FUNCTIONS, Evaluate
from akson.fhir.fhirpath.item import Collection, Context, Item, execution_problem, system_item
from akson.fhir.fhirpath.navigation import children_named, is_type
from akson.fhir.fhirpath.parser import parse
from akson.fhir.fhirpath.syntax import (
    Binary,
    Call,
    Empty,
    Expression,
    External,
    Index,
    Literal,
    Member,
    QuantityLiteral,
    TypeTest,
    Unary,
    Variable,
)
from akson.fhir.problem import Problem, ProblemKind

Run: TypeAlias = Callable[[Mapping[str, Any]], list[Any]]

_LITERAL_TYPES = {"date": "System.Date", "datetime": "System.DateTime", "time": "System.Time"}


@lru_cache(maxsize=4096)
def compile(expression: str, type: str) -> Run:
    """A function from a resource (or element) of `type` to the values the expression finds in it.

    Raises Problem AKS-FHIR-201 for text that cannot be read and 212 for an unknown function; running may raise
    210 (too many steps) and 211 (for instance, one value expected and several found).
    """
    run = compiled(parse(expression))

    def evaluate(value: Mapping[str, Any]) -> list[Any]:
        resource = Item(value, type)
        return [item.value for item in run([resource], Context(resource, {}))]

    return evaluate


def compiled(node: Expression) -> Evaluate:
    match node:
        case Member(target, name):
            return _member(target, name)
        case Call(target, name, arguments):
            return _call(target, name, arguments)
        case Binary(operator, left, right):
            return operators.binary(operator, compiled(left), compiled(right))
        case Unary(operator, operand):
            return operators.unary(operator, compiled(operand))
        case TypeTest(operator, operand, type):
            return FUNCTIONS[operator](compiled(operand), (Member(None, type),), compiled)
        case Index(target, index):
            return _index(compiled(target), compiled(index))
        case Literal(kind, text):
            return _constant([_literal(kind, text)])
        case QuantityLiteral(number, unit, _):
            quantity = {"value": Decimal(number), "unit": unit, "code": unit}
            return _constant([Item(quantity, "System.Quantity")])
        case Empty():
            return _constant([])
        case External(name):
            return _external(name)
        case Variable(name):
            return _variable(name)
    raise AssertionError(node)


def _constant(found: Collection) -> Evaluate:
    return lambda _focus, _context: found


def _literal(kind: str, text: str) -> Item:
    match kind:
        case "boolean":
            return system_item(text == "true")
        case "number":
            return system_item(Decimal(text) if "." in text else int(text))
        case "string":
            return system_item(text)
    return Item(text, _LITERAL_TYPES[kind])


def _member(target: Expression | None, name: str) -> Evaluate:
    if target is None and name[:1].isupper() and load().has(name):
        return _typed_root(name)
    inner = compiled(target) if target is not None else None

    def evaluate(focus: Collection, context: Context) -> Collection:
        source = inner(focus, context) if inner is not None else focus
        context.count(len(source))
        found: Collection = []
        for item in source:
            children_named(item, name, found)
        return found

    return evaluate


def _typed_root(name: str) -> Evaluate:
    """`Patient.name`: the first name says what stands in focus."""

    def evaluate(focus: Collection, _context: Context) -> Collection:
        return [item for item in focus if is_type(item, name)]

    return evaluate


def _call(target: Expression | None, name: str, arguments: tuple[Expression, ...]) -> Evaluate:
    build = FUNCTIONS.get(name)
    if build is None:
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-FHIR-212",
            f"FHIRPath has no function {name[:64]!r} here.",
            now="It has: " + ", ".join(sorted(FUNCTIONS)) + ".",
        )
    inner = compiled(target) if target is not None else _focus
    return build(inner, arguments, compiled)


def _focus(focus: Collection, _context: Context) -> Collection:
    return focus


def _index(target: Evaluate, index: Evaluate) -> Evaluate:
    def evaluate(focus: Collection, context: Context) -> Collection:
        found = target(focus, context)
        at = index(context.this, context)
        if not at:
            return []
        number = at[0].value
        if len(at) > 1 or type(number) is not int:
            raise execution_problem("An index must be one whole number.")
        return found[number : number + 1] if number >= 0 else []

    return evaluate


def _external(name: str) -> Evaluate:
    def evaluate(_focus: Collection, context: Context) -> Collection:
        if name in ("resource", "context", "rootResource"):
            return [context.resource]
        if name == "ucum":
            return [system_item("http://unitsofmeasure.org")]
        if name in context.variables:
            return context.variables[name]
        raise execution_problem(f"The expression uses %{name[:64]}, which has no value.")

    return evaluate


def _variable(name: str) -> Evaluate:
    match name:
        case "$this":
            return lambda _focus, context: context.this
        case "$index":
            return lambda _focus, context: [system_item(context.index)]
    return lambda _focus, context: context.total
