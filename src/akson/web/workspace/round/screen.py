"""What the round's page asks: who is here, the day package, what it brings back, and what changed since the shift before."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import JSONResponse, Response

from akson.care.casework.rows import VISIT
from akson.care.round import handover
from akson.fhir.search.query import DateValue, Include, Query, Term
from akson.web.shell import forms, gate, words
from akson.web.shell.chart import person
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import END_OF_TIME, every_page, resources, token
from akson.web.workspace.round import loading, sending

PATH = "/runde"
SHIFT = timedelta(hours=8)
SINCE = {"4": 4, "8": 8, "12": 12, "24": 24}


@dataclass(frozen=True, slots=True)
class ToldRow:
    path: str
    name: str
    kind: str
    """`conflict`, `visit`, `item`, `measured`, `note`."""
    clock: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class HandoverView:
    rows: tuple[ToldRow, ...]
    hours: int
    since: datetime
    cut: bool
    """More changed than was read: the page says so."""


async def session(visit: Visit) -> Response:
    """What the page needs to send: its forms' token and, of a bound session, what proofs name."""
    marks = gate.marks_of(visit.house, visit.session)
    return JSONResponse(
        {
            "name": visit.actor.name,
            "actor": visit.actor.id,
            "role": words.role(visit.actor),
            "token": forms.token(visit.session.form_key),
            "session": marks.name if marks.bound else "",
            "now": visit.house.clock.now().timestamp(),
        }
    )


async def package(visit: Visit) -> Response:
    given = await visit.form()
    sending.her_own(visit, given.get("actor", ""))
    loaded = await loading.load(visit, whole=given.get("whole") == "1")
    now = visit.house.clock.now().timestamp()
    visit.house.sessions.phones.note(given.get("device", ""), visit.actor, visit.session.id, now)
    return JSONResponse(loaded)


async def send(visit: Visit) -> Response:
    given = await visit.form()
    sending.her_own(visit, given.get("actor", ""))
    return JSONResponse(await sending.take(visit, given.get("sendt", "")))


async def told(visit: Visit) -> Response:
    """«Overlapp»: each change once, gravest first."""
    session, now = visit.open(), visit.house.clock.now()
    hours = SINCE.get(visit.request.query_params.get("timer", ""), 8)
    since = now - timedelta(hours=hours)
    changed = Term("_lastUpdated", "lastUpdated", None, (DateValue("ge", since, END_OF_TIME),))
    queries = (
        Query(
            "Appointment",
            (changed, token("service-category", VISIT)),
            count=200,
            includes=_whose("Appointment"),
        ),
        Query("ClinicalImpression", (changed,), count=200, includes=_whose("ClinicalImpression")),
        Query(
            "Observation",
            (changed, token("category", "vital-signs")),
            count=200,
            includes=_whose("Observation"),
        ),
        Query("Task", (changed,), count=200, includes=_whose("Task")),
    )
    found = [await every_page(session, query) for query in queries]
    people = {
        str(r["id"]): person(r, words.local(now).date()).name
        for one in found
        for r in resources(one.included)
        if r["resourceType"] == "Patient"
    }
    changes = handover.changes((r for one in found for r in resources(one.matches)), since, now)
    rows = tuple(
        ToldRow(f"/pasient/{t.patient}", people[t.patient], t.kind, words.moment(t.at, now), t.text, t.by)
        for t in changes
        if t.patient in people
    )
    view = HandoverView(rows, hours, since, any(one.next_cursor for one in found))
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("workspace/round/template.html", frame, view)


def _whose(type: str) -> tuple[Include, ...]:
    return (Include(type, "patient"),)


SCREEN = Screen(
    "workspace.round",
    Audience.STAFF,
    (
        Way(PATH + "/okt", session),
        Way(PATH + "/pakke", package, "POST"),
        Way(PATH + "/send", send, "POST"),
        Way(PATH + "/overlapp", told),
    ),
)
