"""Cases with truth: a patient's regimen, changed in known ways between lists, then written down by many hands.

Truth comes from what was changed, by the rules in the README of `akson.care.medication.reconciliation`; the engine is not
asked.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from akson.app.bench.reconcile import changed_drugs, changed_lists
from akson.app.bench.reconcile import formulary as f
from akson.app.bench.reconcile.drafts import Draft, long_apart, meant_of, other_slots, pick
from akson.app.bench.reconcile.writing import Meant, written

EDITION = "1"
"""Raised when the same seed gives other cases."""
ASOF = "2026-11-22"
SOURCES = ("municipality", "hospital", "gp", "pll", "patient")


def cases(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """`count` cases of a seed, each with `expected` and `kinds` beside the input."""
    for number in range(count):
        yield _case(Random(f"{EDITION}/{seed}/{number}"), f"s{seed}-{number}")  # noqa: S311 - made data, the same for a seed


def _case(chance: Random, id: str) -> dict[str, Any]:
    draft = Draft(chance, [[] for _ in range(chance.choices((2, 3, 4), (6, 3, 1))[0])])
    for change in chance.sample(CHANGES, chance.choice((0, 1, 1, 2, 2, 3))):
        before = len(draft.truths)
        if change(draft):
            draft.kinds.append(f"{change.__name__}:{len(draft.truths) - before}")
    for _ in range(chance.randrange(2, 7)):
        _undisturbed(draft)
    lists = _written(draft)
    expected = [{"classes": list(t.classes), "lines": [m.id for m in t.lines]} for t in draft.truths]
    out = {"id": id, "asof": ASOF, "lists": lists, "expected": expected, "kinds": draft.kinds}
    if draft.allergies:
        out["allergies"] = draft.allergies
    return out


def _written(draft: Draft) -> list[dict[str, Any]]:
    lists = []
    for place, meant in enumerate(draft.lists):
        draft.chance.shuffle(meant)
        lines = [written(line, draft.chance, f"{'abcd'[place]}{at}") for at, line in enumerate(meant, 1)]
        lists.append({"source": draft.chance.choice(SOURCES), "lines": lines})
    return lists


def _undisturbed(draft: Draft) -> None:
    """A drug that all lists agree on, in words of their own."""
    roll = draft.chance.random()
    if roll < 0.7:
        medicine = pick(draft, f.PLAIN)
        meant = medicine and meant_of(medicine, draft.chance, slots=other_slots(medicine.usual, draft.chance))
    elif roll < 0.85:
        medicine = pick(draft, f.NEEDED)
        meant = medicine and meant_of(
            medicine,
            draft.chance,
            kind="needed",
            most=draft.chance.choice((0, 3, 4)),
            strength=medicine.strengths[0],
        )
    else:
        medicine = pick(draft, (*f.WEEKLY, *f.PATCHES))
        meant = medicine and long_apart(medicine, draft.chance)
    if isinstance(meant, Meant):
        draft.everywhere(meant)


CHANGES: tuple[Callable[[Draft], bool], ...] = (
    changed_drugs.stopped,
    changed_drugs.stopped_and_gone,
    changed_drugs.ended,
    changed_drugs.under_way,
    changed_drugs.route,
    changed_drugs.eye,
    changed_drugs.form,
    changed_drugs.needed,
    changed_drugs.dose,
    changed_drugs.dose_needed,
    changed_drugs.frequency,
    changed_drugs.interval,
    changed_drugs.divided,
    changed_drugs.strength,
    changed_lists.absent,
    changed_lists.doubled,
    changed_lists.doubled_inside,
    changed_lists.combination,
    changed_lists.class_twice,
    changed_lists.switched,
    changed_lists.allergic,
    changed_lists.not_allergic,
    changed_lists.split,
    changed_lists.side_by_side,
    changed_lists.documented,
)
