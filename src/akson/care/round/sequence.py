"""What has come of a device's own count, and what has not: a number that never comes is told, never passed over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

RANGES_MAX = 1_000
"""Kept of one device: more holes than this no phone of ours makes, and a file must not grow without bound."""
TOLD_MAX = 40


@dataclass(frozen=True, slots=True)
class Came:
    """Numbers from 1 that have come, as closed ranges in order: `((1, 7), (9, 12))`."""

    ranges: tuple[tuple[int, int], ...] = ()

    def with_(self, numbers: Iterable[int]) -> "Came":
        spans = sorted([*self.ranges, *((n, n) for n in numbers)])
        joined: list[tuple[int, int]] = []
        for low, high in spans:
            if joined and low <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(joined[-1][1], high))
            else:
                joined.append((low, high))
        return Came(tuple(joined[-RANGES_MAX:]))

    def gaps(self, made: int = 0) -> list[tuple[int, int]]:
        """What is missing below the highest that came, and below `made`: how far the device says it has counted."""
        missing, next_ = [], 1
        for low, high in self.ranges:
            if low > next_:
                missing.append((next_, low - 1))
            next_ = high + 1
        return [*missing, (next_, made)] if made >= next_ else missing

    def __contains__(self, number: int) -> bool:
        return any(low <= number <= high for low, high in self.ranges)


def told(gaps: Sequence[tuple[int, int]]) -> str:
    """`3, 7–9`; of many the first, `og 40 til` for the rest."""
    named = ", ".join(str(low) if low == high else f"{low}–{high}" for low, high in gaps[:TOLD_MAX])
    return f"{named} og {len(gaps) - TOLD_MAX} til" if len(gaps) > TOLD_MAX else named
