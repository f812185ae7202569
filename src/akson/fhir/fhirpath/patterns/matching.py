"""Runs a program over a text, all ways at once, so that each sign of the text is looked at once per step at most.

Sets of steps that came up before are remembered, which makes the usual pattern cost two look-ups a sign.
"""

import re

from akson.fhir.fhirpath.patterns.nodes import Group, Parsed, Place, Sequence
from akson.fhir.fhirpath.patterns.program import JUMP, MATCH, SAVE, SIGN, SPLIT, Step, program
from akson.fhir.fhirpath.patterns.reading import refused
from akson.fhir.problem import Problem, ProblemKind

WORK_MAX = 500_000
"""Steps looked at in one run."""
_MEMORY_MAX = 5_000
_REFERENCE = re.compile(r"\$(?:(\d{1,2})|\{(\w+)\}|<(\w+)>|(\$))")


class Pattern:
    def __init__(self, parsed: Parsed) -> None:
        self._names = parsed.names
        self._groups = parsed.groups
        ends = [Place(("m" if parsed.lines else "") + sign) for sign in "^$"]
        self._search = _Automaton(program(parsed.node), anchored=False)
        self._whole = _Automaton(program(Sequence((ends[0], parsed.node, ends[1]))), anchored=False)
        self._steps = program(Group(parsed.node, 0))

    def found_in(self, text: str) -> bool:
        return self._search.run(text)

    def matches_whole(self, text: str) -> bool:
        return self._whole.run(text)

    def replaced(self, text: str, by: str, most: int) -> str:
        """Every match replaced; `$1` and `${name}` in `by` are groups."""
        parts: list[str] = []
        at, work, length = 0, 0, 0
        while at <= len(text):
            found, work = _first(self._steps, text, at, work, 2 * (self._groups + 1))
            if found is None:
                break
            start, end = found[0], found[1]
            parts += [text[at:start], self._filled(by, text, found)]
            length += start - at + len(parts[-1])
            if length > most:
                refused("The replaced text would be too long.")
            at = end
            if end == start:
                parts.append(text[at : at + 1])
                at += 1
        return "".join(parts) + text[at:]

    def _filled(self, by: str, text: str, found: list[int]) -> str:
        def group(reference: re.Match[str]) -> str:
            if reference[4]:
                return "$"
            number = int(reference[1]) if reference[1] else self._names.get(reference[2] or reference[3], -1)
            if not 0 <= number <= self._groups:
                return reference[0]
            start, end = found[2 * number], found[2 * number + 1]
            return text[start:end] if 0 <= start <= end else ""

        return _REFERENCE.sub(group, by) if "$" in by else by


def _worked(work: int) -> None:
    if work > WORK_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE, "AKS-FHIR-210", "The pattern takes too many steps for this text."
        )


def _kind(sign: str) -> int:
    """What a place looks at: 0 edge of the text, 1 end of a line, 2 part of a word, 3 anything else."""
    if not sign:
        return 0
    if sign == "\n":
        return 1
    return 2 if sign.isascii() and (sign.isalnum() or sign == "_") else 3


def _stands(kind: str, before: int, after: int) -> bool:
    match kind:
        case "^":
            return before == 0
        case "$":
            return after == 0
        case "m^":
            return before < 2
        case "m$":
            return after < 2
        case "b":
            return (before == 2) is not (after == 2)
    return (before == 2) is (after == 2)


def _closure(
    steps: list[Step], core: tuple[int, ...], before: int, after: int
) -> tuple[tuple[int, ...], bool]:
    """The sign steps that can be reached without a sign, and whether the end can."""
    seen: set[int] = set()
    stack = list(core)
    signs: list[int] = []
    ends = False
    while stack:
        at = stack.pop()
        if at in seen:
            continue
        seen.add(at)
        kind, first, second = steps[at]
        if kind == SIGN:
            signs.append(at)
        elif kind == MATCH:
            ends = True
        elif kind == JUMP:
            stack.append(first)  # type: ignore[arg-type]
        elif kind == SPLIT:
            stack += (first, second)  # type: ignore[list-item]
        elif kind == SAVE or _stands(first, before, after):  # type: ignore[arg-type]
            stack.append(at + 1)
    return tuple(sorted(signs)), ends


class _Automaton:
    """Answers yes or no, and remembers the sets of steps it has been in."""

    def __init__(self, steps: list[Step], *, anchored: bool) -> None:
        self._steps = steps
        self._anchored = anchored
        self._closures: dict[tuple[tuple[int, ...], int, int], tuple[tuple[int, ...], bool]] = {}
        self._moves: dict[tuple[tuple[int, ...], str], tuple[int, ...]] = {}

    def run(self, text: str) -> bool:
        core: tuple[int, ...] = (0,)
        before, work = 0, 0
        for sign in text:
            after = _kind(sign)
            key = (core, before, after)
            found = self._closures.get(key)
            if found is None:
                found = self._remember(key)
                work += len(self._steps)
            if found[1]:
                return True
            move = (found[0], sign)
            core_next = self._moves.get(move)
            if core_next is None:
                core_next = self._move(move)
                work += len(found[0])
                _worked(work)
            core, before = core_next, after
        key = (core, before, 0)
        found = self._closures.get(key) or self._remember(key)
        return found[1]

    def _remember(self, key: tuple[tuple[int, ...], int, int]) -> tuple[tuple[int, ...], bool]:
        if len(self._closures) > _MEMORY_MAX:
            self._closures.clear()
        found = self._closures[key] = _closure(self._steps, *key)
        return found

    def _move(self, move: tuple[tuple[int, ...], str]) -> tuple[int, ...]:
        signs, sign = move
        if len(self._moves) > _MEMORY_MAX:
            self._moves.clear()
        taken = [at + 1 for at in signs if self._steps[at][1](sign)]  # type: ignore[operator]
        # A match may begin at every sign, so the start is always among the ways.
        found = self._moves[move] = tuple(taken if self._anchored else [0, *taken])
        return found


def _first(steps: list[Step], text: str, start: int, work: int, slots: int) -> tuple[list[int] | None, int]:
    """Where the first match and its groups begin and end, by preference of the pattern."""
    best: list[int] | None = None
    threads: list[tuple[int, list[int]]] = []
    for at in range(start, len(text) + 1):
        before = _kind(text[at - 1 : at]) if at else 0
        after = _kind(text[at : at + 1])
        if best is None:
            threads.append((0, [-1] * slots))
        if not threads:
            break
        ready, work = _spread(steps, threads, at, before, after, work)
        threads = []
        for step, saved in ready:
            kind, accepts, _ = steps[step]
            if kind == MATCH:
                best = saved
                break  # The threads after it are less preferred.
            if at < len(text) and accepts(text[at]):  # type: ignore[operator]
                threads.append((step + 1, saved))
        _worked(work)
    return best, work


def _spread(
    steps: list[Step],
    threads: list[tuple[int, list[int]]],
    at: int,
    before: int,
    after: int,
    work: int,
) -> tuple[list[tuple[int, list[int]]], int]:
    """The sign and end steps that the threads reach, in order of preference."""
    seen: set[int] = set()
    ready: list[tuple[int, list[int]]] = []
    stack = list(reversed(threads))
    while stack:
        step, saved = stack.pop()
        if step in seen:
            continue
        seen.add(step)
        kind, first, second = steps[step]
        if kind in (SIGN, MATCH):
            ready.append((step, saved))
        elif kind == JUMP:
            stack.append((first, saved))  # type: ignore[arg-type]
        elif kind == SPLIT:
            stack.append((second, saved))
            stack.append((first, saved))  # type: ignore[arg-type]
        elif kind == SAVE:
            stack.append((step + 1, [*saved[:first], at, *saved[first + 1 :]]))  # type: ignore[misc,index]
        elif _stands(first, before, after):  # type: ignore[arg-type]
            stack.append((step + 1, saved))
    return ready, work + len(seen)
