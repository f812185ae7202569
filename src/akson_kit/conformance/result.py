"""What one suite of cases found."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """`failures` and `optional` name cases, each with a word on what differed."""

    name: str
    cases: int
    passed: int
    failures: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    """Failed cases that the suite itself calls doubtful, or that judge what Akson does not claim."""

    @property
    def good(self) -> bool:
        return not self.failures


def result(name: str, judged: Iterable[tuple[str, str | None, bool]]) -> SuiteResult:
    """From (case, None or what differed, whether the case is optional)."""
    every = list(judged)
    wrong = [(f"{case}: {what}", optional) for case, what, optional in every if what is not None]
    return SuiteResult(
        name,
        len(every),
        len(every) - len(wrong),
        tuple(text for text, optional in wrong if not optional),
        tuple(text for text, optional in wrong if optional),
    )
