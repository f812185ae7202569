"""A text typed by a human that says who is meant: a national id, a date of birth, a name. What is searched for with it does
not belong here.
"""

import re
from datetime import date

TEXT_MAX = 100
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


def is_national_id(text: str) -> bool:
    """Whether the text is written as a national id or D-number, with or without the space."""
    return _NATIONAL_ID.fullmatch(text) is not None


def name_and_birth_date(text: str) -> tuple[str, date | None]:
    """`Astrid Bakken 12.05.1942` -> (`Astrid Bakken`, 1942-05-12); a date may be written in three words."""
    spaced = re.sub(r"(\d{1,2}) (\d{1,2}) (\d{4})", r"\1.\2.\3", text)
    born, words = None, []
    for part in re.split(r"[\s,]+", spaced):
        day = birth_date(part)
        if day:
            born = day
        elif part:
            words.append(part)
    return " ".join(words), born
