"""States, words, and hiding: by cases, and by an adversary who subtracts."""

import random
from itertools import product

import pytest

from akson.analytics.reports.adoption import words
from akson.analytics.reports.adoption.hiding import SMALL_BELOW, hidden, with_totals
from akson.analytics.reports.adoption.levels import closed
from akson.analytics.reports.adoption.states import Standing, State, Use, standing, together

CASES = [
    (Use(0, 0, 0, 0, 0, 0), State.NOT_STARTED, False),
    (Use(1, 1, 1, 1, 0, 0), State.TESTED, False),
    (Use(4, 0, 0, 0, 0, 0), State.TESTED, False),
    (Use(5, 5, 1, 5, 0, 0), State.FIRST_USE, False),
    (Use(900, 0, 0, 0, 0, 0), State.FIRST_USE, True),
    (Use(900, 9, 3, 9, 0, 0), State.FIRST_USE, False),
    (Use(900, 90, 2, 90, 0, 0), State.FIRST_USE, False),
    (Use(900, 100, 3, 94, 0, 0), State.REGULAR, False),
    (Use(900, 100, 3, 95, 1000, 899), State.REGULAR, False),
    (Use(900, 100, 3, 95, 1000, 900), State.COMPLETE, False),
    (Use(900, 100, 3, 100, 0, 0), State.COMPLETE, False),
]


@pytest.mark.parametrize(("use", "state", "stopped"), CASES)
def test_state_of_a_flow(use: Use, state: State, stopped: bool) -> None:
    assert standing(use) == Standing(state, stopped)


def test_a_municipality_is_complete_only_when_all_that_is_required_is() -> None:
    done = Standing(State.COMPLETE)
    asked = {("gp", "DIALOG_FORESPORSEL"): done}
    assert together(asked, ("gp",)).state is State.REGULAR
    assert together({**asked, ("gp", "DIALOG_SVAR"): done}, ("gp",)).state is State.COMPLETE
    assert together({**asked, ("gp", "DIALOG_SVAR"): done}, ("gp", "hospital")).state is State.REGULAR
    assert together(asked, ("gp",), "DIALOG_FORESPORSEL").state is State.COMPLETE
    assert together({("gp", "X"): Standing(State.FIRST_USE, True)}, ("gp",)).words == "stoppet"
    assert not together({}, ("gp",)).under_way


def test_growth_is_said_both_ways() -> None:
    said = words.growth(14_000, 240_000).replace("\u00a0", " ")
    assert said == "240 000 er 1 714 % av 14 000, en vekst på 1 614 %"
    assert "nedgang på 50" in words.growth(10, 5) and "ingen vekst" in words.growth(0, 5)
    assert words.percent(422, 428) == "99\u00a0%" and words.percent(9999, 10000) == "99\u00a0%"


def bounds(full: list[list[int]], gone: frozenset[tuple[int, int]], cell: tuple[int, int]) -> bool:
    """Whether another table shows the same and has another number there: sought by moving one around any even circle."""
    rows, columns = len(full), len(full[0])
    for r, c in product(range(rows), range(columns)):
        if r == cell[0] or c == cell[1]:
            continue
        corners = [cell, (cell[0], c), (r, c), (r, cell[1])]
        if not all(at in gone for at in corners):
            continue
        for way in (1, -1):
            other = [list(row) for row in full]
            for n, (a, b) in enumerate(corners):
                sign = (
                    (1 if n % 2 == 0 else -1) * (-1 if a == rows - 1 else 1) * (-1 if b == columns - 1 else 1)
                )
                other[a][b] += way * sign
            adds_up = with_totals([row[:-1] for row in other[:-1]]) == other
            if adds_up and all(other[a][b] >= 1 for a, b in corners):
                return True
    return False


@pytest.mark.parametrize("seed", range(150))
def test_no_hidden_cell_is_found_by_subtraction(seed: int) -> None:
    chance = random.Random(seed)
    shape = chance.randint(2, 6), chance.randint(2, 4)
    table = [
        [chance.choice((0, 0, 1, 2, 4, 5, 9, 60, 700)) for _ in range(shape[1])] for _ in range(shape[0])
    ]
    table[0][0], table[1][1], table[0][1], table[1][0] = 3, 50, 8, 12
    full, gone = with_totals(table), hidden(table)
    for r, c in product(range(len(full)), range(len(full[0]))):
        if 0 < full[r][c] < SMALL_BELOW:
            assert (r, c) in gone
        if (r, c) in gone:
            assert bounds(full, gone, (r, c)), (full, gone, (r, c))


def test_a_table_without_small_numbers_hides_nothing() -> None:
    assert not hidden([[5, 0], [7, 900]])


def test_a_total_hidden_above_is_hidden_below() -> None:
    """The municipality's own types would else add up to what the county's table hides."""
    types = {
        "A": {("LOG", "gp"): 30, ("DIA", "gp"): 8, ("LOG", "hospital"): 40, ("DIA", "hospital"): 20},
        "B": {("LOG", "gp"): 3, ("DIA", "gp"): 0, ("LOG", "hospital"): 60, ("DIA", "hospital"): 20},
    }
    county = {
        "Vest": {
            (m, c): sum(n for (_, x), n in block.items() if x == c)
            for m, block in types.items()
            for c in ("gp", "hospital")
        }
    }
    (low, high), _ = closed([types, county])
    assert ("B", "gp") in high["Vest"] and ("A", "gp") in high["Vest"]
    assert ("", "gp") in low["A"] and any(row and column == "gp" for row, column in low["A"])
