"""What is said between a source and an index, and what an index says to who asks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from akson.record.facts.choices import choices
from akson.sharing.classes import SharedClass

KEPT_OUT = frozenset({"no-index", "no-sharing"})
SEARCH_PATH = "/sharing/location/_search"
TELL_PATH = "/sharing/location/_tell"


@dataclass(frozen=True, slots=True)
class Statement:
    """All that one source says of one person: it stands instead of what it said of her before.

    `ref` is the source's own word for her, by which it can take back what it said; no numbers or nothing held: she is out.
    """

    ref: bytes
    persons: tuple[str, ...]
    """National ids, all she has there. In the clear on the way (in a body); hashed before they are stored."""
    holds: Mapping[SharedClass, date]


@dataclass(frozen=True, slots=True)
class Holding:
    """`source` has had something of this kind since this day."""

    source: str
    kind: SharedClass
    since: date
    told: datetime


def is_kept_out(consents: Iterable[Mapping[str, Any]]) -> bool:
    """Whether she has said that no index may name her. A choice that nobody knows keeps her out."""
    return any(choices(consent) & KEPT_OUT for consent in consents)
