"""What the citizen reads about who has seen her record."""

from dataclasses import dataclass

from akson.web.shell.access_lines import LogDay


@dataclass(frozen=True, slots=True)
class WhoHasSeenView:
    whose: str
    """Name of the one whose log it is, for a proxy; "" when it is the reader's own."""
    days: tuple[LogDay, ...]
    refused: int
    """How many were turned away, of those shown."""
    full: bool
