"""Hiding through the levels that are shown: types of a municipality, municipalities of a county, counties of the country.

A total of one level is a cell of the next, so what is hidden at one is hidden at the other, until nothing more changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from akson.analytics.reports.adoption.hiding import hidden

Block = dict[tuple[str, str], int]
"""(row, column) -> number."""
Level = dict[str, Block]
"""Name of the whole -> its table; its rows are the names of the wholes of the level below."""


def closed(
    levels: list[Level], top: Mapping[str, Iterable[tuple[str, str]]] | None = None
) -> tuple[list[dict[str, frozenset[tuple[str, str]]]], int]:
    """Hidden (row, column) of each block of each level; `` as a row or column is its total. Also how many rounds it took.

    `levels` from the finest up; the last one has one block. `top`: what of it is hidden elsewhere.
    """
    gone: list[dict[str, set[tuple[str, str]]]] = [defaultdict(set) for _ in levels]
    for name, cells in (top or {}).items():
        gone[-1][name] |= set(cells)
    above = [_parents(level) for level in levels[1:]]
    dirty = [(depth, name) for depth, level in enumerate(levels) for name in level]
    rounds = 0
    while dirty:
        rounds += 1
        again: list[tuple[int, str]] = []
        for depth, name in dict.fromkeys(dirty):
            found = hide(levels[depth][name], gone[depth][name])
            new = found - gone[depth][name]
            gone[depth][name] |= found
            for row, column in new:
                if row == "" and depth + 1 < len(levels):
                    parent = above[depth].get(name)
                    if parent and (name, column) not in gone[depth + 1][parent]:
                        gone[depth + 1][parent].add((name, column))
                        again.append((depth + 1, parent))
                elif row and depth and row in levels[depth - 1] and ("", column) not in gone[depth - 1][row]:
                    gone[depth - 1][row].add(("", column))
                    again.append((depth - 1, row))
        dirty = again
    return [{name: frozenset(found) for name, found in level.items()} for level in gone], rounds


def _parents(level: Level) -> dict[str, str]:
    return {row: whole for whole, block in level.items() for row, _ in block}


def hide(block: Mapping[tuple[str, str], int], also: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """What of one table and its totals may not be told. `also`: what is hidden elsewhere."""
    rows = sorted({row for row, _ in block})
    columns = sorted({column for _, column in block})
    places = (
        {name: n for n, name in enumerate([*rows, ""])},
        {name: n for n, name in enumerate([*columns, ""])},
    )
    table = [[block.get((row, column), 0) for column in columns] for row in rows]
    found = hidden(
        table,
        [
            (places[0][row], places[1][column])
            for row, column in also
            if row in places[0] and column in places[1]
        ],
    )
    named_rows, named_columns = [*rows, ""], [*columns, ""]
    return {(named_rows[r], named_columns[c]) for r, c in found}
