"""The day as it is to be planned: visits, those who work, and the ways between them. Times are minutes from midnight."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Place: TypeAlias = tuple[float, float]
"""(longitude, latitude) in degrees, WGS 84."""
Travel: TypeAlias = Callable[[Place | None, Place | None], int]
"""Minutes from the one to the other; a place that is not known is None."""


@dataclass(frozen=True, slots=True)
class Visit:
    id: str
    patient: str
    planned: int
    """When it was to begin."""
    earliest: int
    latest: int
    """The last minute it may begin."""
    minutes: int
    staff: tuple[str, ...] = ()
    """Who was to make it: nobody, one, or as many as `hands`."""
    needs: frozenset[str] = frozenset()
    """Competences that whoever makes it must have: codes in 9060 (`SP`, `HF`) or the municipality's own."""
    hands: int = 1
    """1 or 2: how many must be there at the same time."""
    avoid: frozenset[str] = frozenset()
    place: Place | None = None
    importance: int = 2
    """3 must be today, 2 should, 1 can wait."""
    fixed: bool = False
    """Begun, or promised: keeps its time and its people."""


@dataclass(frozen=True, slots=True)
class Staff:
    id: str
    start: int
    end: int
    competences: frozenset[str] = frozenset()
    place: Place | None = None
    """Where the shift begins and ends."""

    @property
    def pause(self) -> int:
        """Minutes of rest that the shift must hold: arbeidsmiljøloven § 10-9 first paragraph."""
        return 30 if self.end - self.start > 330 else 0

    @property
    def pause_window(self) -> tuple[int, int]:
        """The pause begins in [first, last]: not in the first two hours, done an hour before the end."""
        return self.start + 120, self.end - 90


@dataclass(frozen=True, slots=True)
class Day:
    visits: tuple[Visit, ...]
    staff: tuple[Staff, ...]
    """Those who are at work: who is away is not among them."""
    travel: Travel
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Patient → whom she has met lately."""
    now: int = 0
    """Nothing that is not fixed begins before this."""

    def may(self, person: Staff, visit: Visit) -> bool:
        """Whether she can be asked at all, whatever else she does."""
        return (
            visit.needs <= person.competences
            and person.id not in visit.avoid
            and max(visit.earliest, person.start, self.now) + visit.minutes <= person.end
            and visit.latest >= max(person.start, self.now)
        )
