"""The table of a source that fails: when it is spared, and how it comes back."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from akson.sharing.federation.breaker import CLOSED, FAILURES_MAX, OPEN_FIRST, OPEN_MAX, PROBE_LOST, Breaker

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def failed(breaker: Breaker, times: int, now: datetime = NOW) -> Breaker:
    for _ in range(times):
        breaker = breaker.failed(now)
    return breaker


def test_it_opens_after_so_many_failures_in_a_row_and_an_answer_forgets_them() -> None:
    assert failed(CLOSED, FAILURES_MAX - 1).asked(NOW)[1]
    assert failed(failed(CLOSED, FAILURES_MAX - 1).answered(), FAILURES_MAX - 1).state(NOW) == "closed"
    opened = failed(CLOSED, FAILURES_MAX)
    assert opened.state(NOW) == "open" and not opened.asked(NOW)[1]


def test_half_open_lets_one_question_through() -> None:
    later = NOW + OPEN_FIRST
    half, first = failed(CLOSED, FAILURES_MAX).asked(later)
    assert half.state(later) == "half-open" and first
    assert not half.asked(later)[1]
    assert half.answered() == CLOSED


def test_a_probe_that_fails_keeps_it_open_twice_as_long_up_to_a_limit() -> None:
    breaker, now, lasted = failed(CLOSED, FAILURES_MAX), NOW, []
    for _ in range(8):
        assert breaker.open_until is not None
        lasted.append(breaker.open_until - now)
        now = breaker.open_until
        breaker, allowed = breaker.asked(now)
        assert allowed
        breaker = breaker.failed(now)
    assert lasted[:3] == [OPEN_FIRST, OPEN_FIRST * 2, OPEN_FIRST * 4] and lasted[-1] == OPEN_MAX


def test_a_probe_that_never_came_back_is_forgotten() -> None:
    later = NOW + OPEN_FIRST
    half, _ = failed(CLOSED, FAILURES_MAX).asked(later)
    assert not half.asked(later + PROBE_LOST - timedelta(seconds=1))[1]
    assert half.asked(later + PROBE_LOST)[1]


def test_questions_under_way_when_it_opened_do_not_prolong_it() -> None:
    opened = failed(CLOSED, FAILURES_MAX)
    assert failed(opened, 5, NOW + timedelta(seconds=1)).open_until == opened.open_until


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_a_source_that_answers_again_is_asked_again(seed: int) -> None:
    chance, breaker, now = random.Random(seed), CLOSED, NOW
    for _ in range(200):
        now += timedelta(seconds=chance.expovariate(0.2))
        breaker, allowed = breaker.asked(now)
        if allowed:
            breaker = breaker.answered() if chance.random() < 0.3 else breaker.failed(now)
        assert breaker.open_until is None or breaker.open_until - now <= OPEN_MAX
    assert breaker.asked(now + OPEN_MAX + PROBE_LOST)[1]
