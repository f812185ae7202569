"""What may not be told of one year: the tables of the year, through all levels, and the table of months beside them.

Types of a municipality, municipalities of a county, counties of the country; and counties by months. The months of a
county add up to its year, so a county's year that is hidden in the one table is hidden in the other.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from akson.analytics.reports.adoption.levels import Block, Level, closed, hide
from akson.store.adoption import Party, Sums

COUNTRY = "Landet"
PLACELESS = "Uten fylke"
Cells = frozenset[tuple[str, str]]
"""(row, column) that may not be told; "" is the total."""


@dataclass(frozen=True, slots=True)
class Concealed:
    types: Mapping[str, Cells]
    """Municipality -> (type, counterpart)."""
    places: Mapping[str, Cells]
    """County -> (municipality, counterpart)."""
    counties: Cells
    """(county, counterpart)."""
    months: Cells
    """(county, first day of the month)."""


def placed(county: str) -> str:
    """A county that is not known has a name, since "" is the total."""
    return county or PLACELESS


def concealed(sums: Sums, towns: Mapping[str, Party], year: int) -> Concealed:
    low: Level = defaultdict(dict)
    middle: Level = defaultdict(lambda: defaultdict(int))
    high: Block = defaultdict(int)
    months: Block = defaultdict(int)
    for row in sums.flows:
        if n := row.years.get(year, 0):
            county = towns[row.municipality].county
            low[row.municipality][row.type, row.counterpart] = n
            middle[county][row.municipality, row.counterpart] += n
            high[county, row.counterpart] += n
    for at, county, n in sums.series:
        if at.year == year and n:
            months[placed(county), at.isoformat()] += n
    return conceal([dict(low), dict(middle), {COUNTRY: high}], months)


def conceal(levels: list[Level], months: Block) -> Concealed:
    """The one rule: both kinds of tables, until neither hides a total that the other tells.

    A county whose year is hidden has no months told: whatever its year may be, its months can then be, whichever county it
    was hidden beside. Hidden month by month, each table has been safe alone and the two together have not.
    """
    columns = {at for _, at in months}
    also: set[tuple[str, str]] = set()
    while True:
        (types, places, country), _ = closed(levels, {COUNTRY: also})
        counties = country.get(COUNTRY, frozenset())
        years = {cell for cell in counties if cell[1] == ""}
        rows = {(county, at) for county, _ in years for at in columns}
        hidden = hide(months, years | rows) if months else set()
        new = {cell for cell in hidden if cell[1] == ""} - years
        if not new:
            return Concealed(types, places, counties, frozenset(hidden | years | rows))
        also |= new
