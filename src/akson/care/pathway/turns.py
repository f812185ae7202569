"""When a stay's answer changes although nobody said anything: a deadline, a midnight, a word such as `om 3 timer`. Pure.

    next_turn(events, dues, now)    -> the earliest instant from which another answer is possible; later than now, or now

What was worked out of the same events stands until then. Too early costs a working out; too late would show what is over, so
each instant that is held against the clock anywhere in stay.py, events.as_known and liability.py is here.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from akson.care.pathway import times
from akson.care.pathway.said import Said, StayEvents, local_day

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def next_turn(events: StayEvents, dues: Sequence[datetime], now: datetime) -> datetime:
    """`dues`: the deadlines that were held against `now`."""
    told = (*events.said, *events.undone)
    ahead = [times.end_of_day(local_day(now))]
    ahead += [m for one in told for m in _moments(one) if m is not None and m > now]
    ahead += [m for m in (events.start, events.end) if m is not None and m > now]
    ahead += [_next_word(due, now) for due in dues]
    return min(ahead)


def _moments(one: Said) -> Iterator[datetime | None]:
    """When it becomes known, happens, is taken back, and is confirmed."""
    yield one.told
    yield one.at
    yield one.sent
    yield one.undone_at
    yield one.receipt.at if one.receipt else None


def _next_word(due: datetime, now: datetime) -> datetime:
    """When the deadline is passed, or `times.span` says another number of minutes, hours or days."""
    if now <= due:
        unit = _unit(due - now)
        return due - unit * ((due - now) // unit)
    unit = _unit(now - due)
    return due + unit * ((now - due) // unit + 1)


def _unit(between: timedelta) -> timedelta:
    if between < _HOUR:
        return _MINUTE
    return _HOUR if between < 2 * _DAY else _DAY
