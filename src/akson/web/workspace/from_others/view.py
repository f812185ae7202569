"""What «Fra andre» shows: each line with its source and its age; who is missing, and what may be missing with them."""

from dataclasses import dataclass, replace

from akson.web.shell.chart import Chart


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    detail: str
    when: str
    """When it was, not when it was told."""
    source: str
    age: str
    """`hentet i dag 14:31`, `kopi fra 22.11 08:05`."""
    grave: bool = False


@dataclass(frozen=True, slots=True)
class KindPanel:
    id: str
    title: str
    lines: tuple[Line, ...]
    none: tuple[str, ...]
    """Sources that were asked and have nothing to show of this kind."""
    missing: tuple[str, ...]
    """Sources that may have more."""
    more: tuple[str, ...]
    """Sources that have more than was fetched."""
    unasked: bool
    """Nobody is known to have anything of this kind."""


@dataclass(frozen=True, slots=True)
class MissingRow:
    name: str
    why: str
    kinds: str
    """`legemidler og kritisk informasjon`: what may be missing."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What the bar of emergency access says (`ui.emergency_bar`)."""

    until: str
    until_at: str
    left: str


@dataclass(frozen=True, slots=True)
class FromOthersView:
    chart: Chart
    panels: tuple[KindPanel, ...] = ()
    missing: tuple[MissingRow, ...] = ()
    refused: tuple[MissingRow, ...] = ()
    degraded: str = ""
    asked: tuple[str, ...] = ()
    """Names of all who were asked."""
    cannot: str = ""
    """Why nobody was asked; "" when somebody was."""
    again: str = ""
    """Where asking again leads."""
    bar: Bar | None = None
    """In emergency access."""

    def in_emergency(self, bar: Bar) -> "FromOthersView":
        return replace(self, bar=bar)
