"""What the PIN page shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PinView:
    goal: str
    """Where to go afterwards."""
    recent: bool
    """Whether the login is recent enough to choose a PIN by."""
    has_one: bool
    wrong: str
    """What is wrong with the PIN that was sent; "" when nothing was."""
    minutes: int
    """Without a touch until the screen is covered."""
