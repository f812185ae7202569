"""Every type that the post knows is called by a name, and by no code, in the count."""

from akson.analytics.reports.adoption import words
from akson.exchange.messages import BY_CODE
from akson.web.operations.adoption.charts import line


def test_no_type_is_shown_by_its_code() -> None:
    assert set(words.TYPES) == set(BY_CODE)


def test_one_month_alone_is_seen() -> None:
    assert line([7], 100, 50) == "0.0,1.0 100.0,1.0"
    assert line([], 100, 50) == ""
