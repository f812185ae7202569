"""A source that has failed of late is spared, and tried again with one question at a time. Pure; a table of states.

    closed ──3 failures in a row──► open ──10 s──► half-open ──answered──► closed
                                     ▲                 └──failed──► open, for twice as long (at most 5 min)

Half-open lets one question through; the others are spared until it has come back. A probe that never comes back (its
process died) is forgotten after PROBE_LOST, so that no source is spared for good.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FAILURES_MAX = 3
OPEN_FIRST = timedelta(seconds=10)
OPEN_MAX = timedelta(minutes=5)
PROBE_LOST = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Of one source. `CLOSED` is how each begins."""

    failures: int = 0
    """In a row."""
    open_until: datetime | None = None
    lasts: timedelta = OPEN_FIRST
    """How long it is open the next time."""
    probing_since: datetime | None = None

    def state(self, now: datetime) -> str:
        """`closed`, `open` or `half-open`."""
        if self.open_until is None:
            return "closed"
        return "open" if now < self.open_until else "half-open"

    def asked(self, now: datetime) -> tuple["Breaker", bool]:
        """Whether a question may go now, and the state after it has gone."""
        state = self.state(now)
        if state == "closed":
            return self, True
        probing = self.probing_since is not None and now - self.probing_since < PROBE_LOST
        if state == "open" or probing:
            return self, False
        return replace(self, probing_since=now), True

    def answered(self) -> "Breaker":
        """It gave something that can be read: also a refusal is an answer."""
        return CLOSED

    def failed(self, now: datetime) -> "Breaker":
        failures = self.failures + 1
        if self.open_until is None and failures < FAILURES_MAX:
            return replace(self, failures=failures)
        if self.state(now) == "open":
            # Asked before it opened: one outage is not counted twice.
            return replace(self, failures=failures)
        return Breaker(failures, now + self.lasts, min(self.lasts * 2, OPEN_MAX), None)


CLOSED = Breaker()
