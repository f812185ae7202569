"""A pattern as steps of a small machine: take a sign, go two ways, stand at a place, note where a group begins."""

from collections.abc import Callable
from typing import TypeAlias

from akson.fhir.fhirpath.patterns.nodes import (
    Choice,
    Group,
    Matcher,
    Node,
    Place,
    Repeat,
    Sequence,
    Sign,
)
from akson.fhir.fhirpath.patterns.reading import refused

STEPS_MAX = 20_000
"""Steps of one program; `(a{1,1000}){1,1000}` is more."""

SIGN, SPLIT, JUMP, SAVE, PLACE, MATCH = range(6)
Step: TypeAlias = tuple[int, "Matcher | str | int", int]
"""Kind, what it looks at (or the first way), and the second way."""
Emit: TypeAlias = Callable[[Step], int]


def program(node: Node) -> list[Step]:
    steps: list[Step] = []

    def emit(step: Step) -> int:
        if len(steps) >= STEPS_MAX:
            refused("It is too large when its repetitions are written out.")
        steps.append(step)
        return len(steps) - 1

    _write(node, steps, emit)
    emit((MATCH, 0, 0))
    return steps


def _write(node: Node, steps: list[Step], emit: Emit) -> None:
    match node:
        case Sign(accepts):
            emit((SIGN, accepts, 0))
        case Place(kind):
            emit((PLACE, kind, 0))
        case Sequence(parts):
            for part in parts:
                _write(part, steps, emit)
        case Group(part, number):
            emit((SAVE, 2 * number, 0))
            _write(part, steps, emit)
            emit((SAVE, 2 * number + 1, 0))
        case Choice(options):
            _write_choice(options, steps, emit)
        case Repeat():
            _write_repeat(node, steps, emit)


def _write_choice(options: tuple[Node, ...], steps: list[Step], emit: Emit) -> None:
    ends = []
    for option in options[:-1]:
        split = emit((SPLIT, len(steps) + 1, 0))
        _write(option, steps, emit)
        ends.append(emit((JUMP, 0, 0)))
        steps[split] = (SPLIT, split + 1, len(steps))
    _write(options[-1], steps, emit)
    for end in ends:
        steps[end] = (JUMP, len(steps), 0)


def _split(greedy: bool, into: int, past: int) -> Step:
    return (SPLIT, into, past) if greedy else (SPLIT, past, into)


def _write_repeat(node: Repeat, steps: list[Step], emit: Emit) -> None:
    for _ in range(node.least):
        _write(node.part, steps, emit)
    if node.most is None:
        split = emit((SPLIT, 0, 0))
        _write(node.part, steps, emit)
        emit((JUMP, split, 0))
        steps[split] = _split(node.greedy, split + 1, len(steps))
        return
    splits = []
    for _ in range(node.most - node.least):
        splits.append(emit((SPLIT, 0, 0)))
        _write(node.part, steps, emit)
    for split in splits:
        steps[split] = _split(node.greedy, split + 1, len(steps))
