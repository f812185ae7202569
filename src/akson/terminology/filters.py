"""The filters of a value set: which concepts of a system pass. https://hl7.org/fhir/R4/valueset-filter-operator.html

Filter("concept", "is-a", "code2") over a system -> the concept and all below it
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from akson.fhir.fhirpath import patterns
from akson.fhir.problem import Problem
from akson.terminology import findings
from akson.terminology.concepts import CONCEPT_PROPERTIES, CodeSystem, Concept, Json
from akson.terminology.refusal import Refused

Test = Callable[[Concept], bool]
PATTERN_WORK = 15
"""What a pattern costs for one concept, where any other filter costs 1."""
PATTERN_SIGNS_MAX = 1_000
"""Of a text that is matched; no code is as long."""
_OWN = frozenset(
    {"concept", "code", "display", "definition", "inactive", "status", "notSelectable", "abstract"}
)
_TREE = frozenset({"parent", "child"})


@dataclass(frozen=True, slots=True)
class Filter:
    property: str
    op: str
    value: str


def read(system: str, listed: Sequence[Json], place: str) -> list[Filter]:
    """Raises Refused AKS-TERMINOLOGY-020 for a filter without a value. `place`: `ValueSet.compose.include[0]`."""
    found = []
    for number, item in enumerate(listed):
        filter = Filter(str(item.get("property", "")), str(item.get("op", "")), str(item.get("value", "")))
        if not filter.value:
            raise Refused(
                "AKS-TERMINOLOGY-020",
                "A filter has no value.",
                finding=findings.NO_FILTER_VALUE.found(
                    f"{place}.filter[{number}]", system=system, property=filter.property, op=filter.op
                ),
            )
        found.append(filter)
    return found


def cost(filters: Iterable[Filter]) -> int:
    """Of looking at one concept."""
    return 1 + sum(PATTERN_WORK if filter.op == "regex" else 1 for filter in filters)


def passing(system: CodeSystem, filters: Iterable[Filter]) -> Test:
    """A test for concepts of the system: whether all of the filters let them pass."""
    tests = [_test(system, filter) for filter in filters]
    return lambda concept: all(test(concept) for test in tests)


def _test(system: CodeSystem, filter: Filter) -> Test:
    make = _OPERATORS.get(filter.op)
    if make is None:
        raise _refused(system, filter, f"the operator {filter.op!r} is not known")
    return make(system, filter)


def _hierarchical(codes: Callable[[CodeSystem, str], set[str]]) -> Callable[[CodeSystem, Filter], Test]:
    def make(system: CodeSystem, filter: Filter) -> Test:
        if filter.property not in ("concept", "code"):
            raise _refused(
                system, filter, "it is about the tree of concepts, and the property is not `concept`"
            )
        top = system.find(filter.value)
        found = codes(system, top.code) if top else set[str]()
        return lambda concept: concept.code in found

    return make


def _leaves(system: CodeSystem, code: str) -> set[str]:
    return {c for c in system.below(code) if not system.concepts[c].children}


def _children(system: CodeSystem, code: str) -> set[str]:
    return set(system.concepts[code].children)


def _equal(system: CodeSystem, filter: Filter) -> Test:
    values = _values(system, filter)
    if system.case_sensitive or filter.property not in ("concept", "code"):
        return lambda concept: filter.value in values(concept)
    return lambda concept: filter.value.casefold() in {v.casefold() for v in values(concept)}


def _in(system: CodeSystem, filter: Filter) -> Test:
    values, listed = _values(system, filter), {v.strip() for v in filter.value.split(",")}
    return lambda concept: not listed.isdisjoint(values(concept))


def _not_in(system: CodeSystem, filter: Filter) -> Test:
    inside = _in(system, filter)
    return lambda concept: not inside(concept)


def _exists(system: CodeSystem, filter: Filter) -> Test:
    values, wanted = _values(system, filter), filter.value == "true"
    return lambda concept: bool(values(concept)) is wanted


def _regex(system: CodeSystem, filter: Filter) -> Test:
    values = _values(system, filter)
    try:
        # Linear in the text: the pattern comes from outside.
        pattern = patterns.compile(filter.value)
    except Problem as unreadable:
        raise _refused(system, filter, "the pattern is not one that is offered") from unreadable
    return lambda concept: any(
        len(v) <= PATTERN_SIGNS_MAX and pattern.matches_whole(v) for v in values(concept)
    )


_OPERATORS: dict[str, Callable[[CodeSystem, Filter], Test]] = {
    "is-a": _hierarchical(lambda system, code: {code} | system.below(code)),
    "descendent-of": _hierarchical(CodeSystem.below),
    "is-not-a": lambda system, filter: _inverted(_OPERATORS["is-a"](system, filter)),
    "generalizes": _hierarchical(lambda system, code: {code} | system.above(code)),
    "child-of": _hierarchical(_children),
    "descendent-leaf": _hierarchical(_leaves),
    "=": _equal,
    "in": _in,
    "not-in": _not_in,
    "exists": _exists,
    "regex": _regex,
}


def _inverted(test: Test) -> Test:
    return lambda concept: not test(concept)


def _values(system: CodeSystem, filter: Filter) -> Callable[[Concept], list[str]]:
    """What the property says of a concept, as text."""
    name = filter.property
    said = any(p.code == name for c in system.every() for p in c.properties)
    match name:
        case "concept" | "code":
            return lambda concept: [concept.code]
        case "display":
            return lambda concept: [concept.display, *(d.value for d in concept.designations)]
        case "definition":
            return lambda concept: [concept.definition] if concept.definition else []
        case "parent":
            return lambda concept: concept.parents
        case "child":
            return lambda concept: concept.children
        case "inactive" if not said:
            return lambda concept: [_written(concept.inactive)]
        case "status" if not said:
            return lambda concept: [concept.status] if concept.status else []
    if not said and name not in system.properties:
        name = _by_uri(system, name)
    if not said and name not in system.properties and name not in _OWN | _TREE:
        raise _refused(system, filter, f"the system has no property {filter.property!r}")
    return lambda concept: [_written(v) for v in concept.values(name)]


def _by_uri(system: CodeSystem, name: str) -> str:
    """The system's own code for one of FHIR's properties."""
    uri = name if ":" in name else CONCEPT_PROPERTIES + name
    return next((p.code for p in system.properties.values() if p.uri == uri), name)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value.get("code", "")) if isinstance(value, dict) else str(value)


def _refused(system: CodeSystem, filter: Filter, why: str) -> Refused:
    return Refused(
        "AKS-TERMINOLOGY-021",
        f"The filter {filter.property} {filter.op} {filter.value[:80]} on {system.url} cannot be carried out: {why}.",
    )
