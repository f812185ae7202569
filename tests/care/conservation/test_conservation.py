"""Nothing vanishes, whatever happens in whichever order: 20,000 random histories, looked at after each step.

AKSON_SEEDS=0-99 plays a million (10,000 a seed): a share at a time says which, and another day goes on from there.
"""

import os

import pytest
from conservation_histories import history, played
from conservation_mutants import MUTANTS, planted
from conservation_world import STEPS, World
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

NIGHTLY = "AKSON_SEEDS" in os.environ
EACH = 10_000 if NIGHTLY else 1_000
CAUGHT_WITHIN = 3_000
"""Histories; the shyest of the mutants shows after about 120."""


def _seeds() -> list[int]:
    first, _, last = os.environ.get("AKSON_SEEDS", "0-19").partition("-")
    return list(range(int(first), int(last or first) + 1))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", _seeds())
def test_nothing_vanishes(seed: int) -> None:
    for number in range(seed * EACH, (seed + 1) * EACH):
        fault = played(*history(number))
        assert not fault, f"history {number}: {fault}"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_planted_fault_is_found(mutant: str) -> None:
    with planted(mutant):
        assert any(played(*history(number)) for number in range(CAUGHT_WITHIN))


def test_every_step_does_something() -> None:
    """A step that never changes anything would make the count of histories a boast."""
    changed = set()
    for number in range(1_200):
        begin, steps = history(number)
        world = World.begin(begin)
        for step in steps:
            before = (world.now, world.down, world.died, {n: r["meta"] for n, r in world.resources.items()})
            world.step(*step)
            after = (world.now, world.down, world.died, {n: r["meta"] for n, r in world.resources.items()})
            changed |= {step[0]} if before != after else set()
    assert changed == set(STEPS)


numbers = st.integers(0, 9_999)


class Histories(RuleBasedStateMachine):
    """The same steps chosen by Hypothesis, which makes a history that fails as short as it can."""

    @initialize(begin=numbers)
    def begin(self, begin: int) -> None:
        self.world = World.begin(begin)

    @rule(step=st.sampled_from(STEPS), a=numbers, b=numbers)
    def happen(self, step: str, a: int, b: int) -> None:
        self.world.step(step, a, b)

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def nothing_vanishes(self) -> None:
        assert self.world.faults() == []


SEARCH = settings(
    max_examples=80,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


@pytest.mark.timeout(600)
def test_nothing_vanishes_when_hypothesis_chooses() -> None:
    run_state_machine_as_test(Histories, settings=SEARCH)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", ["a withdrawn stay still counts", "what was cancelled stays cancelled"])
def test_hypothesis_finds_and_shrinks_a_planted_fault(mutant: str) -> None:
    with planted(mutant), pytest.raises((AssertionError, ExceptionGroup)) as found:
        run_state_machine_as_test(Histories, settings=settings(SEARCH, max_examples=2_000, derandomize=True))
    told = "\n".join(getattr(found.value, "__notes__", []))
    assert 0 < told.count("state.happen(") <= 6, told
