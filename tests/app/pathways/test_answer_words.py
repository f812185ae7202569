"""What the message's form writes is what the rules of a stay read: two packages that may not know each other."""

from datetime import date

from akson.care.pathway import answers
from akson.care.pathway.said import Answer
from akson.exchange.building.dialogues import _receives


def test_the_answer_of_the_form_is_read_by_the_rules() -> None:
    assert answers.read(_receives("2026-11-23")) == Answer(True, date(2026, 11, 23))
