"""The figure of `akson bench` is measured on decisions that are really made."""

from itertools import count

from akson.access.measuring import measured


def test_it_counts_with_the_clock_it_is_given() -> None:
    ticks = count(step=50_000)
    found = measured(lambda: next(ticks), rounds=3)
    assert (found.page_us, found.fresh_us) == (1.0, 50.0)
