"""Public holidays, the movable ones too, against calendars of years; and working hours that know them by rule."""

from datetime import date, datetime, timedelta

import pytest

from akson.care.holidays import is_holiday, is_working_day
from akson.care.pathway import rules, times
from akson.care.pathway.said import OSLO

# As printed in almanakk.no: Maundy Thursday, Good Friday, both Easter days, Ascension, both days of Pentecost.
MOVABLE = {
    2024: ("03-28", "03-29", "03-31", "04-01", "05-09", "05-19", "05-20"),
    2026: ("04-02", "04-03", "04-05", "04-06", "05-14", "05-24", "05-25"),
    2027: ("03-25", "03-26", "03-28", "03-29", "05-06", "05-16", "05-17"),
    2038: ("04-22", "04-23", "04-25", "04-26", "06-03", "06-13", "06-14"),
}
FIXED = ("01-01", "05-01", "05-17", "12-25", "12-26")


@pytest.mark.parametrize("year", MOVABLE)
def test_a_year_has_these_holidays_and_no_other(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    found = {f"{day:%m-%d}" for day in days if day.year == year and is_holiday(day)}
    assert found == {*MOVABLE[year], *FIXED}


def test_the_eves_are_working_days_and_easter_is_none() -> None:
    assert is_working_day(date(2026, 12, 24)) and is_working_day(date(2026, 12, 31))
    assert not is_working_day(date(2026, 4, 6)) and not is_working_day(date(2026, 11, 28))


def test_working_hours_stop_on_a_holiday_from_the_edition_that_says_so() -> None:
    eve = datetime(2026, 12, 24, 15, tzinfo=OSLO)
    now, before = rules.load().at(date(2026, 12, 1)), rules.load().at(date(2026, 11, 1))
    # A Friday that is the first day of Christmas, then the weekend.
    assert times.working_later(eve, 2, now.working) == datetime(2026, 12, 28, 9, tzinfo=OSLO)
    assert times.working_later(eve, 2, before.working) == datetime(2026, 12, 25, 9, tzinfo=OSLO)
    assert now.rules == before.rules and now.gp == before.gp, "nothing else is new"
