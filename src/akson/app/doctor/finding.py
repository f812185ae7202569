"""What every check shares: what it is given, and what it says."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from akson.app.settings import Settings


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    """It works, and should be looked at."""
    FAULT = "fault"
    """It does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    what: str
    now: str = ""
    """What to do about it; empty when all is well."""


@dataclass(frozen=True, slots=True)
class Check:
    """`run` never changes anything that a node keeps."""

    name: str
    run: Callable[[Settings], Awaitable[Finding]]


def ok(what: str) -> Finding:
    return Finding(Level.OK, what)


def warn(what: str, now: str) -> Finding:
    return Finding(Level.WARN, what, now)


def fault(what: str, now: str) -> Finding:
    return Finding(Level.FAULT, what, now)
