"""The sentences of the municipality's answer to the hospital: written and read by one rule, for the hospital reads words.

A dialogue note has no field for the day (HIS 80704:2014, annex C), so the sentence is the field. What a person adds stands
after it; what starts otherwise is read by people, and by no rule (`Answer(can=None)`).
Source: FOR-2011-11-18-1115 §11: whether she can be received; if not, when; and again when an offer is ready.
"""

import re
from datetime import date

from akson.care.pathway.said import Answer

_DAY = r"(\d\d)\.(\d\d)\.(\d{4})"
_CAN = re.compile(rf"Kommunen kan ta imot pasienten (?:fra )?{_DAY}\.")
"""Without «fra» as the note's own form writes it (`exchange/building/dialogues.py`): the day she may come."""
_CANNOT = re.compile(rf"Kommunen kan ikke ta imot pasienten ennå\.(?: Vi svarer på nytt innen {_DAY}\.)?")


def words(answer: Answer) -> str:
    """The first sentence of the note. Raises ValueError for what has no sentence: a yes without a day."""
    if answer.can and answer.day:
        return f"Kommunen kan ta imot pasienten fra {answer.day:%d.%m.%Y}."
    if answer.can is False:
        again = f" Vi svarer på nytt innen {answer.day:%d.%m.%Y}." if answer.day else ""
        return f"Kommunen kan ikke ta imot pasienten ennå.{again}"
    raise ValueError("an answer says either from which day, or not yet")


def read(text: str) -> Answer:
    """Whatever a note says of receiving the patient."""
    if found := _CAN.search(text):
        day = _day(found.groups())
        return Answer(True, day) if day else Answer(None)
    if found := _CANNOT.search(text):
        return Answer(False, _day(found.groups()))
    return Answer(None)


def _day(parts: tuple[str | None, ...]) -> date | None:
    day, month, year = parts
    if not (day and month and year):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
