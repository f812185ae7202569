"""One value of post.toml at a time: what it may be, or ValueError with words for whoever wrote it. Which keys there are is
`declared`'s."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from akson.exchange.ledger import question
from akson.identity.openid.issuer import on_this_machine

KINDS = ("folder", "edi20", "ebxml", "amqp")
_HER = re.compile(r"[0-9]{1,12}", re.ASCII)
_TYPE = re.compile(r"[A-Z][A-Z0-9_-]{2,39} [0-9]{1,2}\.[0-9]{1,2}|EPJ-EKSTRAKT [0-9-]{10}", re.ASCII)
_MAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9.-]{1,255}", re.ASCII)

Read = Callable[[Any], Any]


def text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or any(ord(c) < 32 for c in value):
        raise ValueError("it must be a text")
    return value.strip()


def address(value: Any) -> str:
    parts = urlsplit(text(value))
    if parts.query or parts.fragment or parts.username or not parts.hostname:
        raise ValueError("it must be an address such as https://api.tjener.melding.nhn.no")
    if parts.scheme != "https" and not (parts.scheme == "http" and on_this_machine(value)):
        raise ValueError("it must begin with https://")
    return value.rstrip("/")


def her(value: Any) -> str:
    if not isinstance(value, str) or not _HER.fullmatch(value):
        raise ValueError('it must be a HER-id: digits, in quotes, as "990202"')
    return value


def hers(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError('it must be a list of HER-ids: ["990002"]')
    return tuple(her(each) for each in value)


def types(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or any(not isinstance(v, str) or not _TYPE.fullmatch(v) for v in value):
        raise ValueError('it must be a list of types and versions: ["DIALOG_FORESPORSEL 1.1"]')
    return tuple(value)


def kind(value: Any) -> str:
    if value not in KINDS:
        raise ValueError(f"it must be one of: {', '.join(KINDS)}")
    return str(value)


def day(value: Any) -> date:
    if type(value) is not date:
        raise ValueError("it must be a day, without quotes: 2027-12-31")
    return value


def file_name(value: Any) -> str:
    if "/" in text(value) or value.startswith("."):
        raise ValueError("it must be the name of a file, without folders")
    return str(value)


def key(value: Any) -> str:
    try:
        question.public_key(text(value))
    except ValueError:
        raise ValueError("it must be what the partner's `akson post show` prints as ledger_key") from None
    return str(value)


def whole(lowest: int, highest: int, of: str) -> Read:
    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise ValueError(f"it must be a whole number of {of} from {lowest} to {highest}")
        return value

    return read


def days(value: Any) -> timedelta:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 90:
        raise ValueError("it must be a whole number of days from 1 to 90")
    return timedelta(days=value)


def seconds(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 600:
        raise ValueError("it must be a whole number of seconds from 1 to 600")
    return value


def mail(value: Any) -> str:
    if not isinstance(value, str) or not _MAIL.fullmatch(value):
        raise ValueError("it must be a mail address")
    return value


def bool_(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("it must be true or false")
    return value


def door(*schemes: str) -> Read:
    """`schemes`: those with TLS first. Whether one without may be used is judged for the whole file."""

    def read(value: Any) -> str:
        parts = urlsplit(text(value))
        try:
            whole = parts.scheme in schemes and parts.hostname and parts.port and not parts.password
        except ValueError:
            whole = False
        if not whole:
            raise ValueError(
                f"it must be as {schemes[0]}://user@host:port; a password stands in password_file"
            )
        return value

    return read


def bus(value: Any) -> str:
    parts = urlsplit(text(value))
    if "@" in parts.netloc or not parts.hostname or parts.scheme not in ("amqps", "amqp"):
        raise ValueError("it must be amqps://host:port, with user and password_file beside it")
    return value
