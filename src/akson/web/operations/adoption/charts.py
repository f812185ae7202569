"""Where everything stands in the charts: pure geometry in the units of their viewBox. The template draws and tells.

The map is a tile grid: one equal square for each municipality, by county. A square that is small on a map of land counts as
much here as a large one, and no geometry is needed that is not free.
"""

from collections.abc import Sequence
from dataclasses import dataclass

TILE, GAP, ACROSS = 16, 3, 9
WIDTH = ACROSS * (TILE + GAP) - GAP
LINE_HEIGHT = 40


@dataclass(frozen=True, slots=True)
class Tile:
    """A square filled from below by how far it has come, so that it is seen without colour; `crossed`: it has stopped."""

    x: int
    y: int
    level: int
    filled: int
    crossed: bool
    title: str


def tiles(standings: Sequence[tuple[int, bool, str]]) -> tuple[Tile, ...]:
    """(state 0-4, stopped, words) of each municipality -> its square, row by row."""
    step = TILE + GAP
    return tuple(
        Tile(n % ACROSS * step, n // ACROSS * step, level, TILE * level // 4, crossed, title)
        for n, (level, crossed, title) in enumerate(standings)
    )


def tiles_height(many: int) -> int:
    return max(1, -(-many // ACROSS)) * (TILE + GAP) - GAP


def line(values: Sequence[int | None], width: int, height: int) -> str:
    """Points of a polyline, the first month at the left; a month that may not be told is drawn on the floor.

    One month alone is a level line: a point would not be seen.
    """
    values = [*values, *values] if len(values) == 1 else values
    top = max((v or 0 for v in values), default=0) or 1
    across = max(1, len(values) - 1)
    return " ".join(
        f"{width * n / across:.1f},{height - (height - 2) * (v or 0) / top - 1:.1f}"
        for n, v in enumerate(values)
    )
