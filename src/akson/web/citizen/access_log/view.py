"""What the citizen reads about who has seen her record."""

from dataclasses import dataclass

from akson.web.shell.access_lines import LogPage


@dataclass(frozen=True, slots=True)
class WhoHasSeenView:
    whose: str
    """Name of the one whose log it is, for a proxy; "" when it is the reader's own."""
    page: LogPage
    older: str
    """Query that leads to what is older, with the one represented; ""."""
    proof: str
    """Address of the file that proves all of it."""
