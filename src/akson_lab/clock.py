"""The lab's own time, one for all its houses: it begins where it is told to, may run fast, and may jump.

clock = LabClock(datetime(2026, 11, 16, 13, tzinfo=UTC), speed=3600)     # an hour goes by each second
clock.leap(timedelta(hours=8)); clock.jump(datetime(2026, 11, 18, 9, tzinfo=UTC)); clock.pace(1)
"""

import time
from datetime import UTC, datetime, timedelta


class LabClock:
    """`speed` 60 makes an hour of a minute; 0 stands still until it is told to move. Times are aware, in UTC."""

    def __init__(self, begins: datetime | None = None, *, speed: float = 1.0) -> None:
        self._begins = begins or datetime.now(UTC)
        self._speed = speed
        self._started = time.monotonic()

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> datetime:
        return self._begins + timedelta(seconds=(time.monotonic() - self._started) * self._speed)

    def leap(self, by: timedelta) -> None:
        self._begins += by

    def jump(self, to: datetime) -> None:
        """To that instant, forwards or back."""
        self._begins, self._started = to, time.monotonic()

    def pace(self, speed: float) -> None:
        """From now on that fast; what is past stays as it was."""
        self.jump(self.now())
        self._speed = speed
