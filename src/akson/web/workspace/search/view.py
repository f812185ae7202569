"""What a search shows."""

from dataclasses import dataclass

from akson.web.shell.chart import Person


@dataclass(frozen=True, slots=True)
class SearchView:
    asked: str
    """What was searched for; "" before a search."""
    hits: tuple[Person, ...]
    more: bool
    """Whether there are more hits than are shown."""
    may_open: bool = False
    """Whether the reader's role may open a record with a ground, in an emergency."""
