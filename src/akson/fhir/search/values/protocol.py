"""What one search parameter type must offer: reading the caller's text, and reading the resource's element.

Members live beside this file, one per type, and never import each other except for shared normal forms that
are named in the import (quantity uses number's ranges). Spec: https://hl7.org/fhir/R4/search.html#ptypes
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from akson.fhir.definitions import Property
from akson.fhir.index_values import IndexValues
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Value

Writer: TypeAlias = Callable[[Any, IndexValues], None]
"""Adds what one element says to the index values of its resource."""


class ParameterType(Protocol):
    @property
    def MODIFIERS(self) -> tuple[str, ...]:  # noqa: N802 - a constant of the module
        """What may stand behind the name, `missing` apart, which all have."""
        ...

    def parse(self, param: str, text: str, modifier: str = "") -> Value:
        """One value of the query (commas already cut, escapes still in). Raises Problem AKS-FHIR-310."""
        ...

    def writer(self, params: tuple[str, ...], at: Property) -> Writer | None:
        """For elements of type `at.type` indexed under all of `params`; None: that type says nothing here."""
        ...


def bad_value(param: str, expected: str) -> Problem:
    """The value itself is not repeated: it may be a name or an identity number."""
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-FHIR-310",
        f"The value of the search parameter {param!r} cannot be read.",
        why=f"Expected {expected}.",
        code="value",
    )
