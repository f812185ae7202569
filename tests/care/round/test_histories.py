"""Eight hours without network on two devices with the same patients: nothing lost, nothing doubled, nothing overwritten.

20,000 histories; AKSON_SEEDS=0-99 (make nightly) makes it a million, 10,000 for each. Each of the faults below, planted on
purpose, must be found among the first 2,000: laws that miss one do not count.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.care.round.world import Device, Server, World, judged

from akson.care.casework import visits
from akson.care.fhir_json import Resource
from akson.care.round import items, meeting, writing
from akson.care.round.meeting import Met, Standing
from akson.care.round.operation import Operation

HISTORIES, OF_ONE_SEED, UNTIL_FOUND = 20_000, 10_000, 2_000


def seeds() -> range:
    asked = os.environ.get("AKSON_SEEDS")
    if not asked:
        return range(HISTORIES)
    first, _, last = asked.partition("-")
    return range(int(first) * OF_ONE_SEED, (int(last or first) + 1) * OF_ONE_SEED)


def test_histories() -> None:
    for seed in seeds():
        found = judged(seed)
        assert not found, f"history {seed}: {found}"


def test_histories_hold_what_they_are_about() -> None:
    states: dict[str, int] = {}
    for seed in range(300):
        for state in World(seed).run().acknowledged.values():
            states[state] = states.get(state, 0) + 1
    assert min(states.get(s, 0) for s in (meeting.TAKEN, meeting.AGAIN, meeting.CONFLICT)) > 50, states


class Forgets(Server):
    """Knows no operation again."""

    def standing(self, op: Operation) -> Standing:
        return replace(super().standing(op), known=False)


class TakesEarly(Server):
    """Takes what follows before what it follows."""

    def standing(self, op: Operation) -> Standing:
        return replace(super().standing(op), before_known=True)


class AnswersFirst(Server):
    """Says that it has what a crash then takes."""

    def take(self, op: Operation, author: Any, crash: str = "") -> str:
        return super().take(op, author, crash) or (meeting.TAKEN if crash else "")


class KeepsOneView(Server):
    """Judges by the newest version as if it were what she saw."""

    def standing(self, op: Operation) -> Standing:
        found = super().standing(op)
        return replace(found, seen=found.target)


Patch = Callable[[pytest.MonkeyPatch], None]


def _replace(module: Any, name: str, made: Any) -> Patch:
    return lambda patch: patch.setattr(module, name, made)


def _around(module: Any, name: str, change: Callable[[Any], Any]) -> Patch:
    true = getattr(module, name)
    return lambda patch: patch.setattr(module, name, lambda *a, **k: change(true(*a, **k)))


def _without(*names: str) -> Callable[[Resource], Resource]:
    return lambda resource: {k: v for k, v in resource.items() if k not in names}


def _later_wins(op: Operation, seen: Resource | None, standing: Resource) -> bool:
    last = writing.last(standing)
    return last is None or op.at.isoformat() >= last.at


def _by_face(op: Operation, seen: Resource | None, standing: Resource) -> bool:
    same = seen is not None and meeting.face(seen) == meeting.face(standing)
    return meeting.version(standing) == op.base or bool(op.after) or same


def _dropped(met: Met) -> Met:
    return Met(met.state) if met.state == meeting.CONFLICT else met


def _only_item(op: Operation, standing: Standing, author: Any, now: Any) -> Met:
    met = TRUE_MEASURED(op, standing, author, now)
    return Met(met.state, met.resources[1:] or met.resources)


def _drops_all(
    self: World, device: Device, server: Server, batch: Any, chance: Any, *, faults: bool = True
) -> None:
    TRUE_SEND(self, device, server, batch, chance, faults=faults)
    device.unsent = [o for o in device.unsent if o not in batch]


def _moved_only_old(op: Operation, target: Resource, author: Any, acts: Any) -> tuple[Resource, ...]:
    return TRUE_CHANGED(op, target, author, acts)[:1]


TRUE_MEASURED, TRUE_SEND, TRUE_CHANGED = meeting._measured, World.send, meeting._changed
MUTANTS: dict[str, tuple[Patch, type[Server]]] = {
    "knows no operation again": (lambda patch: None, Forgets),
    "takes what follows first": (lambda patch: None, TakesEarly),
    "answers before it has it": (lambda patch: None, AnswersFirst),
    "takes now for then": (lambda patch: None, KeepsOneView),
    "the last writer wins": (_replace(meeting, "clear", lambda *_: True), Server),
    "the later clock wins": (_replace(meeting, "clear", _later_wins), Server),
    "whoever has a predecessor may": (_replace(meeting, "clear", _by_face), Server),
    "a conflict is dropped": (_around(meeting, "meet", _dropped), Server),
    "an item has no owner": (_around(items, "conflict", _without("owner")), Server),
    "an item shows one side": (_around(items, "conflict", lambda r: r | {"input": r["input"][:1]}), Server),
    "an item does not know whose": (_around(items, "conflict", _without("identifier")), Server),
    "another's value is not seen": (_replace(meeting, "differs", lambda *_: False), Server),
    "the second value is not kept": (_replace(meeting, "_measured", _only_item), Server),
    "a value is rounded": (
        _around(writing, "observation", lambda r: r | {"valueQuantity": {"value": 60, "code": "/min"}}),
        Server,
    ),
    "a note does not know whose": (_around(writing, "note", _without("identifier")), Server),
    "the new visit is not made": (_replace(meeting, "_changed", _moved_only_old), Server),
    "a visit is cancelled without a reason": (
        _around(visits, "cancelled", _without("cancelationReason")),
        Server,
    ),
    "the mark is not left": (_replace(writing, "marked", lambda r, *_: r), Server),
    "the device drops what it has sent": (_replace(World, "send", _drops_all), Server),
    "opened again does nothing": (
        _around(writing, "with_steps", lambda r: r | {"status": "fulfilled"}),
        Server,
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, server = MUTANTS[name]
    plant(monkeypatch)
    assert any(judged(seed, server) for seed in range(UNTIL_FOUND)), name
