"""Numbers of a device: joined in any order, doubles once, and what is missing told."""

from akson.care.round.sequence import RANGES_MAX, TOLD_MAX, Came, told


def test_gaps() -> None:
    assert Came().gaps() == [] and Came().gaps(2) == [(1, 2)]
    came = Came().with_([4, 1, 2, 2]).with_([9])
    assert came.ranges == ((1, 2), (4, 4), (9, 9))
    assert came.gaps() == [(3, 3), (5, 8)] and came.gaps(10) == [(3, 3), (5, 8), (10, 10)]
    assert told(came.gaps(10)) == "3, 5–8, 10"
    assert came.with_(range(1, 11)) == Came(((1, 10),))
    assert 4 in came and 3 not in came


def test_many_holes_are_bounded() -> None:
    came = Came().with_(range(1, 10_000, 2))
    assert len(came.ranges) == RANGES_MAX and came.ranges[-1] == (9_999, 9_999)
    words = told(Came().with_(range(2, 162, 2)).gaps())
    assert words.startswith("1, 3, 5") and words.endswith(" og 40 til") and words.count(",") == TOLD_MAX - 1
