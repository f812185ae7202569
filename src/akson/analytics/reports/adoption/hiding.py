"""Small numbers are hidden, and so many others that no hidden one can be found by subtraction.

A table and its totals is one system of equations: cells add up to the total of their row and column, totals to the
grand total. A hidden cell is safe when it stands on a rectangle of hidden cells, since one can then be added to two of its
corners and taken from the others without any sum that is shown being changed. Method: complementary cell suppression,
Willenborg and de Waal, Elements of Statistical Disclosure Control (2001), chapter 4.
"""

from collections.abc import Iterable, Sequence
from itertools import product

SMALL_BELOW = 5
Cell = tuple[int, int]
_TOTAL_COSTS = 10**12
_GRAND_COSTS = 10**15


def hidden(table: Sequence[Sequence[int]], also: Iterable[Cell] = ()) -> frozenset[Cell]:
    """Which cells may not be shown. Row `len(table)` and column `len(table[0])` are the totals.

    Zero is shown: nobody stands behind it. `also`: cells, totals among them, that are hidden elsewhere.
    """
    full = with_totals(table)
    if not full:
        return frozenset()
    rows, columns = len(full), len(full[0])
    primary = {(r, c) for r, c in product(range(rows), range(columns)) if 0 < full[r][c] < SMALL_BELOW}
    gone = primary | {cell for cell in also if full[cell[0]][cell[1]] > 0}
    for cell in sorted(gone, key=lambda at: full[at[0]][at[1]]):
        gone |= _rectangle(full, cell, gone)
    # What was hidden beside another stands on that one's rectangle.
    return frozenset(gone)


def with_totals(table: Sequence[Sequence[int]]) -> list[list[int]]:
    rows = [[*row, sum(row)] for row in table]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]] if rows else []


def _rectangle(full: list[list[int]], cell: Cell, gone: set[Cell]) -> set[Cell]:
    """The corners that hide the least beside what is hidden already."""
    row, column = cell
    best, least = set[Cell](), None
    for r, c in product(range(len(full)), range(len(full[0]))):
        if r == row or c == column:
            continue
        corners = {(row, c), (r, column), (r, c)}
        if all(full[a][b] > 0 for a, b in corners) and _loose(full, cell, (r, c)):
            cost = sum(_cost(full, at) for at in corners - gone)
            if least is None or cost < least:
                best, least = corners, cost
    # A table of one row and one column has no other rectangle than its totals; a single cell is its own total.
    return best or {(row, len(full[0]) - 1), (len(full) - 1, column), (len(full) - 1, len(full[0]) - 1)}


def _loose(full: list[list[int]], cell: Cell, other: Cell) -> bool:
    """Whether one can be moved around the rectangle while every corner stays above zero."""
    (r, c), (s, d) = cell, other
    bottom, right = len(full) - 1, len(full[0]) - 1
    signs = {(r, c): 1, (r, d): -1, (s, c): -1, (s, d): 1}
    # A total moves with its parts: it stands on the other side of the equation.
    for a, b in signs:
        signs[a, b] *= (-1 if a == bottom else 1) * (-1 if b == right else 1)
    return any(all(full[a][b] + way * sign >= 1 for (a, b), sign in signs.items()) for way in (1, -1))


def _cost(full: list[list[int]], at: Cell) -> int:
    bottom, right = at[0] == len(full) - 1, at[1] == len(full[0]) - 1
    if bottom and right:
        return _GRAND_COSTS
    return full[at[0]][at[1]] + (_TOTAL_COSTS if bottom or right else 0)
