"""An Expression to one Python closure. The tree is looked at once; running it only calls.

Spec: https://hl7.org/fhirpath/N1/. Functions are in functions/, by name; operators on values in operators.py.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

from akson.fhir.definitions import load
from akson.fhir.fhirpath import operators
from akson.fhir.fhirpath.functions import FUNCTIONS
from akson.fhir.fhirpath.functions.factory import maker
from akson.fhir.fhirpath.item import (
    NOWHERE,
    Collection,
    Context,
    Environment,
    Evaluate,
    Item,
    execution_problem,
    plain_item,
    system_item,
)
from akson.fhir.fhirpath.navigation import Reach, is_type, known, reach
from akson.fhir.fhirpath.parser import parse
from akson.fhir.fhirpath.plain import plain
from akson.fhir.fhirpath.quantity import WORDS, Quantity
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
from akson.fhir.fhirpath.temporal import KINDS, temporal
from akson.fhir.problem import Problem, ProblemKind

Run: TypeAlias = Callable[..., list[Any]]

_LITERAL_TYPES = {"date": "System.Date", "datetime": "System.DateTime", "time": "System.Time"}
_CONSTANTS = {
    "loinc": "http://loinc.org",
    "sct": "http://snomed.info/sct",
    "ucum": "http://unitsofmeasure.org",
}
_PREFIXES = {
    "vs-": "http://hl7.org/fhir/ValueSet/",
    "ext-": "http://hl7.org/fhir/StructureDefinition/",
}


@lru_cache(maxsize=4096)
def compile(expression: str, type: str = "") -> Run:
    """A function `(value, environment=…)` from a resource (or element) of `type` to the values found in it.

    With the empty type the value is plain JSON without a model. Raises Problem AKS-FHIR-201 for text that cannot be
    read and 212 for an unknown function; running may raise 210 (too many steps) and 211 (for instance, one value
    expected and several found).
    """
    read = plain(parse(expression), type)
    if read is not None:
        return read
    run = compile_items(expression)

    def evaluate(value: Mapping[str, Any], environment: Environment = NOWHERE) -> list[Any]:
        start = Item(value, type)
        found = run([start], Context(start, environment))
        return [item.value for item in found if item.value is not None]

    return evaluate


@lru_cache(maxsize=4096)
def compile_items(expression: str) -> Evaluate:
    """The same on items: for those who need the types of what is found."""
    run = compiled(parse(expression))

    def evaluate(focus: Collection, context: Context) -> Collection:
        try:
            return run(focus, context)
        except (ArithmeticError, RecursionError):
            raise execution_problem("The expression leads to a number too large to compute with.") from None

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
            return FUNCTIONS[operator](compiled(operand), (Literal("string", type),), compiled)
        case Index(target, index):
            return _index(compiled(target), compiled(index))
        case Literal(kind, text):
            return _constant([_literal(kind, text)])
        case QuantityLiteral(number, unit, calendar):
            value = Quantity(Decimal(number), WORDS[unit] if calendar else unit, calendar)
            return _constant([system_item(value)])
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
        case "long":
            return Item(int(text), "System.Long")
        case "string":
            return system_item(text)
    item = Item(text.removesuffix("T"), _LITERAL_TYPES[kind])
    if temporal(item.value, KINDS[item.type]) is None:
        raise execution_problem("The expression holds a moment that is not on the calendar or the clock.")
    return item


def _member(target: Expression | None, name: str) -> Evaluate:
    if target is None and name[:1].isupper():
        return _typed_root(name)
    if target is None:
        return _child_of_focus(name)
    inner = compiled(target)
    take = _taker(name)

    def evaluate(focus: Collection, context: Context) -> Collection:
        source = inner(focus, context)
        if not source:
            return source
        found: Collection = []
        for item in source:
            take(item, found)
        context.count(len(source) + len(found))
        return found

    return evaluate


def _child_of_focus(name: str) -> Evaluate:
    take = _taker(name)

    def evaluate(focus: Collection, _context: Context) -> Collection:
        found: Collection = []
        for item in focus:
            take(item, found)
        return found

    return evaluate


def _taker(name: str) -> Callable[[Item, Collection], None]:
    """Adds the children of that name; how they are reached is looked up once per type."""
    reaches: dict[str, Reach] = {}

    def take(item: Item, found: Collection) -> None:
        value = item.value
        if type(value) is dict:
            type_name = item.type
        else:
            if type(value) is Quantity and name in ("value", "unit"):
                found.append(system_item(value.value if name == "value" else value.unit))
            value = item.extra
            if type(value) is not dict:
                return
            type_name = "Element" if known(item.type) else ""
        inner = reaches.get(type_name)
        if inner is None:
            inner = reaches[type_name] = reach(type_name, name)
        inner(value, found)

    return take


def _typed_root(name: str) -> Evaluate:
    """`Patient.name`: the first name says what stands in focus; else it is a name like any other."""
    take = _taker(name)
    is_known = load().has(name)

    def evaluate(focus: Collection, _context: Context) -> Collection:
        found: Collection = []
        for item in focus:
            if item.type == name or (is_known and is_type(item, name)) or _says(item.value, name):
                found.append(item)
            else:
                take(item, found)
        return found

    return evaluate


def _says(value: Any, name: str) -> bool:
    return type(value) is dict and value.get("resourceType") == name


def _call(target: Expression | None, name: str, arguments: tuple[Expression, ...]) -> Evaluate:
    if target == External("factory"):
        return maker(name)(_focus, arguments, compiled)
    build = FUNCTIONS.get(name)
    if build is None:
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-FHIR-212",
            f"FHIRPath has no function {name[:64]!r} here.",
            now="It has: " + ", ".join(FUNCTIONS) + ".",
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
    if name in _CONSTANTS:
        return _constant([system_item(_CONSTANTS[name])])
    for prefix, base in _PREFIXES.items():
        if name.startswith(prefix):
            return _constant([system_item(base + name[len(prefix) :])])
    match name:
        case "resource":
            return lambda _focus, context: [context.resource]
        case "rootResource":
            return lambda _focus, context: [context.root]

    def evaluate(_focus: Collection, context: Context) -> Collection:
        if name in context.variables:
            return context.variables[name]
        given = context.environment.variables
        if name in given:
            return _given(given[name])
        if name == "context":
            return [context.start]
        raise execution_problem(f"The expression uses %{name[:64]}, which has no value.")

    return evaluate


def _given(value: Any) -> Collection:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [one if isinstance(one, Item) else plain_item(one) for one in values]


def _variable(name: str) -> Evaluate:
    match name:
        case "$this":
            return lambda _focus, context: context.this
        case "$index":
            return lambda _focus, context: [system_item(context.index)]
    return lambda _focus, context: context.total
