"""The lab's own time: it begins where it is told to, and may run fast."""

import time
from datetime import UTC, datetime, timedelta


class LabClock:
    """`speed` 60 makes an hour of a minute. Times are aware, in UTC."""

    def __init__(self, begins: datetime | None = None, *, speed: float = 1.0) -> None:
        self._begins = begins or datetime.now(UTC)
        self._speed = speed
        self._started = time.monotonic()
        self._leapt = timedelta()

    def now(self) -> datetime:
        return (
            self._begins + self._leapt + timedelta(seconds=(time.monotonic() - self._started) * self._speed)
        )

    def leap(self, by: timedelta) -> None:
        self._leapt += by
