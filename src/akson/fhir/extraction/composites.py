"""Composite parameters: values that stand together in one element, such as code and value of one Observation.

Spec: https://hl7.org/fhir/R4/search.html#composite
"""

from dataclasses import dataclass
from typing import Any

from akson.fhir.definitions import Component, SearchParameter, load
from akson.fhir.extraction.plan import Path, plan, relative
from akson.fhir.extraction.tree import Node, Visit, compiled
from akson.fhir.index_values import IndexValues
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.values import PARAMETER_TYPES, Writer

_FROM_RESOURCE = "%resource."
"""Two components of MolecularSequence look from the resource, not from the element they stand with."""
_NOTHING = IndexValues()
COMPOSITES_MAX = 20_000
"""Of one resource, over all its parameters: thousands of components in an Observation."""
_CORRECTED = {"DocumentReference-relatesto": "target", "DocumentReference-relation": "code"}
"""R4 gives the two components of DocumentReference.relationship each other's expression."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One component: the names one of which must be there, and the visit that fills an IndexValues."""

    names: frozenset[str]
    visit: Visit
    from_resource: bool


def composite_writers(type_name: str) -> list[Writer]:
    """One writer for each place a composite can stand at, to be run on the whole resource."""
    return [
        _at_base(type_name, parameter, base)
        for parameter in load().search_parameters(type_name).values()
        if parameter.type == "composite"
        for base in plan(type_name, parameter.expression)
    ]


def _at_base(type_name: str, parameter: SearchParameter, base: Path) -> Writer:
    parts = [
        _part(type_name, base, str(ordinal), component)
        for ordinal, component in enumerate(parameter.components)
    ]
    code = parameter.code
    if not base.steps:
        return lambda resource, out: _write(code, parts, resource, resource, out)
    root = Node()
    root.reach(base).writers.append(lambda value, found: found.append(value))
    gather = compiled(root)

    def write(resource: Any, out: IndexValues) -> None:
        found: list[Any] = []
        gather(resource, found)
        for value in found:
            _write(code, parts, value, resource, out)

    return write


def _part(type_name: str, base: Path, ordinal: str, component: Component) -> _Part:
    typed_by = load().search_parameter_by_url(component.definition)
    assert typed_by is not None, component.definition
    expression = _CORRECTED.get(component.definition.rpartition("/")[2], component.expression)
    from_resource = expression.startswith(_FROM_RESOURCE)
    start = type_name if from_resource else base.shape
    root = Node()
    for path in relative(start, expression.removeprefix(_FROM_RESOURCE)):
        writer = PARAMETER_TYPES[typed_by.type].writer((ordinal,), path.at) if path.at else None
        if writer is not None:
            root.reach(path).writers.append(writer)
    return _Part(frozenset(root.children), compiled(root), from_resource)


def _write(code: str, parts: list[_Part], value: Any, resource: Any, out: IndexValues) -> None:
    for part in parts:
        if part.names.isdisjoint(resource if part.from_resource else value):
            return
    found = []
    for part in parts:
        one = IndexValues()
        part.visit(resource if part.from_resource else value, one)
        if one == _NOTHING:
            return
        found.append(one)
    if len(out.composites) >= COMPOSITES_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-FHIR-007",
            "The resource has too many parts that are searched for together.",
            why=f"At most {COMPOSITES_MAX} pairs such as code and value are indexed of one resource.",
            now="Send several resources, or SampledData for a series.",
        )
    out.composites.append((code, tuple(found)))
