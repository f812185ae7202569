"""The rule of the lines: two workers never have what bears upon each other, and nobody overtakes in a line.

Random queues, worked by several workers at a time some of whom die, are judged by what was really worked when. Planted
faults in the rule are found by the same judge.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from akson.store import taking
from akson.store.taking import LOOKS_MAX, Choice, Waiting, choose

Rule = Callable[[Iterable[Waiting], int], Choice]
WORLDS = 60


def waiting(id: int, *lines: int, held: bool = False, attempts: int = 0) -> Waiting:
    return Waiting(id, frozenset(lines), held, attempts)


def unseen(id: int, attempts: int = 0) -> Waiting:
    return Waiting(id, None, False, attempts)


def test_the_example_of_the_table() -> None:
    standing = [waiting(17, 1, held=True), waiting(18, 1, 2), waiting(19, 2), waiting(20, 3), waiting(21, 3)]
    assert choose([*standing, unseen(22)], 2) == Choice((20, 21), ())
    assert choose([*standing, unseen(22), waiting(23, 9)], 9) == Choice((20, 21), (22,))


def test_what_shares_nothing_goes_alone() -> None:
    assert choose([waiting(1, held=True), waiting(2), waiting(3)], 9).take == (2, 3)


def test_a_line_held_by_a_later_one_is_held_all_the_same() -> None:
    """An item that failed is due again while a later one of its line is worked."""
    assert choose([waiting(1, 7), waiting(2, 7, held=True), waiting(3, 8)], 9).take == (3,)


def test_no_more_is_opened_than_can_be_taken() -> None:
    assert choose([unseen(n) for n in range(1, 9)], 3) == Choice((), (1, 2, 3))
    assert choose([waiting(1), *(unseen(n) for n in range(2, 9))], 3) == Choice((1,), (2, 3))


def test_what_somebody_died_of_is_looked_at_alone_and_then_by_nobody() -> None:
    assert choose([unseen(1, 1), unseen(2), unseen(3)], 9).look == (1,)
    assert choose([unseen(1), unseen(2, 1), unseen(3)], 9).look == (1,)
    assert choose([unseen(1, LOOKS_MAX + 1), waiting(2, 5)], 9) == Choice((1, 2), ())


class Queue:
    """Items with lines, and workers who take by `rule`, work in the order of the lines, and sometimes die."""

    def __init__(self, seed: int, rule: Rule, *, items: int = 40, workers: int = 3) -> None:
        self.chance = random.Random(seed)
        self.rule = rule
        self.lines = {
            id: frozenset(self.chance.sample(range(8), self.chance.choice((0, 1, 1, 2))))
            for id in range(1, items + 1)
        }
        self.seen: set[int] = set()
        self.held: dict[int, int] = {}
        """Item -> worker."""
        self.later: set[int] = set()
        """Wait for another try: they hold nobody back."""
        self.hidden = {id for id in self.lines if self.chance.random() < 0.3}
        """Stored by somebody who has not committed yet: ids do not become visible in their order."""
        self.done: list[int] = []
        self.workers: dict[int, list[int]] = {n: [] for n in range(workers)}
        self.faults: list[str] = []

    def run(self) -> list[str]:
        for _ in range(5_000):
            if len(self.done) == len(self.lines):
                return self.faults
            worker = self.chance.choice(list(self.workers))
            hand = self.workers[worker]
            if not hand:
                self._take(worker)
            elif self.chance.random() < 0.05:
                # It dies: what it had comes back when the leases end.
                self._give_back(hand)
            else:
                self._work(worker, hand.pop(0))
            if self.chance.random() < 0.2:
                self.later.clear()
                self.hidden -= {id for id in self.hidden if self.chance.random() < 0.2}
        return [*self.faults, "not all came to an end"]

    def _take(self, worker: int) -> None:
        choice = self.rule(self._waiting(), 4)
        self.seen |= set(choice.look)
        for id in (choice := self.rule(self._waiting(), 4) if choice.look else choice).take:
            if id in self.held:
                self.faults.append(f"{id} was taken from another")
            before = {one.id for one in self._waiting() if one.id < id}
            if any(self.lines[n] & self.lines[id] for n in before - set(self.workers[worker])):
                self.faults.append(f"{id} overtook one before it")
            self.held[id] = worker
            self.workers[worker].append(id)

    def _waiting(self) -> list[Waiting]:
        return [
            Waiting(id, lines if id in self.seen else None, id in self.held, 0)
            for id, lines in self.lines.items()
            if id not in self.done and id not in self.later and id not in self.hidden
        ]

    def _give_back(self, hand: list[int]) -> None:
        for id in hand:
            self.held.pop(id, None)
        hand.clear()

    def _work(self, worker: int, id: int) -> None:
        for other, owner in self.held.items():
            if owner != worker and self.lines[other] & self.lines[id]:
                self.faults.append(f"{id} was worked beside {other}")
        self.held.pop(id, None)
        if self.chance.random() < 0.05:
            self.later.add(id)
        else:
            self.done.append(id)


def found_in(rule: Rule) -> list[str]:
    return [fault for seed in range(WORLDS) for fault in Queue(seed, rule).run()]


def test_nothing_overtakes_and_nothing_is_worked_beside_its_like() -> None:
    assert not found_in(choose)


def lines_are_forgotten(standing: Iterable[Waiting], limit: int) -> Choice:
    return choose([replace(w, lines=w.lines and frozenset()) for w in standing], limit)


def only_those_before_count(standing: Iterable[Waiting], limit: int) -> Choice:
    """A later one under a lease does not hold its line."""
    held, take = set[int](), list[int]()
    for one in sorted(standing, key=lambda w: w.id):
        if one.lines is None:
            return Choice(tuple(take), (one.id,))
        if one.held or not held.isdisjoint(one.lines):
            held |= one.lines
        elif len(take) < limit:
            take.append(one.id)
    return Choice(tuple(take), ())


def who_waits_holds_nobody(standing: Iterable[Waiting], limit: int) -> Choice:
    """18 stands in 17's line and in 19's: 19 is taken all the same."""
    all = list(standing)
    held = {line for w in all if w.held for line in w.lines or ()}
    look = tuple(w.id for w in all if w.lines is None)[:limit]
    known = [w for w in all if w.lines is not None and not w.held and (not look or w.id < look[0])]
    return Choice(tuple(w.id for w in known if held.isdisjoint(w.lines or ()))[:limit], look)


def what_is_not_looked_at_is_passed(standing: Iterable[Waiting], limit: int) -> Choice:
    all = list(standing)
    known = choose([w for w in all if w.lines is not None], limit)
    return known if known.take else choose(all, limit)


def leases_are_not_seen(standing: Iterable[Waiting], limit: int) -> Choice:
    return choose([replace(w, held=False) for w in standing], limit)


def newest_first(standing: Iterable[Waiting], limit: int) -> Choice:
    all = list(standing)
    turned = choose([replace(w, id=-w.id) for w in all], limit)
    return Choice(tuple(-id for id in turned.take), tuple(-id for id in turned.look))


@pytest.mark.parametrize(
    "mutant",
    [
        lines_are_forgotten,
        only_those_before_count,
        who_waits_holds_nobody,
        what_is_not_looked_at_is_passed,
        leases_are_not_seen,
        newest_first,
    ],
)
def test_a_fault_in_the_rule_is_found(mutant: Rule) -> None:
    assert found_in(mutant), f"{mutant.__name__} went unseen"


def test_the_rule_is_the_one_the_post_uses() -> None:
    from akson.store import post

    assert post.choose is taking.choose
