"""When a handing-over is tried again. Which transports answer for themselves stands here too."""

from datetime import datetime, timedelta

RETRY_MINUTES = (1, 5, 15, 60, 180, 360)
"""After the first, second, … failure; then no more: about ten hours in all (research: reliability.md 4.3)."""
JITTER = 0.2
"""Each wait is a fifth longer or shorter by chance, so that a partner who comes back is not met by all at once."""
ACKNOWLEDGES = frozenset({"ebxml", "loopback"})
"""Transports whose other side says that it has the parcel (HIS 1037). Until it does, the same parcel is sent again; the
others are asked, or keep what they took."""


def next_try(attempts: int, at: datetime, chance: float) -> datetime | None:
    """After `attempts` tries before this one; `chance` in [0, 1). None: that was the last."""
    if attempts >= len(RETRY_MINUTES):
        return None
    factor = 1 - JITTER + 2 * JITTER * chance
    return at + timedelta(minutes=RETRY_MINUTES[attempts] * factor)
