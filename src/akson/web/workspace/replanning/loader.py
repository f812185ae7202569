"""The rows of a day to plan: visits the reader may see, their citizens, those who make them, and shifts."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from akson.care.casework.rows import VISIT
from akson.care.replanning.rows import Rows
from akson.fhir.search.query import DateValue, Include, Query, ReferenceValue, Term
from akson.record.session import RecordSession
from akson.web.shell.reading import PAGE_MAX, every_page, resource, token
from akson.web.shell.words import NORWAY

WITH = (Include("Appointment", "patient"), Include("Appointment", "practitioner"))
KNOWN_FOR = timedelta(days=14)
"""Who has made a visit within this is known to the citizen."""


class Loaded:
    """The rows, and which version each Appointment had when it was read."""

    def __init__(self, rows: Rows, versions: dict[str, int], whole: bool) -> None:
        self.rows, self.versions, self.whole = rows, versions, whole


async def load(session: RecordSession, day: date, units: Sequence[str]) -> Loaded:
    """`units`: `Organization/…` of those who may be set up. `whole` is False when there were more visits than a screen
    reads: nothing may be planned from a part."""
    begins = datetime.combine(day, datetime.min.time(), NORWAY).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), NORWAY).astimezone(UTC)
    today = await every_page(session, _visits(begins, ends, *WITH))
    earlier = await every_page(session, _visits(begins - KNOWN_FOR, begins))
    roles = await every_page(
        session,
        Query(
            "PractitionerRole",
            terms=(token("active", "true"), _of(units)),
            count=PAGE_MAX,
            includes=(Include("PractitionerRole", "practitioner"),),
        ),
    )
    beside = [*today.included, *roles.included]
    rows = Rows(
        tuple(resource(v) for v in (*today.matches, *earlier.matches)),
        {v.id: resource(v) for v in beside if v.type == "Patient"},
        {v.id: resource(v) for v in beside if v.type == "Practitioner"},
        tuple(resource(v) for v in roles.matches),
    )
    return Loaded(rows, {v.id: v.version for v in today.matches}, not today.next_cursor)


def _visits(begins: datetime, ends: datetime, *includes: Include) -> Query:
    return Query(
        "Appointment",
        terms=(_on("date", begins, ends), token("service-category", VISIT)),
        count=PAGE_MAX,
        includes=includes,
    )


def _on(param: str, begins: datetime, ends: datetime) -> Term:
    return Term(param, "date", None, (DateValue("eq", begins, ends),))


def _of(units: Sequence[str]) -> Term:
    ids = tuple(ReferenceValue("Organization", unit.rpartition("/")[2]) for unit in units)
    return Term("organization", "reference", None, ids)
