"""How far a number may stand from the usual before it is worth a question: by quartiles, so that outliers do not hide
themselves."""

from collections.abc import Iterable


def limit(values: Iterable[int], *, times: float, least: int) -> float:
    """`times` interquartile ranges (at least 1 wide) above the third quartile, never under `least`."""
    ordered = sorted(values)
    if not ordered:
        return least
    low, high = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
    return max(least, high + times * max(1, high - low))
