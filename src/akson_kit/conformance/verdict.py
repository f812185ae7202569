"""What became of one case of a suite. Every suite gives a list of these, so that one table shows them all."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Does not apply: another version of FHIR, or a capability that the server does not declare."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Example: Verdict("testscripts", "Search/date: GET by birth date", Outcome.FAILED, "expected 200, got 400")."""

    suite: str
    case: str
    outcome: Outcome
    seen: str = ""
    optional: bool = False
    """Informative only: failing it does not fail the suite."""
