"""What the form shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LiftView:
    reasons: tuple[tuple[str, str], ...]
    """(code, words)."""
    hours: int
    """How long it lasts."""
    unstated: bool
    """The reason was missing."""
    text: str
    """What had been written; nothing typed is lost."""
