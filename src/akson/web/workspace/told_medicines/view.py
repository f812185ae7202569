"""What the form for somebody's words shows."""

from dataclasses import dataclass

from akson.web.shell.chart import Chart


@dataclass(frozen=True, slots=True)
class Teller:
    value: str
    """`pasient`, `RelatedPerson/marit`, `annen`."""
    words: str
    """`Marit Bakken (datter)`."""


@dataclass(frozen=True, slots=True)
class ToldView:
    chart: Chart
    tellers: tuple[Teller, ...]
    teller: str
    other: str
    """Name of somebody the record does not know."""
    at: str
    """`2026-11-24T18:30`, for the field of the browser."""
    rows: tuple[tuple[str, str], ...]
    """(name, dose) as typed."""
    shown: int
    """How many of them stand open."""
    none: bool
    new: str
    """Id of the list to be: sent twice, it is one."""
    wrong: str
