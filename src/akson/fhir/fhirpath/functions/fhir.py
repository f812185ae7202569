"""What FHIR adds: extension, resolve, hasValue, memberOf, conformsTo. Spec: https://hl7.org/fhir/R4/fhirpath.html#functions"""

from collections.abc import Mapping
from typing import Any

from akson.fhir.definitions import load
from akson.fhir.fhirpath import quantity as quantities
from akson.fhir.fhirpath.comparison import quantity_of
from akson.fhir.fhirpath.functions.building import Build, Compile, expect, on_collection, on_value
from akson.fhir.fhirpath.item import (
    Collection,
    Context,
    Evaluate,
    Item,
    boolean,
    execution_problem,
    plain_item,
    resource_item,
    single,
)
from akson.fhir.fhirpath.navigation import children_named, lineage
from akson.fhir.fhirpath.syntax import Expression
from akson.fhir.search.values.reference import type_of
from akson.fhir.xhtml import xhtml

_CORE = "http://hl7.org/fhir/StructureDefinition/"


def _extension(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 1, 1)
    wanted = compile(arguments[0])

    def evaluate(focus: Collection, context: Context) -> Collection:
        url = single(wanted(context.this, context))
        every: Collection = []
        for item in target(focus, context):
            children_named(item, "extension", every)
        found = [e for e in every if url is not None and _says(e, url.value)]
        # Even in what the model does not know, an extension is one; unless there is no model at all.
        return [e if e.type or not context.start.type else Item(e.value, "Extension") for e in found]

    return evaluate


def _says(extension: Item, url: Any) -> bool:
    return type(extension.value) is dict and extension.value.get("url") == url


def _resolve(target: Evaluate, arguments: tuple[Expression, ...], _compile: Compile) -> Evaluate:
    """Asks the caller for the resource; without an answer its type alone is known, which is all `resolve() is X` asks."""
    expect(arguments, 0, 0)

    def evaluate(focus: Collection, context: Context) -> Collection:
        found: Collection = []
        for item in target(focus, context):
            answer = _resolved(item, context)
            if answer is not None:
                found.append(answer)
        return found

    return evaluate


def _resolved(item: Item, context: Context) -> Item | None:
    text = item.value.get("reference") if type(item.value) is dict else item.value
    if type(text) is str:
        if text.startswith("#"):
            return _contained(text[1:], context)
        resolve = context.environment.resolve
        known = resolve(text) if resolve is not None else None
        if known is not None:
            return resource_item(known)
    named = type_of(item.value if type(item.value) is dict else {"reference": text})
    known_type = isinstance(named, str) and load().has(named)
    return Item({"resourceType": named}, named) if known_type else None


def _contained(id: str, context: Context) -> Item | None:
    root = context.root.value
    if type(root) is not dict:
        return None
    if not id:
        return context.root
    for inner in root.get("contained", ()):
        if type(inner) is dict and inner.get("id") == id:
            return resource_item(inner)
    return None


def _has_value(found: Collection) -> Collection:
    return boolean(len(found) == 1 and _primitive(found[0]))


def _primitive(item: Item) -> bool:
    return item.value is not None and isinstance(item.value, str | bool | int | quantities.Decimal)


def _get_value(found: Collection) -> Collection:
    if len(found) != 1 or not _primitive(found[0]):
        return []
    item = found[0]
    return [item if item.type.startswith("System.") else Item(item.value, plain_item(item.value).type)]


def _conforms_to(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 1, 1)
    wanted = compile(arguments[0])

    def evaluate(focus: Collection, context: Context) -> Collection:
        item, url = single(target(focus, context)), single(wanted(context.this, context))
        if item is None or url is None:
            return []
        ask = context.environment.conforms_to
        answer = ask(item.value, url.value) if ask is not None else None
        if answer is None and isinstance(url.value, str) and url.value.startswith(_CORE):
            named = url.value[len(_CORE) :]
            if load().has(named):
                return boolean(named in lineage(item.type))
        if answer is None:
            raise execution_problem("The profile is not known here.")
        return boolean(answer)

    return evaluate


def _member_of(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 1, 1)
    wanted = compile(arguments[0])

    def evaluate(focus: Collection, context: Context) -> Collection:
        item, url = single(target(focus, context)), single(wanted(context.this, context))
        ask = context.environment.member_of
        if item is None or url is None or ask is None:
            return []
        return boolean(ask(item.value, item.type, url.value))

    return evaluate


def _html_checks(item: Item) -> bool:
    return xhtml(item.value) is None


def _comparable(item: Item, other: Item) -> bool:
    a, b = quantity_of(item), quantity_of(other)
    if a is None or b is None:
        raise execution_problem("Only quantities are compared.")
    return quantities.shared(a, b) is not None


def _ordinal(item: Item) -> Any:
    """`ordinal()` of an answer: the weight that an extension of the questionnaire gives it."""
    found: Collection = []
    children_named(item, "extension", found)
    for extension in found:
        if _says(extension, _CORE + "ordinalValue") or _says(extension, _CORE + "itemWeight"):
            return extension.value.get("valueDecimal")
    return None


FUNCTIONS: Mapping[str, Build] = {
    "comparable": on_value(_comparable, 1, 1),
    "conformsTo": _conforms_to,
    "extension": _extension,
    "getValue": on_collection(_get_value),
    "hasValue": on_collection(_has_value),
    "htmlChecks": on_value(_html_checks),
    "memberOf": _member_of,
    "ordinal": on_value(_ordinal),
    "resolve": _resolve,
    "weight": on_value(_ordinal),
}
