"""The last guard: decides once more, outside SQL, on each resource that is about to leave.

It takes the same Restriction and the facts, and shares no code with the store's SQL. One resource too many refuses the
whole answer: the guard never trims, since a mismatch means that one of the two computations is wrong.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from akson.access.decision import (
    AllOf,
    AnyOf,
    Everything,
    Matching,
    NoPatient,
    Nothing,
    PatientIs,
    PatientRelation,
    Restriction,
)
from akson.access.scopes import terms_of
from akson.fhir.index_values import IndexValues
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import TokenValue

Related = dict[tuple[tuple[str, ...], datetime], frozenset[str]]
"""For each (grantees, at) that a restriction names: the patients with a valid relation."""


def relations_named(restriction: Restriction) -> Iterable[PatientRelation]:
    """Every PatientRelation inside a restriction."""
    if isinstance(restriction, PatientRelation):
        yield restriction
    elif isinstance(restriction, AnyOf | AllOf):
        for part in restriction.parts:
            yield from relations_named(part)


def settled(restriction: Restriction, index: Callable[[], IndexValues]) -> Restriction:
    """The restriction with every Matching answered from what the resource itself says; `index` is asked when needed."""
    match restriction:
        case Matching():
            return Everything() if _says(restriction, index()) else Nothing()
        case AnyOf(parts):
            return AnyOf(tuple(settled(part, index) for part in parts))
        case AllOf(parts):
            return AllOf(tuple(settled(part, index) for part in parts))
    return restriction


def _says(matching: Matching, index: IndexValues) -> bool:
    return all(
        any(
            isinstance(value, TokenValue) and param == term.param and _is(value, system, code)
            for value in term.values
            for param, system, code in index.tokens
        )
        for term in terms_of(matching)
    )


def _is(wanted: TokenValue, system: str | None, code: str | None) -> bool:
    if wanted.code is not None and wanted.code != code:
        return False
    return wanted.system is None or (system or "") == wanted.system


def of_patients(restriction: Restriction) -> Restriction:
    """What of it the patients alone tell: where there is no resource to look at, its content is no reason to refuse."""
    match restriction:
        case Matching():
            return Everything()
        case AnyOf(parts):
            return AnyOf(tuple(map(of_patients, parts)))
        case AllOf(parts):
            return AllOf(tuple(map(of_patients, parts)))
    return restriction


def needs_resource(restriction: Restriction) -> bool:
    """Whether the patients alone do not tell if it holds."""
    if isinstance(restriction, AnyOf | AllOf):
        return any(map(needs_resource, restriction.parts))
    return isinstance(restriction, Matching)


def holds(restriction: Restriction, patients: Sequence[str], related: Related) -> bool:
    """Whether a resource of these patients satisfies the restriction, given who is related to whom."""
    match restriction:
        case Everything():
            return True
        case Nothing():
            return False
        case NoPatient():
            return not patients
        case PatientIs(allowed):
            return bool(patients) and set(patients) <= set(allowed)
        case PatientRelation(grantees, at):
            return bool(patients) and set(patients) <= related.get((grantees, at), frozenset())
        case Matching():
            return False  # not `settled`: nobody has looked at the resource
        case AnyOf(parts):
            return any(holds(part, patients, related) for part in parts)
        case AllOf(parts):
            return all(holds(part, patients, related) for part in parts)


def refused_answer() -> Problem:
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-RECORD-001",
        "The answer was held back.",
        why="The last guard found a resource in it that the decision does not allow.",
        now="Report this to the privacy officer; the attempt is logged.",
        permanent=True,
    )


def not_found() -> Problem:
    """The same for missing and hidden, to the byte."""
    return Problem(
        ProblemKind.NOT_FOUND,
        "AKS-RECORD-404",
        "There is no such resource, or you have no access to it.",
        now="Check the address; if you need access, ask the one who is responsible for the patient.",
    )


def gone() -> Problem:
    return Problem(
        ProblemKind.GONE, "AKS-RECORD-410", "The resource has been deleted.", now="Its history remains."
    )
