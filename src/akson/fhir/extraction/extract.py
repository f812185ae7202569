"""extract(): builds the tree of a type when its first resource comes, then only walks.

Spec: https://hl7.org/fhir/R4/search.html. The engine's answer is used for the few expressions that are not paths.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

from akson.fhir.definitions import Property, SearchParameter, load, shape
from akson.fhir.extraction.composites import composite_writers
from akson.fhir.extraction.plan import NotPlain, Path, plan
from akson.fhir.extraction.tree import Node, Visit, compiled
from akson.fhir.fhirpath import compile as compile_fhirpath
from akson.fhir.index_values import IndexValues
from akson.fhir.search.values import PARAMETER_TYPES, Writer
from akson.fhir.search.values.token import BOOLEAN_SYSTEM

Json: TypeAlias = Mapping[str, Any]
WriterOf: TypeAlias = Callable[[str, tuple[str, ...], Property], Writer | None]

# Kept outside the index: the store has id and time of change in columns of their own.
_OWN = frozenset({"_id", "_lastUpdated"})
_LOCAL_PATIENT = "Patient/"


def extract(resource: Json) -> IndexValues:
    """Index values of a valid resource, with the patients whose compartment it is in."""
    out = IndexValues()
    type_name = resource["resourceType"]
    _visit(type_name)(resource, out)
    out.patients = _patients(type_name, resource, out)
    return out


def elements(resource: Json) -> dict[str, list[Any]]:
    """Parameter -> the elements it found, as they stand in the JSON. For `akson explain` and tests."""
    found: dict[str, list[Any]] = {}

    def collect(_kind: str, params: tuple[str, ...], _at: Property) -> Writer:
        def write(value: Any, _out: IndexValues) -> None:
            for param in params:
                found.setdefault(param, []).append(value)

        return write

    root, general = _tree(resource["resourceType"], collect, frozenset())
    compiled(root)(resource, IndexValues())
    for parameter in general:
        values = compile_fhirpath(parameter.expression, resource["resourceType"])(resource)
        if values:
            found[parameter.code] = values
    return found


def _patients(type_name: str, resource: Json, out: IndexValues) -> tuple[str, ...]:
    """A Patient is in its own compartment, and only there: a link to another does not open the other's record."""
    if type_name == "Patient":
        return (resource["id"],) if "id" in resource else ()
    codes = _compartment(type_name)
    found = {
        target[len(_LOCAL_PATIENT) :]: None
        for param, target in out.references
        if param in codes and target.startswith(_LOCAL_PATIENT)
    }
    return tuple(found)


@cache
def _compartment(type_name: str) -> frozenset[str]:
    """The parameters that say whose the resource is.

    R4's Patient compartment leaves out Contract, Device, GuidanceResponse and Task, though each has a parameter
    `patient`; R5 takes Task in. What concerns a patient must never pass for what concerns nobody.
    """
    named = load().compartment("Patient").get(type_name, ())
    own = ("patient",) if "patient" in load().search_parameters(type_name) else ()
    return frozenset(named or own)


@cache
def _visit(type_name: str) -> Visit:
    root, general = _tree(type_name, _index_writer, _OWN)
    root.writers += composite_writers(type_name)
    root.writers += [_general_writer(type_name, parameter) for parameter in general]
    return compiled(root)


def _index_writer(kind: str, params: tuple[str, ...], at: Property) -> Writer | None:
    if at.type == "Extension":
        return _extension_writer(kind, params)
    return PARAMETER_TYPES[kind].writer(params, at)


def _extension_writer(kind: str, params: tuple[str, ...]) -> Writer:
    """A parameter on an extension means the extension's value, whichever type it has."""
    values = shape("Extension").by_name["value"]
    made = {value.key: PARAMETER_TYPES[kind].writer(params, value) for value in values}

    def write(extension: Any, out: IndexValues) -> None:
        for key, value in extension.items():
            writer = made.get(key)
            if writer is not None:
                writer(value, out)

    return write


def _tree(
    type_name: str, writer_of: WriterOf, left_out: frozenset[str]
) -> tuple[Node, list[SearchParameter]]:
    """The tree of the plain parameters, and the parameters that need the engine."""
    root, general = Node(), []
    together: dict[tuple[Path, str], list[str]] = {}
    for parameter in load().search_parameters(type_name).values():
        if parameter.type not in PARAMETER_TYPES or not parameter.expression or parameter.code in left_out:
            continue
        try:
            paths = plan(type_name, parameter.expression)
        except NotPlain:
            general.append(parameter)
            continue
        for path in paths:
            together.setdefault((path, parameter.type), []).append(parameter.code)
    for (path, kind), codes in together.items():
        writer = writer_of(kind, tuple(dict.fromkeys(codes)), path.at) if path.at else None
        if writer is not None:
            root.reach(path).writers.append(writer)
    return root, general


def _general_writer(type_name: str, parameter: SearchParameter) -> Writer:
    """Of the R4 parameters only `Patient.deceased` comes here: its expression is a yes or no."""
    evaluate = compile_fhirpath(parameter.expression, type_name)

    def write(value: Any, out: IndexValues) -> None:
        for found in evaluate(value):
            if type(found) is bool:
                out.tokens.append((parameter.code, BOOLEAN_SYSTEM, "true" if found else "false"))

    return write
