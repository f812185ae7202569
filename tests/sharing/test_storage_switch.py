"""The live switch, interleaved by seed: nothing lost, never out, no copy where none may be; and faults put in on purpose.

2,000 histories in CI; with AKSON_SEEDS (make nightly) 100,000."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from akson.fhir.problem import Problem
from akson.sharing.classes import SharedClass
from akson.sharing.storage import carrier, switch
from akson.sharing.storage.modes import Mode
from akson.sharing.storage.sides import Conflict, Stand
from akson.sharing.storage.switch import Done, Order, Placement, Step
from tests.sharing import storage_world
from tests.sharing.storage_world import BEGIN, CentralSide, Local, World, read

SEEDS = 100_000 if "AKSON_SEEDS" in os.environ else 2_000
MOVES = 110


def test_no_interleaving_loses_an_update_or_leaves_anybody_without_an_answer() -> None:
    cut_overs: Counter[tuple[Mode, Mode]] = Counter()
    killed = answered = conflicts = 0
    for seed in range(SEEDS):
        try:
            world = World(seed).run(MOVES)
            world.check()
        except AssertionError as wrong:
            raise AssertionError(f"seed {seed}: {wrong}") from wrong
        assert world.unanswered == 0, f"seed {seed}: a question had no answer"
        cut_overs.update(world.cut_overs)
        killed += world.killed
        answered += world.answered
        conflicts += len(world.local.conflicts)
    between = {(a, b) for a in Mode for b in Mode if a is not b}
    assert set(cut_overs) >= between, f"never seen: {between - set(cut_overs)}"
    assert killed > SEEDS // 10 and answered > SEEDS and conflicts > 0


def _found(seeds: int = 1500) -> bool:
    """Whether the checks see that something is wrong."""
    for seed in range(seeds):
        try:
            world = World(seed).run(MOVES)
            world.check()
        except AssertionError:
            return True
        if world.unanswered:
            return True
    return False


async def _put_over_anything(
    self: CentralSide, kind: SharedClass, offers: Sequence[tuple[Stand, int]], number: int
) -> list[int | None]:
    await self._wire()
    return [self.write(stand.key, read(stand.body), self.version(stand.key)) for stand, _ in offers]


async def _take_over_anything(self: Local, stand: Stand, expected: int) -> int | None:
    await storage_world.Pause()
    return self.write(stand.key, read(stand.body), self.version(stand.key))


async def _tell_nobody(self: Local, found: Conflict) -> None:
    return


async def _move_first(self: carrier.Carrier) -> int:
    up, _ = await self._local.places()
    changes = await self._local.changed(up, 10)
    if changes:
        await self._local.move(up=changes[-1][0])
    await self.carry([key for _, keys in changes for key in keys])
    return len(changes)


def _skip_copying(done: Callable[..., Placement]) -> Callable[..., Placement]:
    def impatient(placement: Placement, outcome: Done, now: Any) -> Placement:
        if placement.step is Step.PREPARE:
            return replace(
                placement,
                number=placement.number + 1,
                mode=placement.to,
                step=Step.DRAIN,
                opened=False,
                since=now,
            )
        return done(placement, outcome, now)

    return impatient


def _whoever_said_no(stand: Stand, placements: Any) -> Stand | None:
    return stand if placements[storage_world.KIND].carried else None


@pytest.mark.parametrize(
    ("where", "name", "wrong"),
    [
        (CentralSide, "put", _put_over_anything),
        (Local, "take", _take_over_anything),
        (Local, "conflict", _tell_nobody),
        (carrier.Carrier, "follow_up", _move_first),
        (switch, "done", _skip_copying(switch.done)),
        (storage_world, "form", _whoever_said_no),
    ],
)
def test_a_fault_put_in_on_purpose_is_found(
    monkeypatch: pytest.MonkeyPatch, where: Any, name: str, wrong: Any
) -> None:
    monkeypatch.setattr(where, name, wrong)
    assert _found(), f"{name} may be wrong and nobody sees it"


def test_one_switch_at_a_time_and_back_only_before_it_has_cut_over() -> None:
    under_way = switch.begin(Placement(SharedClass.PLAN), Mode.CENTRAL_COPY)
    with pytest.raises(Problem, match="on its way"):
        switch.begin(under_way, Mode.INDEX)
    turned = switch.back(under_way)
    assert (turned.mode, turned.to, turned.step) == (Mode.FEDERATED, Mode.FEDERATED, Step.DRAIN)
    with pytest.raises(Problem, match="no switch"):
        switch.back(turned)


def test_the_steps_in_their_order() -> None:
    placement, seen = switch.begin(Placement(SharedClass.PLAN), Mode.CENTRAL_COPY), []
    now = BEGIN
    while order := switch.order(placement, now):
        seen.append(order)
        if order is Order.WAIT:
            now += switch.DRAIN
            continue
        placement = switch.done(placement, Done(), now)
    assert seen == [Order.FENCE, Order.UP, Order.COMPARE, Order.OPEN, Order.WAIT, Order.TIDY]
    assert (placement.mode, placement.step) == (Mode.CENTRAL_COPY, Step.REST)
