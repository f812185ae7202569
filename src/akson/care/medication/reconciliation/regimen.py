"""A dose as it is understood: amounts, times, interval, as needed with its most, how long."""

from dataclasses import dataclass, field
from datetime import date

Amount = tuple[float, float, str]
"""Least, most, unit: "n" pieces, "mg", "ml", "E", "mmol"."""


@dataclass(frozen=True, slots=True)
class Regimen:
    """None, () and "" are "not said"."""

    amounts: tuple[Amount | None, ...] = ()
    """Of each dose of a day, in the order of the day; one alone when all are equal."""
    count: float | None = None
    """Doses on a day that has any."""
    times: tuple[str, ...] = ()
    """Slots of each dose: `("M", "KN")`; () when any will do."""
    interval: float | None = None
    """Days from one such day to the next."""
    weekdays: frozenset[int] = field(default_factory=frozenset)
    as_needed: bool | None = None
    max_count: float | None = None
    max_total: Amount | None = None
    max_bare: bool = False
    """`maks 8 pr døgn`: `max_count` may mean eight times or eight pieces."""
    days: int | None = None
    until: date | None = None
    stopped: bool = False
    piece: Amount | None = None
    """What one piece holds, when the text says it: `1 tabl à 500 mg`."""

    @property
    def said(self) -> bool:
        return bool(
            self.amounts or self.count or self.interval or self.weekdays or self.max_count or self.max_total
        )
