"""Who acts for whom, in words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProxyRow:
    name: str
    """"" for one of whom nothing may be told."""
    basis: str
    """`fullmakt`."""
    sees: tuple[str, ...]
    until: str
    path: str
    """To the pages of the one represented; ""."""


@dataclass(frozen=True, slots=True)
class ProxiesView:
    own: bool
    """The reader is a citizen herself, and not only somebody's proxy."""
    represented: tuple[ProxyRow, ...]
    representatives: tuple[ProxyRow, ...]
