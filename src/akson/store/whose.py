"""Whose post a question is about: what belongs to no tenant is the first one's to see to, so that somebody sees to it."""

from typing import NamedTuple


class Whose(NamedTuple):
    """Every question of a message officer is of one tenant's post."""

    tenant: int
    nobodys: bool = False
    """Whether what came in that no tenant is known of is hers to see to: the first tenant's."""
