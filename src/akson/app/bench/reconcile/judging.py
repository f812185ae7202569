"""Answers held against truth: what is found, what is missed, what is a false alarm."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

UNCOUNTED = frozenset({"brand-only", "wording-only"})


@dataclass(frozen=True, slots=True)
class Expected:
    """A true finding: the class it is, classes that earn credit too, and lines; an answer must touch each list of them."""

    classes: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """Counts over many cases."""

    cases: int = 0
    expected: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    answered: int = 0

    @property
    def recall(self) -> float:
        return sum(self.found.values()) / max(1, sum(self.expected.values()))

    @property
    def false_alarms(self) -> float:
        """Share of counted answers that settle nothing."""
        return sum(self.false.values()) / max(1, self.answered)


def judge(
    case: Mapping[str, Any], answers: Iterable[tuple[str, Sequence[str]]], tally: Tally
) -> tuple[list[Expected], list[tuple[str, tuple[str, ...]]]]:
    """Counts one case; gives what was missed and what was a false alarm. Each answer settles at most one."""
    place = {line["id"]: at for at, entry in enumerate(case["lists"]) for line in entry["lines"]}
    counted = [(c, tuple(lines)) for c, lines in answers if c not in UNCOUNTED]
    tally.cases += 1
    tally.answered += len(counted)
    missed = []
    left = list(counted)
    for truth in (Expected(tuple(e["classes"]), tuple(e["lines"])) for e in case["expected"]):
        tally.expected[truth.classes[0]] += 1
        settled = _settling(truth, left, place)
        if settled is None:
            missed.append(truth)
            continue
        tally.found[truth.classes[0]] += 1
        left.remove(settled)
    for class_, _ in left:
        tally.false[class_] += 1
    return missed, left


def _settling(
    truth: Expected, answers: Sequence[tuple[str, tuple[str, ...]]], place: Mapping[str, int]
) -> tuple[str, tuple[str, ...]] | None:
    concerned = {place[line] for line in truth.lines}
    for class_ in truth.classes:
        for answer in answers:
            touched = {place[line] for line in answer[1] if line in place}
            if answer[0] == class_ and concerned <= touched and set(answer[1]) & set(truth.lines):
                return answer
    return None
