"""«I dag»: the visits of the day by the clock, what is stopped because somebody is in hospital, and what is going again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from akson.care.casework.rows import VISIT, is_a
from akson.care.fhir_json import Resource, concept_text, display, reference, reference_id
from akson.care.worklist import conservation
from akson.fhir.search.query import Include, Query, ReferenceValue, Term
from akson.record.session import RecordSession
from akson.web.shell import gate, words
from akson.web.shell.chart import person
from akson.web.shell.days import day_bounds, on_day
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import WIDE_PAGE, every_page, every_pages, resources, token
from akson.web.shell.stopped_visits import around_now, is_stopped, start, visits_word
from akson.web.shell.waiting import waiting

PATH = "/i-dag"
STATES = {"fulfilled": "Utført", "noshow": "Ikke gjennomført", "booked": "", "arrived": "Pågår"}


@dataclass(frozen=True, slots=True)
class VisitRow:
    clock: str
    path: str
    name: str
    what: str
    who: str
    state: str
    """`stopped`, `done`, `planned`, `missed`, `cancelled` (with a reason, or moved)."""
    state_words: str


@dataclass(frozen=True, slots=True)
class Notice:
    path: str
    name: str
    title: str
    text: str
    stopped: bool


@dataclass(frozen=True, slots=True)
class TodayView:
    rows: tuple[VisitRow, ...]
    notices: tuple[Notice, ...]
    stopped: int
    counted: str
    """`12 planlagt = 5 gjort + 1 flyttet + 2 avlyst med grunn + 4 åpne`: nothing of the day vanishes."""


async def show(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    visits, people = await _asked(session, now)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    view = view_of(visits, people, now)
    return visit.house.pages.page("workspace/today/template.html", frame, view)


async def _asked(session: RecordSession, now: datetime) -> tuple[list[Resource], dict[str, Resource]]:
    """The visits of the day, and of these days those of everybody who has one that is cancelled: of the others the days
    around say nothing here, and they are most of a unit's."""
    today, cancelled = await every_pages(
        session,
        (_visits(on_day("date", now)), _visits(around_now(now), token("status", "cancelled"))),
    )
    answers = [today, cancelled]
    stopped = {_patient(v) for v in resources(cancelled.matches) if is_stopped(v)} - {""}
    if stopped:
        theirs = Term(
            "patient", "reference", None, tuple(ReferenceValue("Patient", id) for id in sorted(stopped))
        )
        answers.append(await every_page(session, _visits(around_now(now), theirs)))
    visits = {str(v["id"]): v for answer in answers for v in resources(answer.matches) if is_a(v, VISIT)}
    near = [r for answer in answers for r in resources(answer.included)]
    return list(visits.values()), {str(r["id"]): r for r in near if r["resourceType"] == "Patient"}


def _visits(*terms: Term) -> Query:
    return Query(
        "Appointment",
        terms=(*terms, token("service-category", VISIT)),
        count=WIDE_PAGE,
        includes=(Include("Appointment", "patient"),),
    )


def view_of(visits: Iterable[Resource], people: dict[str, Resource], now: datetime) -> TodayView:
    begins, ends = day_bounds(now)
    by_patient: dict[str, list[Resource]] = {}
    for one in visits:
        by_patient.setdefault(_patient(one), []).append(one)
    notices, rows, today = [], [], []
    for id, hers in by_patient.items():
        name = person(people[id], words.local(now).date()).name if id in people else "Uten navn"
        away = any(is_stopped(v) and start(v) >= now for v in hers)
        told = visits_word(hers, now, away=away)
        if told is not None:
            notices.append(Notice(f"/pasient/{id}/forlop", name, told.title, told.text, told.stopped))
        today += [v for v in hers if begins <= start(v) < ends]
        rows += [(start(v), _row(v, id, name)) for v in hers if begins <= start(v) < ends and _shown(v)]
    rows.sort(key=lambda pair: (pair[0], pair[1].name))
    return TodayView(
        tuple(row for _, row in rows),
        tuple(sorted(notices, key=lambda n: (not n.stopped, n.name))),
        sum(row.state == "stopped" for _, row in rows),
        conservation.in_full(conservation.count(today)),
    )


def _patient(visit: Resource) -> str:
    actors = (p.get("actor") for p in visit.get("participant") or [])
    return next((reference_id(a) for a in actors if reference(a).startswith("Patient/")), "")


def _shown(visit: Resource) -> bool:
    return visit.get("status") != "entered-in-error"


def _row(visit: Resource, id: str, name: str) -> VisitRow:
    actors = [p.get("actor") for p in visit.get("participant") or []]
    status = str(visit.get("status"))
    kind = {"fulfilled": "done", "noshow": "missed", "cancelled": "cancelled"}.get(status, "planned")
    reason = (concept_text(visit.get("cancelationReason")) or "Avlyst") if status == "cancelled" else ""
    return VisitRow(
        clock=words.clock(start(visit)),
        path=f"/pasient/{id}",
        name=name,
        what=str(visit.get("description") or "Besøk"),
        who=next((display(a) for a in actors if reference(a).startswith("Practitioner/")), ""),
        state="stopped" if is_stopped(visit) else kind,
        state_words="Stoppet: innlagt" if is_stopped(visit) else STATES.get(status, reason),
    )


SCREEN = Screen("workspace.today", Audience.STAFF, (Way(PATH, show),))
