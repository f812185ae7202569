"""One code list, or what we hold of it, and the protocol of whoever brings code lists.

Spec: https://hl7.org/fhir/R4/codesystem.html. Where the words come from is said in each list's own file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Coverage(StrEnum):
    """As CodeSystem.content in FHIR."""

    COMPLETE = "complete"
    """A code that is not here does not exist."""
    FRAGMENT = "fragment"
    """A code that is not here may well exist."""


@dataclass(frozen=True, slots=True)
class CodeList:
    """`8258`, "Status for mottak av melding": 1 OK, 2 Avvist, 3 OK, feil i delmelding."""

    system: str
    """Canonical address: `urn:oid:2.16.578.1.12.4.1.1.8258`."""
    title: str
    coverage: Coverage
    origin: str
    """Which standard or table the words were written from."""
    words: Mapping[str, str]
    """Code -> bokmål."""


class Source(Protocol):
    """A folder in `sources/`. Its name tells where the lists come from."""

    name: str

    def lists(self) -> tuple[CodeList, ...]:
        """Every list this source brings; no two sources bring the same code of the same system."""
        ...
