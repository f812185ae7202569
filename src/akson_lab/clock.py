"""The lab's own time, one for all its houses: it begins where it is told to, may run fast, and may jump.

A clock that leads writes how it goes into a file, which a node may follow: {"lab": …, "machine": …, "speed": 1.0}.

clock = LabClock(datetime(2026, 11, 16, 13, tzinfo=UTC), speed=3600)     # an hour goes by each second
clock.leap(timedelta(hours=8)); clock.jump(datetime(2026, 11, 18, 9, tzinfo=UTC)); clock.pace(1)
"""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

_A_MOMENT = timedelta(seconds=1)
"""Whoever asks for the present time has it a little later."""


class LabClock:
    """`speed` 60 makes an hour of a minute; 0 stands still until it is told to move. Times are aware, in UTC."""

    def __init__(
        self, begins: datetime | None = None, *, speed: float = 1.0, leads: Path | None = None
    ) -> None:
        """`leads`: the file that is written. A node's time never goes back, and so neither does a clock that leads."""
        self._begins = max(begins or datetime.now(UTC), _before(leads))
        self._speed = speed
        self._started = time.monotonic()
        self._leads = leads
        self._write()

    @property
    def leads(self) -> bool:
        return self._leads is not None

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> datetime:
        return self._begins + timedelta(seconds=(time.monotonic() - self._started) * self._speed)

    def leap(self, by: timedelta) -> None:
        self.jump(self.now() + by)

    def jump(self, to: datetime) -> None:
        """To that instant, forwards or back. Raises ValueError for back, when it leads."""
        now = self.now()
        if self.leads and to < now - _A_MOMENT:
            raise ValueError("a clock that leads a node does not go back")
        self._begins, self._started = max(to, now) if self.leads else to, time.monotonic()
        self._write()

    def pace(self, speed: float) -> None:
        """From now on that fast; what is past stays as it was."""
        self._begins, self._started, self._speed = self.now(), time.monotonic(), speed
        self._write()

    def _write(self) -> None:
        if self._leads is None:
            return
        told = {
            "lab": self._begins.isoformat(),
            "machine": datetime.now(UTC).isoformat(),
            "speed": self._speed,
        }
        beside = self._leads.with_name(f"{self._leads.name}.new")
        beside.write_text(json.dumps(told), "utf-8")
        beside.replace(self._leads)


def _before(path: Path | None) -> datetime:
    """Where a node that followed an earlier lab has come to since."""
    if path is None or not path.exists():
        return datetime.min.replace(tzinfo=UTC)
    told = json.loads(path.read_bytes())
    gone = datetime.now(UTC) - datetime.fromisoformat(told["machine"])
    return datetime.fromisoformat(told["lab"]) + max(gone, timedelta()) * float(told["speed"])
