"""How many of the planted are found, and how many innocent looks become a case, by kind."""

from collections.abc import Iterable
from dataclasses import dataclass

from akson.audit.patterns.finding import find
from akson.audit.patterns.rows import Case, Kind
from akson.audit.patterns.seeding import Municipality, Planted

RECALL_GOAL = 0.9
FALSE_GOAL = 1.0
"""Per 1,000 users and day."""


@dataclass(frozen=True, slots=True)
class Measured:
    kind: str
    planted: int
    found: int
    false: int
    user_days: int

    @property
    def recall(self) -> float:
        return self.found / self.planted if self.planted else 1.0

    @property
    def false_rate(self) -> float:
        """False alarms per 1,000 users and day."""
        return 1000 * self.false / self.user_days if self.user_days else 0.0


def measure(towns: Iterable[Municipality]) -> list[Measured]:
    """One row per kind, and the sum. A planted look is found when any case names it; a case is false when nothing of it was
    planted."""
    planted, found, false = dict.fromkeys(Kind, 0), dict.fromkeys(Kind, 0), dict.fromkeys(Kind, 0)
    user_days = 0
    for town in towns:
        cases = find(town.looks, town.around)
        user_days += town.staff * town.days
        for one in town.planted:
            planted[one.kind] += 1
            found[one.kind] += any(_names(case, one) for case in cases)
        for case in cases:
            false[case.kind] += not any(_names(case, one) for one in town.planted)
    rows = [Measured(kind.value, planted[kind], found[kind], false[kind], user_days) for kind in Kind]
    everything = [sum(each.values()) for each in (planted, found, false)]
    return [*rows, Measured("all", everything[0], everything[1], everything[2], user_days)]


def _names(case: Case, planted: Planted) -> bool:
    if case.actor != planted.actor:
        return False
    shared = len(planted.patients.intersection(case.patients))
    # Of a day of browsing, half of the case must be what was planted.
    return shared > 0 if case.kind is not Kind.BROWSING else 2 * shared >= len(case.patients)
