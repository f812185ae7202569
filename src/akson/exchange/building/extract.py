"""EPJ-EKSTRAKT: medicines, critical information and a note, each a document of its own, after their table of contents.

Source: EPJ-ekstrakt 2008-02-20, transfer of medication 2009-02-20.
"""

from akson.exchange.building import health, rows
from akson.exchange.building.facts import Facts
from akson.exchange.building.fields import Field
from akson.exchange.building.rows import Filled, Row
from akson.exchange.profile import Demand
from akson.exchange.schema import Values

_CONTENTS, _CAVE, _NOTES, _DRUGS = "14.901.0", "14.50001.0", "14.50301.0", "14.50302.0"


def _medicines(facts: Facts) -> Filled | None:
    found = rows.ALL_DRUGS(facts)
    if found is None:
        return None
    told = {**health.component("EPJ sak", _DRUGS, "Legemidler", found.value), "Legemiddelinfo": found.value}
    return Filled(({"Legemidler": told},), found.origins)


def _cave(facts: Facts) -> Filled | None:
    found = rows.CAVE.make(facts)
    return Filled(({"Cave": found.value},), found.origins) if found else None


def _letter(said: str) -> tuple[Values, ...]:
    texts = ({"Notat": said},)
    note = {**health.component("EPJ dokument", "13.11009.0", "Andre notater", texts), "Journaltekst": texts}
    told = {**health.component("EPJ sak", _NOTES, "Andre notater", note), "GenereltJournalnotat": (note,)}
    return ({"Notater": told},)


def contents(parts: tuple[Values, ...]) -> tuple[Values, ...]:
    """The parts in their order, after the table that names them."""
    order = ("Cave", "Notater", "Legemidler")
    sorted_parts = sorted(parts, key=lambda part: order.index(next(iter(part))))
    nodes = tuple(
        {n: v for n, v in inner.items() if n.startswith("@")}
        for part in sorted_parts
        for inner in part.values()
    )
    table = {**health.component("EPJ sak", _CONTENTS, "Legemidler", nodes), "Node": nodes}
    return ({"Node": table}, *sorted_parts)


ROWS = (
    Row("Del", "Kritisk informasjon", "allergier", rows.CAVE.reads, _cave),
    Row("Del", "Legemidler", "legemiddellisten", rows.MEDICINES, _medicines),
)
LETTER = Field("text", "Følgetekst", "Del", _letter, main=True)
DEMANDS = (
    Demand(
        "Legemidler",
        ("Del/Legemidler/Legemiddelinfo/ForenkletForskrivning/Forskrivningsinfo/Navn",),
        "Overføring av legemiddelopplysninger",
    ),
)
