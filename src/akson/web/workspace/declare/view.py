"""What the form shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeclareView:
    reasons: tuple[tuple[str, str], ...]
    """(code, words)."""
    hours: tuple[int, ...]
    unstated: bool
    """The reason was missing."""
    text: str
    """What had been written; nothing typed is lost."""
