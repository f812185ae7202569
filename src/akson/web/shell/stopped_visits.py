"""What a stay in hospital does to the visits at home, in words: stopped while she is there, going again from a moment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from akson.care.casework.rows import VISIT, is_a, reason_of
from akson.care.fhir_json import Resource, concept_text, instant
from akson.fhir.search.query import DateValue, Query, Term
from akson.web.shell import words
from akson.web.shell.reading import END_OF_TIME, of_patient

RESUMED_SHOWN_FOR = timedelta(days=3)
ADMITTED = "admitted"


@dataclass(frozen=True, slots=True)
class VisitsWord:
    title: str
    """`Besøk stoppet: innlagt`, `Besøk i gang igjen fra i dag kl. 19:30`."""
    text: str
    stopped: bool


def around_now(now: datetime) -> Term:
    """Of the last three days, and ahead."""
    return Term("date", "date", None, (DateValue("ge", now - RESUMED_SHOWN_FOR, END_OF_TIME),))


def visits_of(patient: str, now: datetime) -> Query:
    return of_patient("Appointment", patient, around_now(now), count=200)


def is_stopped(visit: Resource) -> bool:
    """Cancelled because she is in hospital."""
    return visit.get("status") == "cancelled" and reason_of(visit) == ADMITTED


def start(visit: Resource) -> datetime:
    return instant(visit.get("start")) or END_OF_TIME


def visits_word(
    visits: Iterable[Resource], now: datetime, *, away: bool, returned: bool = False
) -> VisitsWord | None:
    """None when her visits go on as they always did. `visits` as `visits_of` asks.

    `returned`: a stay ended these days, and what it had stopped is booked again.
    """
    hers = [v for v in visits if is_a(v, VISIT)]
    stopped = [v for v in hers if is_stopped(v)]
    if not stopped and (away or not returned):
        return None
    if away:
        told = f"{len(stopped)} besøk er avlyst så lenge oppholdet varer. De kommer i gang igjen av seg selv."
        return VisitsWord("Besøk stoppet: innlagt", told, stopped=True)
    ahead = following(hers, now)
    if not ahead:
        return None
    first = ahead[0]
    what = str(
        first.get("description") or concept_text(next(iter(first.get("serviceType") or []), None)) or "Besøk"
    )
    return VisitsWord(f"Besøk i gang igjen fra {words.spoken_moment(start(first), now)}", what, stopped=False)


def following(visits: Iterable[Resource], now: datetime) -> Sequence[Resource]:
    return sorted((v for v in visits if v.get("status") == "booked" and start(v) >= now), key=start)
