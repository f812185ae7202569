"""The list in use now: the municipality's own lines, sorted as they are read, each with its provenance."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from akson.care.fhir_json import Resource
from akson.care.medication.lines import PAST, Kind, Said, SourceKind, SourceLine
from akson.care.medication.sources import SourceList, sources


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

    @property
    def in_use(self) -> tuple[SourceLine, ...]:
        return (*self.fixed, *self.as_needed, *self.courses)


def current_list(rows: Iterable[Resource], at: datetime) -> CurrentList:
    """The municipality's list at that instant; `rows` as `sources.sources` takes them."""
    every = sources(rows, at)
    own = next(s for s in every if s.kind is SourceKind.MUNICIPALITY)
    lines = sorted(own.lines, key=lambda line: line.name.casefold())
    past = [line for line in lines if _is_past(line, at.date())]
    past.sort(key=lambda line: line.stop or date.min, reverse=True)
    now = [line for line in lines if line not in past]
    since = own.at
    unread = [s for s in every if s is not own and (since is None or (s.at is not None and s.at > since))]
    return CurrentList(
        said=own.said,
        fixed=tuple(line for line in now if line.kind is Kind.FIXED),
        as_needed=tuple(line for line in now if line.kind is Kind.AS_NEEDED),
        courses=tuple(line for line in now if line.kind is Kind.COURSE),
        stopped=tuple(past),
        source=own,
        unread=tuple(reversed(unread)),
    )


def _is_past(line: SourceLine, today: date) -> bool:
    return line.use in PAST or (line.stop is not None and line.stop < today)
