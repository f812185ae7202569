"""What the page of closings shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClosingRow:
    id: str
    kind: str
    """`Blokkert` or `Sperret`."""
    to: str
    of: str
    since: str
    readable: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Choices under one heading: (value, words)."""

    title: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ClosingsView:
    own: bool
    """Whether the reader is the person herself; others only read."""
    rows: tuple[ClosingRow, ...]
    name: str
    """The name looked for; ""."""
    found: tuple[str, ...]
    """Names of the staff found."""
    whom: tuple[Group, ...]
    what: tuple[tuple[str, str], ...]
    sharing: tuple[tuple[str, str, str], ...]
    """Where her data may be shared: (value, words, what follows)."""
    shared: str
    """The value that stands."""
    said: str
    wrong: bool
