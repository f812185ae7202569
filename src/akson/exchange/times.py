"""Times of messages as FHIR writes them. Without a zone they are Norwegian local time (HIS 1037, 6.2.1)."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from akson.exchange.schema.formats import is_date_time, is_time_stamp

NORWAY = ZoneInfo("Europe/Oslo")
_CLOCK = re.compile(r"\d\d:")
_ZONE = re.compile(r"(?:Z|[+-]\d\d:\d\d)$")


def instant(text: str) -> datetime | None:
    """An aware instant of an xs:dateTime; None for anything else, and for what no calendar here can hold."""
    if not is_date_time(text):
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=NORWAY)


def fhir_date_time(text: str) -> str:
    """A TS as a FHIR dateTime: with zone when it has a time, as it stands when it is only a date; "" when it has no date."""
    at = instant(text)
    if at is not None:
        return at.isoformat(timespec="seconds")
    if not is_time_stamp(text) or _CLOCK.match(text) or "T" in text or text.startswith("-"):
        return ""
    return _ZONE.sub("", text) if len(text) > len("2026-11") else text


def words(text: str) -> str:
    """`26.11.2026 kl. 19.05`, `26.11.2026`, or the text itself."""
    at = instant(text)
    if at is not None:
        return f"{at.astimezone(NORWAY):%d.%m.%Y kl. %H.%M}"
    day = text[: len("2026-11-26")]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        return f"{day[8:]}.{day[5:7]}.{day[:4]}"
    return text
