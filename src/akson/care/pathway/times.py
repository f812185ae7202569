"""Hours and days of a pathway: elapsed hours, working hours, local days, and how they are said. Oslo's clock."""

from datetime import UTC, date, datetime, time, timedelta

from akson.care.holidays import is_holiday
from akson.care.pathway.rules import Working
from akson.care.pathway.said import OSLO


def later(at: datetime, hours: int) -> datetime:
    """Elapsed hours: over a change to summer time, the clock shows one more."""
    return (at.astimezone(UTC) + timedelta(hours=hours)).astimezone(OSLO)


def first_moment(day: date) -> datetime:
    return datetime.combine(day, time(), OSLO)


def end_of_day(day: date) -> datetime:
    """The midnight that ends it."""
    return first_moment(day + timedelta(days=1))


def working_later(at: datetime, hours: int, working: Working) -> datetime:
    """When that many working hours have passed."""
    left = timedelta(hours=hours)
    moment = at.astimezone(OSLO)
    while True:
        opens = datetime.combine(moment.date(), time(working.start), OSLO)
        closes = datetime.combine(moment.date(), time(working.end), OSLO)
        begins = max(moment, opens)
        works = moment.weekday() in working.days and (working.holidays or not is_holiday(moment.date()))
        if works and begins < closes:
            if left <= closes - begins:
                return begins + left
            left -= closes - begins
        moment = first_moment(moment.date() + timedelta(days=1))


def words(at: datetime) -> str:
    """`20.11. kl. 10.12`."""
    return f"{at.astimezone(OSLO):%d.%m. kl. %H.%M}"


def span(between: timedelta) -> str:
    """`5 minutter`, `3 timer`, `2 døgn`: rounded down."""
    minutes = int(between.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} minutt" if minutes == 1 else f"{minutes} minutter"
    hours = minutes // 60
    if hours < 48:
        return "1 time" if hours == 1 else f"{hours} timer"
    return f"{hours // 24} døgn"
