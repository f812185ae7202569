"""A text typed by a human to one search for patients: national id, birth date, or parts of a name.

Only what the reader's restriction lets through is found; nothing tells what was held back.
"""

import re
from datetime import UTC, date, datetime, timedelta

from akson.fhir.search.query import DateValue, Query, Sort, StringValue, Term, TokenValue
from akson.record.session import RecordSession
from akson.web.shell.chart import person
from akson.web.shell.reading import resources
from akson.web.workspace.search.view import SearchView

HITS_MAX = 50
TEXT_MAX = 100
NAME_PARTS_MAX = 6
_NATIONAL_ID = re.compile(r"\d{6}\s?\d{5}")
_NORWEGIAN_DATE = re.compile(r"(\d{1,2})[./ ](\d{1,2})[./ ](\d{4})")
_PACKED_DATE = re.compile(r"(\d{2})(\d{2})(\d{4})")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def readable(text: str) -> str:
    """What was typed, without control characters (no name has them, and the database takes none) or doubled spaces."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:TEXT_MAX]


def birth_date(text: str) -> date | None:
    """`12.05.1942`, `12 5 1942`, `12051942` or `1942-05-12`; None when it is no date."""
    iso = _ISO_DATE.fullmatch(text)
    norwegian = _NORWEGIAN_DATE.fullmatch(text) or _PACKED_DATE.fullmatch(text)
    try:
        if iso:
            return date(*map(int, iso.groups()))
        if norwegian:
            day, month, year = map(int, norwegian.groups())
            return date(year, month, day)
    except ValueError:
        return None
    return None


def _born(day: date) -> Term:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Term("birthdate", "date", None, (DateValue("eq", start, start + timedelta(days=1)),))


def is_national_id(text: str) -> bool:
    """Whether the text is written as a national id or D-number, with or without the space."""
    return _NATIONAL_ID.fullmatch(text) is not None


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
    asked = terms(text) if text else ()
    if not asked:
        return SearchView(text, (), more=False)
    found = await session.search(
        Query("Patient", terms=asked, sort=(Sort("family", "string"),), count=HITS_MAX)
    )
    hits = tuple(person(p, today) for p in resources(found.matches))
    return SearchView(text, hits, more=found.next_cursor is not None)
