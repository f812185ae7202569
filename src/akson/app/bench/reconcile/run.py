"""The benchmark from beginning to end: engine and baselines over the same cases, and the table that is printed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from akson.app.bench.reconcile.baselines import BASELINES, Answer
from akson.app.bench.reconcile.cases import EDITION, cases
from akson.app.bench.reconcile.judging import Tally, judge
from akson.care.medication.reconciliation.case import read_case
from akson.care.medication.reconciliation.engine import CLASSES, reconcile

RECALL_GOAL = 0.99
FALSE_ALARMS_GOAL = 0.02


@dataclass(frozen=True, slots=True)
class Outcome:
    """`tallies`: «engine» first, then each baseline."""

    seeds: tuple[int, ...]
    tallies: dict[str, Tally]

    @property
    def met(self) -> bool:
        engine = self.tallies["engine"]
        return engine.recall >= RECALL_GOAL and engine.false_alarms <= FALSE_ALARMS_GOAL

    def as_json(self) -> dict[str, Any]:
        return {
            "edition": EDITION,
            "seeds": list(self.seeds),
            "results": {
                name: {
                    "cases": t.cases,
                    "expected": sum(t.expected.values()),
                    "recall": round(t.recall, 5),
                    "falseAlarms": round(t.false_alarms, 5),
                    "classes": {
                        c: [t.expected[c], t.found[c], t.false[c]]
                        for c in CLASSES
                        if t.expected[c] or t.false[c]
                    },
                }
                for name, t in self.tallies.items()
            },
        }


def engine(case: Mapping[str, Any]) -> list[Answer]:
    return [(f.class_, f.lines) for f in reconcile(read_case(case))]


def measure(seeds: Sequence[int], count: int) -> Outcome:
    """`count` cases of each seed."""
    return judged(seeds, (case for seed in seeds for case in cases(seed, count)))


def judged(seeds: Sequence[int], stream: Iterable[Mapping[str, Any]]) -> Outcome:
    answering: dict[str, Callable[[Mapping[str, Any]], list[Answer]]] = {"engine": engine, **BASELINES}
    tallies = {name: Tally() for name in answering}
    for case in stream:
        for name, answer in answering.items():
            judge(case, answer(case), tallies[name])
    return Outcome(tuple(seeds), tallies)


def table(outcome: Outcome) -> str:
    """Markdown: one row for each way, then the mistakes by class."""
    names = list(outcome.tallies)
    rows = [
        f"Reconciliation benchmark, edition {EDITION}, seeds {', '.join(map(str, outcome.seeds))}",
        "",
        "| way | cases | findings | recall | false alarms |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, t in outcome.tallies.items():
        rows.append(
            f"| {name} | {t.cases} | {sum(t.expected.values())} | {100 * t.recall:.2f} % | {100 * t.false_alarms:.2f} % |"
        )
    rows += ["", "Missed + false alarms by class:", ""]
    rows.append(f"| class | expected | {' | '.join(names)} |")
    rows.append("| --- | ---: |" + " ---: |" * len(names))
    for class_ in CLASSES:
        expected = outcome.tallies["engine"].expected[class_]
        cells = [
            f"{t.expected[class_] - t.found[class_]} + {t.false[class_]}" for t in outcome.tallies.values()
        ]
        if expected or any(c != "0 + 0" for c in cells):
            rows.append(f"| {class_} | {expected} | {' | '.join(cells)} |")
    return "\n".join(rows)
