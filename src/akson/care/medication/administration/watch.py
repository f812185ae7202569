"""Which doses the house answers for, which of them nobody has said anything of, and the item that tells.

The house answers for a dose when it gives her medicines (somebody has answered a planned dose the last seven days) and
somebody is there: a visit begins while the dose is due, or she lives in the house then. Who takes her medicines herself
never becomes an item, nor does the evening dose of somebody who is visited in the morning. Pure.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from akson.care.fhir_json import Resource, instant
from akson.care.medication.administration import acts
from akson.care.medication.administration.due import NORWAY, SLOT_TIMES, PlannedDose
from akson.care.medication.administration.states import DUE_AFTER, DUE_BEFORE, OPEN, board, dose_key
from akson.care.medication.lines import SourceLine

BACK = timedelta(hours=24)
"""A dose whose limit passed longer ago is history: a node that stood still for a week tells of the last day."""
GIVES_SINCE = timedelta(days=7)
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/care/medication/missed")
_JUST_AFTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Watched:
    missed: tuple[PlannedDose, ...]
    """Over the limit, within `BACK`, and in no end state."""
    next: datetime | None
    """When the next dose passes its limit, if nobody answers it."""


def watched(
    lines: Sequence[SourceLine],
    administrations: Sequence[Resource],
    visits: Sequence[datetime],
    now: datetime,
    times: Mapping[str, time] = SLOT_TIMES,
    in_the_house: Callable[[datetime], bool] = lambda at: False,
) -> Watched:
    """`administrations` of the last `GIVES_SINCE`; `visits` are the starts of those that stand; `in_the_house`: whether she
    is where somebody is around the clock."""
    if not any(dose_key(one) for one in administrations):
        return Watched((), None)
    today = now.astimezone(NORWAY).date()
    missed: list[PlannedDose] = []
    coming: list[datetime] = []
    for day in (today - timedelta(days=1), today):
        for row in board(lines, administrations, day, now, times).in_state(*OPEN):
            limit = row.dose.at + DUE_AFTER
            if not (_ours(row.dose, visits) or in_the_house(row.dose.at)):
                continue
            if limit >= now:
                coming.append(limit + _JUST_AFTER)
            elif limit > now - BACK and _stood(row.dose, limit):
                missed.append(row.dose)
    return Watched(tuple(missed), min(coming, default=None))


def items(
    missed: Iterable[PlannedDose], subject: Resource, owner: Resource, now: datetime
) -> Iterator[Resource]:
    """One Task for the doses of one time, under an id that follows from the patient and the time."""
    by_time: dict[datetime, list[PlannedDose]] = {}
    for dose in missed:
        by_time.setdefault(dose.at, []).append(dose)
    for at, doses in by_time.items():
        yield {**acts.missed(doses, subject, owner, now), "id": item_id(subject, at)}


def item_id(subject: Resource, at: datetime) -> str:
    """Of the Task that tells of the doses of that time."""
    return str(uuid.uuid5(_NAMESPACE, f"{subject['reference']}|{at.astimezone(NORWAY):%Y-%m-%dT%H:%M}"))


def _ours(dose: PlannedDose, visits: Iterable[datetime]) -> bool:
    return any(dose.at - DUE_BEFORE <= visit <= dose.at + DUE_AFTER for visit in visits)


def _stood(dose: PlannedDose, limit: datetime) -> bool:
    """A line that was written after the limit may have come with noon's list: nobody waited for its morning dose."""
    written = instant((dose.line.resource.get("meta") or {}).get("lastUpdated"))
    return written is None or written <= limit
