"""Which waiting items a worker may take beside those that others have: the rule of the lines. Pure; ADR 0155.

    id   lines       held by another   due          taken
    17   {a}         yes               —            —
    18   {a, b}      no                yes          no: 17 stands in its line
    19   {b}         no                yes          no: 18 is before it, and waits
    20   {c}         no                yes          yes
    21   {c}         no                yes          yes, by the same worker, who works it after 20
    22   not known   no                yes          looked at first; nobody takes what comes after it until that is done

What waits for a later try holds nobody back, and so does not come here. What two messages share is exchange's.
"""

from collections.abc import Iterable
from dataclasses import dataclass

LOOKS_MAX = 2
"""So many workers may die of opening an item, or while they open it; then nobody waits for what stands in it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One item that waits for work, or is being worked."""

    id: int
    lines: frozenset[int] | None
    """What it shares with others; None until somebody has looked."""
    held: bool
    """Under a lease."""
    attempts: int


@dataclass(frozen=True, slots=True)
class Choice:
    take: tuple[int, ...]
    look: tuple[int, ...]
    """To be opened before more can be said."""


def choose(waiting: Iterable[Waiting], limit: int) -> Choice:
    """`waiting` holds everything under a lease, and the first of what is due, by id without a gap."""
    standing = list(waiting)
    held = {line for one in standing if one.held for line in one.lines or ()}
    take: list[int] = []
    look: list[int] = []
    for one in sorted(standing, key=lambda one: one.id):
        if one.held:
            continue
        if one.lines is None and one.attempts <= LOOKS_MAX:
            # What somebody may have died of is looked at alone: its neighbours have no part in it.
            if one.attempts and look:
                break
            look.append(one.id)
            if one.attempts or len(take) + len(look) >= limit:
                break
        elif look:
            break
        elif held.isdisjoint(one.lines or ()):
            take.append(one.id)
            if len(take) == limit:
                break
        else:
            held.update(one.lines or ())
    return Choice(tuple(take), tuple(look))
