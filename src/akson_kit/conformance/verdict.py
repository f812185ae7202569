"""What became of one case that was asked of a server: passed, failed, or not asked for a reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from akson_kit.conformance.result import SuiteResult, result


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


def summed(suite: str, verdicts: Iterable[Verdict]) -> SuiteResult:
    """Skipped cases are no cases."""
    asked = [verdict for verdict in verdicts if verdict.outcome is not Outcome.SKIPPED]
    return result(
        suite, [(v.case, v.seen if v.outcome is Outcome.FAILED else None, v.optional) for v in asked]
    )
