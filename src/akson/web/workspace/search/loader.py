"""A text typed by a human to one search for patients: national id, birth date, or parts of a name.

Only what the reader's restriction lets through is found; nothing tells what was held back.
"""

import re
from datetime import UTC, date, datetime, timedelta

from akson.fhir.search.query import DateValue, Query, Sort, StringValue, Term, TokenValue
from akson.record.session import RecordSession
from akson.web.shell.chart import person
from akson.web.shell.reading import resources
from akson.web.shell.who_is_meant import birth_date, is_national_id, readable
from akson.web.workspace.search.view import SearchView

HITS_MAX = 50
NAME_PARTS_MAX = 6


def _born(day: date) -> Term:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Term("birthdate", "date", None, (DateValue("eq", start, start + timedelta(days=1)),))


def terms(text: str) -> tuple[Term, ...]:
    """What `text` asks for. Words of a name must all match; a date among them is a birth date."""
    if is_national_id(text):
        return (Term("identifier", "token", None, (TokenValue(None, text.replace(" ", "")),)),)
    if day := birth_date(text):
        return (_born(day),)
    parts = re.split(r"[\s,]+", text)[:NAME_PARTS_MAX]
    found = [
        _born(day) if (day := birth_date(part)) else Term("name", "string", None, (StringValue(part),))
        for part in parts
        if part
    ]
    return tuple(found)


async def load(session: RecordSession, text: str, today: date) -> SearchView:
    text = readable(text)
    may_open = session.may("identify", "Patient")
    asked = terms(text) if text else ()
    if not asked:
        return SearchView(text, (), more=False, may_open=may_open)
    found = await session.search(
        Query("Patient", terms=asked, sort=(Sort("family", "string"),), count=HITS_MAX)
    )
    hits = tuple(person(p, today) for p in resources(found.matches))
    return SearchView(text, hits, more=found.next_cursor is not None, may_open=may_open)
