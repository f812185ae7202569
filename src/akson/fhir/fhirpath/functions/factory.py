"""`%factory`: elements made inside an expression. Spec: https://hl7.org/fhirpath/#type-factory-api (SDC, FHIRPath 3)

%factory.Coding('http://loinc.org', '8867-4')
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from akson.fhir.definitions import Property, load, shape
from akson.fhir.fhirpath import temporal
from akson.fhir.fhirpath.functions.building import Build, Compile, expect, type_name
from akson.fhir.fhirpath.functions.conversion import DECIMAL
from akson.fhir.fhirpath.item import Collection, Context, Evaluate, Item, execution_problem, single
from akson.fhir.fhirpath.navigation import lineage
from akson.fhir.fhirpath.syntax import Expression
from akson.fhir.primitives import PRIMITIVES

FUNCTIONS: Mapping[str, Build] = {}

_PARTS: Mapping[str, tuple[str, ...]] = {
    "Address": ("line", "city", "state", "postalCode", "country", "use", "type"),
    "CodeableConcept": ("coding", "text"),
    "Coding": ("system", "code", "display", "version"),
    "ContactPoint": ("system", "value", "use"),
    "Extension": ("url", "value"),
    "HumanName": ("family", "given", "prefix", "suffix", "text", "use"),
    "Identifier": ("system", "value", "use", "type"),
    "Quantity": ("system", "code", "value", "unit"),
}
_WHOLE = {"integer", "integer64", "positiveInt", "unsignedInt"}
_SYSTEM_TO_FHIR = {
    "System.Boolean": "boolean",
    "System.Date": "date",
    "System.DateTime": "dateTime",
    "System.Decimal": "decimal",
    "System.Integer": "integer",
    "System.String": "string",
    "System.Time": "time",
}


def maker(name: str) -> Build:
    """The closure of `%factory.<name>(…)`."""
    if name in _PARTS:
        return _complex(name)
    if name == "create":
        return _create
    if name in ("withExtension", "withProperty"):
        return _with(name)
    if name in PRIMITIVES or name == "integer64":
        return _primitive(name)
    raise execution_problem("The factory does not make that.", "It makes data types of FHIR.")


def _primitive(name: str) -> Build:
    def build(_target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
        expect(arguments, 1, 2)
        given = [compile(argument) for argument in arguments]

        def evaluate(_focus: Collection, context: Context) -> Collection:
            item = single(given[0](context.this, context))
            extensions = given[1](context.this, context) if len(given) > 1 else []
            extra = {"extension": [e.value for e in extensions]} if extensions else None
            value = None if item is None else _checked(name, item.value, has_more=extra is not None)
            return [Item(value, name, extra)]

        return evaluate

    return build


def _checked(name: str, value: Any, *, has_more: bool = False) -> Any:
    if name == "boolean" and type(value) is str and value in ("true", "false"):
        value = value == "true"
    elif (name == "decimal" or name in _WHOLE) and type(value) is str and DECIMAL.fullmatch(value):
        value = Decimal(value) if name == "decimal" else int(Decimal(value))
    if name in ("date", "dateTime", "instant", "time"):
        # A zone may be missing here: an expression works with moments that no resource may hold.
        good = temporal.of(value, name) is not None
    elif name == "integer64":
        good = type(value) is int
    else:
        good = PRIMITIVES[name](value) is None or (value == "" and has_more and name == "uri")
    if not good:
        raise execution_problem(f"The value is not a {name}.")
    return value


def _complex(name: str) -> Build:
    def build(_target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
        parts = _PARTS[name]
        expect(arguments, 1, len(parts))
        given = [compile(argument) for argument in arguments]

        def evaluate(_focus: Collection, context: Context) -> Collection:
            made: dict[str, Any] = {}
            for part, argument in zip(parts, given, strict=False):
                _put(made, name, part, argument(context.this, context))
            return [Item(made, name)]

        return evaluate

    return build


def _put(made: dict[str, Any], type: str, part: str, found: Collection) -> None:
    if not found:
        return
    at = _property(type, part, found[0])
    values = [_fitting(at, item) for item in found]
    if at.repeats:
        made[at.key] = values
    elif len(values) == 1:
        made[at.key] = values[0]
    else:
        raise execution_problem(f"{type}.{part} holds one value.", "It was several.")


def _property(type: str, part: str, item: Item) -> Property:
    choices = shape(type).by_name.get(part, ())
    if len(choices) == 1:
        return choices[0]
    wanted = _SYSTEM_TO_FHIR.get(item.type, item.type)
    for at in choices:
        if at.type == wanted:
            return at
    raise execution_problem(f"{type} has no element of that name and type.")


def _fitting(at: Property, item: Item) -> Any:
    if at.primitive:
        return _checked(at.type, item.value)
    if at.type not in lineage(item.type):
        raise execution_problem(f"A {at.type} was expected.")
    return item.value


def _create(_target: Evaluate, arguments: tuple[Expression, ...], _compile: Compile) -> Evaluate:
    expect(arguments, 1, 1)
    name = type_name(arguments[0])
    if not load().has(name):
        raise execution_problem("The factory does not make that.", "It makes data types of FHIR.")
    return lambda _focus, _context: [Item({}, name)]


def _with(name: str) -> Build:
    def build(_target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
        expect(arguments, 3, 3)
        given = [compile(argument) for argument in arguments]

        def evaluate(_focus: Collection, context: Context) -> Collection:
            instance, label, value = [one(context.this, context) for one in given]
            text = single(label)
            if len(instance) != 1 or text is None:
                return []
            if name == "withProperty":
                return [_with_property(instance[0], text.value, value)]
            extension: dict[str, Any] = {"url": text.value}
            _put(extension, "Extension", "value", value)
            return [_with_extension(instance[0], extension)]

        return evaluate

    return build


def _with_property(item: Item, name: str, value: Collection) -> Item:
    made = dict(item.value)
    _put(made, item.type, name, value)
    return Item(made, item.type)


def _with_extension(item: Item, extension: dict[str, Any]) -> Item:
    holder = item.value if type(item.value) is dict else (item.extra or {})
    more = {**holder, "extension": [*holder.get("extension", ()), extension]}
    return Item(more, item.type) if type(item.value) is dict else Item(item.value, item.type, more)
