"""Faults planted one at a time: what somebody could have written, and each must be found by random histories."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from akson.app.pathways import asking
from akson.care.casework import absences, acts, beds, decision, gaps, visits
from akson.care.casework.rows import reason_of

_absences, _amended, _cancelled, _booked = asking.absences, visits.amended, visits.cancelled, visits._booked
_gap = gaps._task
_ended_on, _moved, _against = decision.ended_on, visits.moved, visits._against
Patches = dict[tuple[Any, str], Any]


def _only_first(encounters: Any, holds: Any = ()) -> Any:
    return _absences(encounters, holds)[:1]


def _never_again(*args: Any, **more: Any) -> list[dict[str, Any]]:
    return [r for r in _amended(*args, **more) if r["status"] == "cancelled" or "meta" not in r]


def _all_again(*args: Any, **more: Any) -> list[dict[str, Any]]:
    now = more["now"]
    away = args[2]
    found = _amended(*args, **more)
    again = [
        {**v, "status": "booked"}
        for v in args[1]
        if v["status"] == "cancelled"
        and reason_of(v) == "not-wanted"
        and absences.instant(v["start"]) >= now
        and not away
    ]
    return [*found, *again]


def _not_late(*args: Any, **more: Any) -> list[dict[str, Any]]:
    return [r for r in _amended(*args, **more) if absences.instant(r["start"]) >= more["now"]]


def _in_absence(granted: Any, standing: Any, away: Any, **more: Any) -> list[dict[str, Any]]:
    known = {v["id"] for v in standing}
    made = [r for r in _amended(granted, standing, (), **more) if r["id"] not in known]
    return [*(r for r in _amended(granted, standing, away, **more) if r["id"] in known), *made]


MUTANTS: dict[str, Patches] = {
    "a stay never ends": {(absences.Absence, "covers"): lambda self, at: self.start <= at},
    "the visit at the minute of return is lost": {
        (absences.Absence, "covers"): lambda self, at: (
            self.start <= at and (self.end is None or at <= self.end)
        )
    },
    "the visit at the minute of admission is made": {
        (absences.Absence, "covers"): lambda self, at: self.start < at and (self.end is None or at < self.end)
    },
    "a withdrawn stay still counts": {(absences, "BEGUN"): (*absences.BEGUN, "entered-in-error")},
    "a stay that has ended is forgotten": {(absences, "BEGUN"): ("in-progress",)},
    "only one stay counts": {(asking, "absences"): _only_first},
    "the short-term bed is no absence": {(absences, "IN_THE_BED"): ()},
    "what was cancelled stays cancelled": {(visits, "amended"): _never_again},
    "what she did not want comes back": {(visits, "amended"): _all_again},
    "a late message reaches nothing": {(visits, "amended"): _not_late},
    "visits are planned into an absence": {(visits, "amended"): _in_absence},
    "a visit has a new id each time": {(visits, "visit_id"): lambda patient, number: str(uuid.uuid4())},
    "cancelled without a reason": {
        (visits, "cancelled"): lambda visit, reason: {**visit, "status": "cancelled"},
    },
    "death changes nothing": {(asking.PatientFacts, "died"): None},
    "a bed is always free": {(beds, "is_free"): lambda bed, start, end: True},
    "half a day between two holds is overlooked": {
        (beds, "is_free"): lambda bed, start, end: not any(s <= start < e for _, s, e in beds.taken(bed))
    },
    "a bed that was given back stays taken": {(beds, "_without"): lambda bed, number: bed},
    "the dead keep their beds": {(asking, "_over"): lambda facts, hers, wished: []},
    "a change leaves the old round": {(acts, "ended_on"): lambda d, last, status: {**d, "status": status}},
    "an end is a day late": {
        (acts, "ended_on"): lambda d, last, status: _ended_on(d, last + (last.resolution), status)
    },
    "a visit is nobody's": {
        (visits, "_booked"): lambda slot: {k: v for k, v in _booked(slot).items() if k != "extension"}
    },
    "the moved visit stands beside": {(visits, "moved"): lambda v, start, id: _moved(v, start, id)[1:]},
    "the summer and the winter hour are one": {
        (visits, "_at"): lambda day, planned: visits.datetime.combine(day, planned.at, visits.UTC)
    },
    "weekdays are forgotten": {
        (visits, "rounds"): lambda d: tuple(
            replace(r, weekdays=decision.WEEKDAYS) for r in decision.rounds(d)
        )
    },
    "nobody hears of what was never booked": {(gaps, "told_of"): lambda *args, **more: []},
    "of a gap only its first visit is told": {
        (gaps, "_task"): lambda missing, now: _gap(missing[:1], now),
    },
    "a decision without end is forgotten": {
        (visits, "wants"): lambda d, day: decision.period(d)[1] is not None and decision.wants(d, day)
    },
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    patches = [patch.object(where, what, instead) for (where, what), instead in MUTANTS[name].items()]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in reversed(patches):
            one.stop()


Planted = Callable[[str], Any]
