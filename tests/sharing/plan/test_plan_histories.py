"""Random histories of one plan: cuts, doubles, any order, partners taken out. Nothing is lost and all see the same.

5,000 in every run; AKSON_SEEDS=0-99 runs 1,000 for each seed (`make nightly`).
"""

import os
from collections.abc import Callable
from random import Random

import pytest

from akson.sharing.plan import joining
from akson.sharing.plan.joining import SharedPlan, joined
from tests.sharing.plan.world import NODES, World

HISTORIES = 5_000
EACH = 1_000
STEPS = (6, 16)
BATCHES = 10


def numbers(batch: int) -> range:
    if "AKSON_SEEDS" in os.environ:
        first, _, last = os.environ["AKSON_SEEDS"].partition("-")
        every = range(int(first) * EACH, (int(last or first) + 1) * EACH)
        return every[batch::BATCHES]
    return range(batch, HISTORIES, BATCHES)


def played(number: int) -> World:
    world = World(Random(number))
    world.begin()
    for _ in range(world.random.randrange(*STEPS)):
        world.step()
    world.mend()
    return world


def faults(world: World) -> list[str]:
    found = []
    plan = world.plan_at(NODES[0])
    if any(set(world.held[node]) != set(world.held[NODES[0]]) for node in NODES):
        found.append("nodes that have talked hold different operations")
    # What another node was told in another order, backwards.
    if joined(reversed(list(world.held[NODES[1]].values())), "per") != plan:
        found.append("the order of arrival matters")
    if plan.waiting:
        found.append("something waits for what is here")
    held = set(world.held[NODES[0]])
    if held != {s.made.id for s in world.screens}:
        found.append("an operation is lost")
    told = {line.id: set(line.heads) for line in (*plan.lines, *plan.steering)}
    wanted = {line: ids for line, ids in world.alive(plan).items() if ids}
    if told != wanted:
        found.append("a line says something else than what nobody replaced")
    return [f"{fault}: {plan.version}" for fault in found]


@pytest.mark.parametrize("batch", range(BATCHES))
def test_nothing_is_lost_and_all_see_the_same(batch: int) -> None:
    conflicts = late = 0
    for number in numbers(batch):
        world = played(number)
        assert faults(world) == [], f"history {number}"
        plan = world.plan_at(NODES[0])
        conflicts += bool(plan.conflicts)
        late += bool(plan.late)
    assert conflicts and late, "the histories are tame"


def last_wins(plan: SharedPlan) -> SharedPlan:
    """What most systems do."""
    from dataclasses import replace

    lines = tuple(replace(line, choices=line.choices[-1:]) for line in plan.lines)
    return replace(plan, lines=lines)


def test_a_plan_that_chooses_by_itself_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = joining.joined
    monkeypatch.setattr("tests.sharing.plan.world.joined", lambda *a: last_wins(real(*a)))
    monkeypatch.setattr("tests.sharing.plan.test_plan_histories.joined", lambda *a: last_wins(real(*a)))
    assert _found()


FAULTS: dict[str, Callable[..., object]] = {
    "_ancestors": lambda counted, by_id: {b for one in counted for b in one.base[:1]},
    "_ready": lambda by_id: (list(by_id.values()), []),
    "_counted": lambda ready, members: (list(ready)[:-1], []),
    "_choices": lambda heads: (joining.Choice((heads[0],)),),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, name, FAULTS[name])
    assert _found()


def _found() -> bool:
    for number in range(400):
        try:
            if faults(played(number)):
                return True
        except (KeyError, IndexError, AttributeError):
            return True
    return False
