"""When a patient is not at home: in hospital by her Encounters, in a short-term bed by the hold that she came to.

Spec: https://hl7.org/fhir/R4/encounter.html, classes from v3-ActCode. What is done about it stands in `visits.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from akson.care.casework.rows import BED_HOLD, is_a
from akson.care.contacts.stays import INPATIENT_CLASSES
from akson.care.fhir_json import Resource, instant

BEGUN = ("arrived", "triaged", "in-progress", "onleave", "finished")
IN_THE_BED = ("arrived", "checked-in", "fulfilled")
ON_THE_WAY = timedelta(hours=24)
"""Between hospital and bed: discharged in the morning, and expected in the bed from noon."""
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Absence:
    """[start, end): a visit that begins at `end` is made."""

    start: datetime
    end: datetime | None
    """None while nobody has told that it is over."""
    reason: str
    """`admitted` or `short-stay`: the reason that its visits are cancelled with."""

    def covers(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


def absences(encounters: Iterable[Resource], holds: Iterable[Resource] = ()) -> tuple[Absence, ...]:
    """In the order they began. A stay that was withdrawn never was; of two at once both count."""
    stays = [*_in_hospital(encounters)]
    found = [*stays, *_in_short_term_bed(holds, [s.end for s in stays if s.end])]
    return tuple(sorted(found, key=lambda a: (a.start, a.end is None, a.end or a.start)))


def absence_at(known: Iterable[Absence], at: datetime) -> Absence | None:
    return next((a for a in known if a.covers(at)), None)


def _in_hospital(encounters: Iterable[Resource]) -> Iterator[Absence]:
    for encounter in encounters:
        if (
            encounter.get("status") not in BEGUN
            or (encounter.get("class") or {}).get("code") not in INPATIENT_CLASSES
        ):
            continue
        period = encounter.get("period") or {}
        start, end = instant(period.get("start")), instant(period.get("end"))
        if end is None and encounter["status"] == "finished":
            # Over, and nobody told when: she may be at home, so her visits are made.
            continue
        yield Absence(start or LONG_AGO, end, "admitted")


def _in_short_term_bed(holds: Iterable[Resource], left: Sequence[datetime]) -> Iterator[Absence]:
    """`left`: when she left a hospital."""
    for hold in holds:
        start, end = instant(hold.get("start")), instant(hold.get("end"))
        if is_a(hold, BED_HOLD) and hold.get("status") in IN_THE_BED and start:
            # One who stays longer than was promised is still there.
            yield Absence(start, end if hold["status"] == "fulfilled" else None, "short-stay")
        elif is_a(hold, BED_HOLD) and hold.get("status") == "booked" and start and end:
            # From the hospital she goes to the bed that is promised, and home when its period is over. Nobody there has
            # to say that she came; one that she does not come to is given back, and is no absence any more.
            straight = [at for at in left if at < end and start - at <= ON_THE_WAY]
            if straight:
                yield Absence(min(start, max(straight)), end, "short-stay")
