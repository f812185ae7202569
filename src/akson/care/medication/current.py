"""The list in use now: the municipality's own lines, sorted as they are read, each with its provenance."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource
from akson.care.medication.sources import Said, SourceLine, SourceList


@dataclass(frozen=True, slots=True)
class CurrentList:
    said: Said
    fixed: tuple[SourceLine, ...]
    as_needed: tuple[SourceLine, ...]
    courses: tuple[SourceLine, ...]
    """Time-limited, and not over at the instant asked."""
    stopped: tuple[SourceLine, ...]
    """Stopped, and courses that are over; newest first."""
    source: SourceList
    """The list itself: who made it, and when."""
    unread: tuple[SourceList, ...]
    """Other sources' lists that came after it: what is to be reconciled, newest first."""


def current_list(rows: Iterable[Resource], at: datetime) -> CurrentList:
    """The municipality's list at that instant; `rows` as `sources.sources` takes them."""
    raise NotImplementedError
