"""Each rule that a day must keep, broken once by hand: what guards the solver has to be guarded itself."""

from dataclasses import replace

import pytest

from akson.care.replanning.checks import Made, broken
from akson.care.replanning.day import Day, Staff, Visit

IDA = Staff("ida", 450, 930, frozenset({"SP", "HF"}), (10.40, 63.43))
AISHA = Staff("aisha", 450, 930, frozenset({"HF"}), (10.40, 63.43))
BLOOD = Visit("blood", "astrid", 480, 450, 540, 30, ("ida",), frozenset({"SP"}), place=(10.41, 63.43))
LIFT = Visit("lift", "bjarne", 570, 540, 600, 20, ("aisha", "ida"), hands=2, place=(10.39, 63.43))
MEAL = Visit("meal", "karin", 600, 570, 660, 15, ("aisha",), avoid=frozenset({"ida"}), place=(10.38, 63.43))


def _way(one: object, other: object) -> int:
    return 0 if one == other else 7


DAY = Day((BLOOD, LIFT, MEAL), (IDA, AISHA), _way)
GOOD = [Made("blood", 480, ("ida",)), Made("lift", 570, ("aisha", "ida")), Made("meal", 600, ("aisha",))]


def _rules(made: list[Made], day: Day = DAY) -> set[str]:
    return {one.rule for one in broken(day, made)}


def test_a_day_that_can_be_worked_breaks_nothing() -> None:
    assert broken(DAY, GOOD) == []


@pytest.mark.parametrize(
    ("rule", "instead"),
    [
        ("competence", Made("blood", 480, ("aisha",))),
        ("window", Made("blood", 541, ("ida",))),
        ("hands", Made("lift", 570, ("ida",))),
        ("hands", Made("lift", 570, ("ida", "ida"))),
        ("avoid", Made("meal", 600, ("ida",))),
        ("travel", Made("meal", 596, ("aisha",))),
        ("shift", Made("blood", 480, ("jon",))),
    ],
)
def test_each_rule_is_seen(rule: str, instead: Made) -> None:
    assert rule in _rules([one for one in GOOD if one.visit != instead.visit] + [instead])


def test_a_visit_made_twice_or_made_up() -> None:
    assert "once" in _rules([*GOOD, GOOD[0]])
    assert "once" in _rules([*GOOD, Made("nobody-asked", 700, ("ida",))])


def test_a_shift_that_ends_in_the_middle_of_a_visit() -> None:
    early = replace(DAY, staff=(IDA, replace(AISHA, end=610)))
    assert "shift" in _rules(GOOD, early)


def test_what_is_fixed_keeps_its_people_and_its_time() -> None:
    day = replace(DAY, visits=(replace(BLOOD, fixed=True), LIFT, MEAL))
    assert _rules(GOOD, day) == set()
    assert "fixed" in _rules([Made("blood", 485, ("ida",)), *GOOD[1:]], day)


def test_nothing_begins_before_now() -> None:
    assert "window" in _rules(GOOD, replace(DAY, now=490))


def test_a_long_shift_without_rest() -> None:
    """Visits from the second hour to the last, seven minutes of way between each: no half hour anywhere."""
    visits = tuple(
        Visit(f"v{n}", "astrid", 480 + n * 45, 450, 930, 38, ("ida",), place=(10.4, 63.4 + n / 100))
        for n in range(9)
    )
    day = Day(visits, (IDA,), _way)
    made = [Made(v.id, v.planned, ("ida",)) for v in visits]
    assert _rules(made, day) == {"pause"}
    # Five and a half hours need none.
    short = Day(visits[:6], (replace(IDA, end=780),), _way)
    assert _rules(made[:6], short) == set()


def test_the_pause_may_be_before_the_way_or_after_it() -> None:
    visits = (
        Visit("a", "astrid", 460, 450, 930, 130, ("ida",), place=(10.4, 63.5)),
        Visit("b", "astrid", 628, 450, 930, 290, ("ida",), place=(10.4, 63.6)),
    )
    made = [Made(v.id, v.planned, ("ida",)) for v in visits]
    assert _rules(made, Day(visits, (IDA,), _way)) == set()
    # One minute less, and way and rest do not both go in.
    tight = [made[0], Made("b", 626, ("ida",))]
    assert _rules(tight, Day(visits, (IDA,), _way)) == {"pause"}
