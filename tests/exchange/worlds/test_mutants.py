"""Faults planted one at a time in what decides and in what keeps: the worlds must find each, or they show nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from akson.exchange.outbox import outbox as outbox_module
from akson.exchange.outbox import states
from akson.store.outbox_rows import OutboxRow, Step
from tests.exchange.worlds.judging import faults
from tests.exchange.worlds.memory import MemoryOutbox
from tests.exchange.worlds.world import World

WORLDS_MAX = 60
MESSAGES = 60
Change = Callable[[OutboxRow, Any, Step | None], Step | None]


def _state(step: Step, state: str, **more: Any) -> Step:
    return replace(step, sending=replace(step.sending, state=state, **more), notes=((state, "mutant"),))


def done_when_acknowledged(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    return _state(step, "done") if step and isinstance(event, states.Acknowledged) else step


def done_when_handed_over(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    return _state(step, "done", next_try=None) if step and isinstance(event, states.Handed) else step


def refused_is_done(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    negative = step and isinstance(event, states.Receipted) and step.sending.state == "negative"
    return _state(step, "done", owner="") if step and negative else step


def second_receipt_counts(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    if isinstance(event, states.Receipted) and step and step.receipt and step.receipt.verdict == "alarm":
        first = replace(row, sending=replace(row.sending, receipt=None, state="sent"))
        return states.transition(first, event)
    return step


def late_receipt_is_ignored(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    late = isinstance(event, states.Receipted) and row.sending.state == "overdue"
    return None if late else step


def early_receipt_is_ignored(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    early = isinstance(event, states.Receipted) and row.sending.state == "queued"
    return replace(step, sending=row.sending, notes=()) if early and step else step


def contradiction_is_swallowed(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    if isinstance(event, states.Receipted) and step and step.receipt and step.receipt.verdict == "alarm":
        return replace(step, receipt=replace(step.receipt, verdict="first"))
    return step


def overdue_has_no_owner(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    if step and isinstance(event, states.Late):
        return replace(step, sending=replace(step.sending, owner=""))
    return step


def failed_has_no_owner(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    if step and isinstance(event, states.Undeliverable | states.Unreachable):
        return replace(step, sending=replace(step.sending, owner=row.sending.owner))
    return step


def nobody_is_told_that_it_is_done(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    if step and isinstance(event, states.Receipted):
        return replace(step, sending=replace(step.sending, owner=row.sending.owner))
    return step


def deadlines_are_forgotten(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    if step and isinstance(event, states.Queued | states.Resent):
        return replace(step, sending=replace(step.sending, deadline=None))
    return step


def gives_up_without_a_word(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    if step and isinstance(event, states.Unreachable):
        return replace(step, sending=replace(step.sending, next_try=None, deadline=None))
    return step


def a_new_id_at_each_try(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    if step and isinstance(event, states.Unreachable):
        return replace(step, sending=replace(step.sending, parcel=f"{row.sending.parcel}+"))
    return step


def the_book_is_not_kept(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    return replace(step, notes=()) if step and isinstance(event, states.Receipted) else step


def an_unread_item_is_not_made_anew(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    if step and step.sending.spell > row.sending.spell > 0:
        return replace(step, sending=replace(step.sending, spell=row.sending.spell))
    return step


def tries_for_ever(row: OutboxRow, event: Any, step: Step | None) -> Step | None:
    if step and isinstance(event, states.Unreachable):
        return replace(step, sending=replace(step.sending, attempts=0))
    return step


DECIDING: dict[str, Change] = {
    change.__name__: change
    for change in (
        done_when_acknowledged,
        done_when_handed_over,
        refused_is_done,
        second_receipt_counts,
        late_receipt_is_ignored,
        early_receipt_is_ignored,
        contradiction_is_swallowed,
        overdue_has_no_owner,
        failed_has_no_owner,
        nobody_is_told_that_it_is_done,
        deadlines_are_forgotten,
        gives_up_without_a_word,
        a_new_id_at_each_try,
        the_book_is_not_kept,
        an_unread_item_is_not_made_anew,
        tries_for_ever,
    )
}


class Overtaking(MemoryOutbox):
    def _overtakes(self, id: int) -> bool:
        return False


class QueuesWithoutCommit(MemoryOutbox):
    async def committed(self, limit: int) -> list[int]:
        return sorted(self.drafts)[:limit]


class ForgetsWhomItWasFor(MemoryOutbox):
    async def find(self, msg_id: str, receiver: str) -> OutboxRow | None:
        return next((self.rows[id] for (m, _), id in self.keys.items() if m == msg_id), None)


class SpoilsTheBytes(MemoryOutbox):
    async def lease(self, limit: int, *, seconds: int) -> Any:
        found = await super().lease(limit, seconds=seconds)
        return [replace(one, document=one.document + b" ") if one.row.fence > 1 else one for one in found]


class NeverEndsALease(MemoryOutbox):
    async def lease(self, limit: int, *, seconds: int) -> Any:
        return await super().lease(limit, seconds=seconds * 1_000_000)


class DropsDraftsTooSoon(MemoryOutbox):
    async def left_over(self, before: Any, limit: int) -> list[int]:
        return sorted(self.drafts)[:limit]

    async def committed(self, limit: int) -> list[int]:
        return (await super().committed(limit)) if self.clock.now().minute % 2 else []


KEEPING = (
    Overtaking,
    QueuesWithoutCommit,
    ForgetsWhomItWasFor,
    SpoilsTheBytes,
    NeverEndsALease,
    DropsDraftsTooSoon,
)


async def found_by_the_worlds(**more: Any) -> list[str]:
    for seed in range(WORLDS_MAX):
        try:
            found = await faults(await World(seed, messages=MESSAGES, **more).run())
        except AssertionError as raised:
            return [str(raised)]
        if found:
            return found
    return []


@pytest.mark.parametrize("name", DECIDING)
async def test_a_fault_in_what_decides_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    change = DECIDING[name]

    def mutant(row: OutboxRow, event: Any) -> Step | None:
        return change(row, event, states.transition(row, event))

    monkeypatch.setattr(outbox_module, "transition", mutant)
    assert await found_by_the_worlds(), f"{name} went unseen"


@pytest.mark.parametrize("store", KEEPING)
async def test_a_fault_in_what_keeps_is_found(store: type[MemoryOutbox]) -> None:
    assert await found_by_the_worlds(store=store), f"{store.__name__} went unseen"
