"""A Norwegian day as a search term: from midnight to midnight on Norwegian clocks, whatever the server's zone."""

from datetime import UTC, datetime, timedelta

from akson.fhir.search.query import DateValue, Term
from akson.web.shell.words import NORWAY, local


def day_bounds(now: datetime) -> tuple[datetime, datetime]:
    """[start, end) in UTC of the Norwegian day `now` falls in; 23 or 25 hours long twice a year."""
    today = local(now).date()
    tomorrow = today + timedelta(days=1)
    start, end = (datetime(d.year, d.month, d.day, tzinfo=NORWAY).astimezone(UTC) for d in (today, tomorrow))
    return start, end


def on_day(param: str, now: datetime) -> Term:
    """The date parameter falls within the day of `now`."""
    start, end = day_bounds(now)
    return Term(param, "date", None, (DateValue("eq", start, end),))
