"""Numbers of a device: joined in any order, doubles once, and what is missing told."""

from akson.care.round.sequence import Came, told


def test_gaps() -> None:
    assert Came().gaps() == [] and Came().gaps(2) == [(1, 2)]
    came = Came().with_([4, 1, 2, 2]).with_([9])
    assert came.ranges == ((1, 2), (4, 4), (9, 9))
    assert came.gaps() == [(3, 3), (5, 8)] and came.gaps(10) == [(3, 3), (5, 8), (10, 10)]
    assert told(came.gaps(10)) == "3, 5–8, 10"
    assert came.with_(range(1, 11)) == Came(((1, 10),))
    assert 4 in came and 3 not in came
