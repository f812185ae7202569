"""What search asks of terminology, as plain functions handed in from above: this package does no look-ups of its own.

    Words(expand={"urn:vs": frozenset({("http://loinc.org", "8867-4")})}.get)

CORE knows the value sets that R4's own required bindings name. Spec: https://hl7.org/fhir/R4/search.html#token
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from akson.fhir.definitions import load

Codes: TypeAlias = Collection[tuple[str | None, str]]
"""(system, code) pairs."""


def _nobody_knows(_system: str | None, _code: str) -> Codes | None:
    return None


def core_expansion(value_set: str) -> Codes | None:
    """The codes of a value set of R4 itself; None when it is not a closed list."""
    systems = load().code_systems(value_set.partition("|")[0])
    if systems is None:
        return None
    return [(system, code) for system, codes in systems.items() for code in codes]


@dataclass(frozen=True, slots=True)
class Words:
    """Every function answers None for what is not known here; the search is then refused, never widened."""

    expand: Callable[[str], Codes | None] = core_expansion
    """Value set url -> its codes."""
    below: Callable[[str | None, str], Codes | None] = _nobody_knows
    """(system, code) -> the code and all that it subsumes."""
    above: Callable[[str | None, str], Codes | None] = _nobody_knows
    """(system, code) -> the code and all that subsume it."""


CORE = Words()
