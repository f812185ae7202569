"""The lexical space of each FHIR primitive type.

Spec: https://hl7.org/fhir/R4/datatypes.html#primitive. Checks are linear in the length of the value: the
official expression for base64Binary, for one, is not. What is wrong is told without repeating the value.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from akson.fhir.xhtml import xhtml

Check: TypeAlias = Callable[..., str | None]
"""None when all is well, else what must be. Called with the value; a validator's scope beside it is not looked at."""

STRING_MAX = 1_048_576
"""Characters of one string (R4: "shall not exceed 1MB in size")."""
INTEGER_MAX = 2_147_483_647

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
_CODE = re.compile(r"\S+(?: \S+)*")
_SPACE = re.compile(r"\s")
_OID = re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+", re.ASCII)
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*(?:=\s*){0,2}", re.ASCII)
_DATE = r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?)?"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{1,9})?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_FULL_DATE = r"([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_DATE_ONLY = re.compile(_DATE)
_INSTANT = re.compile(f"{_FULL_DATE}T{_CLOCK}{_ZONE}")
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{1,9})?")

_SHORT_MONTHS = {"04", "06", "09", "11"}


def _on_calendar(year: str, month: str | None, day: str | None) -> bool:
    if year == "0000":
        return False
    if day is None or day <= "28":
        return True
    if month == "02":
        number = int(year)
        leap = number % 4 == 0 and (number % 100 != 0 or number % 400 == 0)
        return day == "29" and leap
    return day <= "30" or month not in _SHORT_MONTHS


def string(value: Any, _scope: object = None) -> str | None:
    if type(value) is not str:
        return "must be a string"
    if not value:
        return "must not be empty"
    if not value.isprintable() and _CONTROL.search(value):
        return "must not hold control characters other than tab, line feed and carriage return"
    if len(value) > STRING_MAX:
        return f"must have at most {STRING_MAX} characters"
    return None


def code(value: Any, _scope: object = None) -> str | None:
    if (
        type(value) is str
        and len(value) <= STRING_MAX
        and _CODE.fullmatch(value)
        and (value.isprintable() or not _CONTROL.search(value))
    ):
        return None
    return "must be a code: a string without spaces at either end and with single spaces inside"


def id(value: Any, _scope: object = None) -> str | None:
    if type(value) is str and _ID.fullmatch(value):
        return None
    return "must be an id: 1 to 64 letters A-Z a-z, digits, dots and hyphens"


def uri(value: Any, _scope: object = None) -> str | None:
    if type(value) is not str:
        return "must be a string"
    if value and not _SPACE.search(value) and (value.isprintable() or not _CONTROL.search(value)):
        if value.startswith("urn:uuid:") and not _UUID.fullmatch(value.lower()):
            return "must be a UUID such as urn:uuid:c757873d-ec9a-4326-a141-556f43239520"
        return None
    return "must be a uri: not empty and without white space"


def oid(value: Any, _scope: object = None) -> str | None:
    return None if type(value) is str and _OID.fullmatch(value) else "must be an OID such as urn:oid:1.2.3"


def uuid(value: Any, _scope: object = None) -> str | None:
    if type(value) is str and _UUID.fullmatch(value):
        return None
    return "must be a UUID such as urn:uuid:c757873d-ec9a-4326-a141-556f43239520"


def base64_binary(value: Any, _scope: object = None) -> str | None:
    if type(value) is not str or not value:
        return "must be a string of base64"
    if _BASE64.fullmatch(value) and len("".join(value.split())) % 4 == 0:
        return None
    return "must be base64: letters, digits, + and /, in groups of four, padded with ="


def boolean(value: Any, _scope: object = None) -> str | None:
    return None if value is True or value is False else "must be true or false"


def _whole(low: int, words: str) -> Check:
    def check(value: Any, _scope: object = None) -> str | None:
        return None if type(value) is int and low <= value <= INTEGER_MAX else words

    return check


def decimal(value: Any, _scope: object = None) -> str | None:
    return None if type(value) is int or type(value) is Decimal else "must be a number"


def date(value: Any, _scope: object = None) -> str | None:
    if type(value) is str:
        found = _DATE_ONLY.fullmatch(value)
        if found and _on_calendar(*found.groups()):
            return None
    return "must be a date: YYYY, YYYY-MM or YYYY-MM-DD, on the calendar"


def date_time(value: Any, _scope: object = None) -> str | None:
    if type(value) is str:
        found = _INSTANT.fullmatch(value) or _DATE_ONLY.fullmatch(value)
        if found and _on_calendar(*found.groups()):
            return None
    return "must be a dateTime: YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a zone, on the calendar"


def instant(value: Any, _scope: object = None) -> str | None:
    if type(value) is str:
        found = _INSTANT.fullmatch(value)
        if found and _on_calendar(*found.groups()):
            return None
    return "must be an instant: YYYY-MM-DDThh:mm:ss with a zone, on the calendar"


def time(value: Any, _scope: object = None) -> str | None:
    return None if type(value) is str and _TIME.fullmatch(value) else "must be a time: hh:mm:ss, without zone"


PRIMITIVES: Mapping[str, Check] = {
    "base64Binary": base64_binary,
    "boolean": boolean,
    "canonical": uri,
    "code": code,
    "date": date,
    "dateTime": date_time,
    "decimal": decimal,
    "id": id,
    "instant": instant,
    "integer": _whole(-INTEGER_MAX - 1, "must be a whole number of at most 32 bits"),
    "markdown": string,
    "oid": oid,
    "positiveInt": _whole(1, "must be a whole number from 1 to 2147483647"),
    "string": string,
    "time": time,
    "unsignedInt": _whole(0, "must be a whole number from 0 to 2147483647"),
    "uri": uri,
    "url": uri,
    "uuid": uuid,
    "xhtml": xhtml,
}
