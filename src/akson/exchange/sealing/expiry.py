"""Certificates that run out: values for the operations screen, worst first. Told 45, 14 and 3 days before.

Alarm(FATAL,  "974760673", "Lillefjord kommune", SIGN, 2026-11-20, days=-7)    has run out: nothing can be sent
Alarm(URGENT, …, days=2)      Alarm(SOON, …, days=12)      Alarm(NOTICE, …, days=40)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from akson.exchange.sealing.certificates import Certificate, Use


class Severity(IntEnum):
    NOTICE = 1
    """45 days: order a new one."""
    SOON = 2
    """14 days: it must have been ordered."""
    URGENT = 3
    """3 days."""
    FATAL = 4
    """It has run out."""


NOTICE_DAYS, SOON_DAYS, URGENT_DAYS = 45, 14, 3


@dataclass(frozen=True, slots=True)
class Alarm:
    severity: Severity
    organisation_number: str
    name: str
    uses: frozenset[Use]
    valid_until: datetime
    days: int
    """Whole days left, rounded down; negative when it has run out."""
    fingerprint: str


def alarms(certificates: Iterable[Certificate], now: datetime) -> tuple[Alarm, ...]:
    """One for each certificate that has 45 days or less; the nearest end first. Pure."""
    found = []
    for each in certificates:
        left = each.valid_until - now
        if left > timedelta(days=NOTICE_DAYS):
            continue
        found.append(
            Alarm(
                _severity(left),
                each.organisation_number,
                each.name,
                each.uses,
                each.valid_until,
                left // timedelta(days=1),
                each.fingerprint,
            )
        )
    return tuple(sorted(found, key=lambda alarm: (alarm.valid_until, alarm.fingerprint)))


def _severity(left: timedelta) -> Severity:
    if left < timedelta(0):
        return Severity.FATAL
    if left <= timedelta(days=URGENT_DAYS):
        return Severity.URGENT
    return Severity.SOON if left <= timedelta(days=SOON_DAYS) else Severity.NOTICE
