"""Whether a flow (one partner, one type) has gone silent: pure, from its counts of the last eight weeks.

What is expected of the last hours is what came in the same hours of the weeks before, the median of them, so that one wild
or dead week says nothing. Two ways to be silent:

- so few came that chance would bring it less than once in ten thousand times, and less than a quarter of what was expected;
- three of our messages have gone unanswered for an hour, and not one was answered since: receipts are made by machines.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from statistics import median

from akson.exchange.silence.holidays import is_holiday
from akson.exchange.times import NORWAY

SLOT = timedelta(minutes=15)
SLOTS_A_DAY = 96
SLOTS_A_WEEK = 7 * SLOTS_A_DAY
WEEKS = 8
WEEKS_MIN = 4
"""Fewer like weeks than these tell nothing: a new partner, or eight weeks of holidays."""
WINDOWS = (6, 16, 32, 96, 192)
"""Slots looked back on: an hour and a half, four, eight, a day, two days."""
CHANCE_MAX = 1e-4
GUESS = 2.5
"""Two standard errors of a median, in those of a mean."""
SHARE_MAX = 0.25
LATE_RECEIPTS_MIN = 3
LATE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Silence:
    """Why, in figures: `came` of `expected` in the last `hours`; or `late_receipts`."""

    hours: float
    came: int
    expected: float
    late_receipts: int = 0

    @property
    def words(self) -> str:
        if self.late_receipts:
            return f"{self.late_receipts} meldinger er ubesvart i over en time, og ingen er besvart siden."
        return f"{self.came} kom på {self.hours:g} timer, {self.expected:.0f} var ventet."


class Traffic:
    """Counts by quarter of an hour, local time, from `begins` (the start of a day) on. Windows are sums of few steps."""

    def __init__(self, begins: datetime, counts: Sequence[int]) -> None:
        self._begins = begins
        self._sums = [0, *accumulate(counts)]

    @classmethod
    def of(cls, told: Mapping[datetime, int], now: datetime) -> "Traffic":
        """From counts by slot (any time within it); what is not named is none. The last whole slot before `now` ends it."""
        last = _slot(now)
        begins = last - (WEEKS + 1) * SLOTS_A_WEEK * SLOT
        begins -= timedelta(hours=begins.hour, minutes=begins.minute)
        counts = [0] * ((last - begins) // SLOT)
        for at, count in told.items():
            place = (_slot(at) - begins) // SLOT
            if 0 <= place < len(counts):
                counts[place] += count
        return cls(begins, counts)

    @property
    def slots(self) -> int:
        return len(self._sums) - 1

    def silent(self, at: int | None = None, late_receipts: int = 0) -> Silence | None:
        """As it stands after `at` slots, all of them when not given."""
        end = self.slots if at is None else at
        if late_receipts >= LATE_RECEIPTS_MIN:
            return Silence(0, 0, 0, late_receipts)
        for window in WINDOWS:
            came = self._between(end - window, end)
            expected = self._expected(end, window)
            if expected is None or came > SHARE_MAX * expected:
                continue
            # A median of eight is itself a guess; what it may well be too high by (two standard errors) is taken off.
            sure = expected - GUESS * math.sqrt(expected / WEEKS)
            if at_most(came, sure) < CHANCE_MAX:
                return Silence(window * SLOT / timedelta(hours=1), came, expected)
        return None

    def _expected(self, end: int, window: int) -> float | None:
        weeks = [sum for week in range(1, WEEKS + 1) if (sum := self._like(end, window, week)) is not None]
        return float(median(weeks)) if len(weeks) >= WEEKS_MIN else None

    def _like(self, end: int, window: int, week: int) -> int | None:
        """What came in the window so many weeks earlier; of a holiday the Sunday before it. None: not to be compared."""
        if end - window - week * SLOTS_A_WEEK - 6 * SLOTS_A_DAY < 0:
            return None
        total, start = 0, end - window
        while start < end:
            day = start // SLOTS_A_DAY
            until = min(end, (day + 1) * SLOTS_A_DAY)
            back = week * SLOTS_A_WEEK
            if self._holiday(day):
                back += ((self._begins + day * timedelta(days=1)).weekday() + 1) % 7 * SLOTS_A_DAY
            elif self._holiday(day - 7 * week):
                return None
            total += self._between(start - back, until - back)
            start = until
        return total

    def _holiday(self, day: int) -> bool:
        return is_holiday((self._begins + day * timedelta(days=1)).date())

    def _between(self, start: int, end: int) -> int:
        return self._sums[max(0, end)] - self._sums[max(0, start)]


def at_most(came: int, expected: float) -> float:
    """The chance that so few or fewer come (Poisson)."""
    if expected <= 0:
        return 1.0
    term = total = math.exp(-expected)
    for n in range(1, came + 1):
        term *= expected / n
        total += term
    return min(1.0, total)


def _slot(at: datetime) -> datetime:
    """Local wall time without its zone, so that a day has 96 slots when clocks are turned too."""
    local = at.astimezone(NORWAY).replace(tzinfo=None)
    return local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)
