"""«Omplanlegging»: who is away is ticked, a proposal comes, and one press carries it out.

The proposal is carried by the form and judged again, by the day as it then stands, before anything is written: all of it is
committed, under each visit's own version, or nothing.
"""

import hashlib
from collections.abc import Collection
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import date

import msgspec
from starlette.responses import RedirectResponse, Response

from akson.care.replanning.checks import Made, broken
from akson.care.replanning.day import Day
from akson.care.replanning.proposal import NotFeasible, Proposal
from akson.care.replanning.rows import Rows, day_of, written
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.web.shell import gate, words
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.replanning.loader import Loaded, load
from akson.web.workspace.replanning.view import ReplanView, left_of, moved_of, people_of

PATH = "/omplanlegging"
PLANS = ("nurse", "leader", "coordinator")
AWAY = "borte-"
VISITS_MAX = 2000
LOST = (ProblemKind.CONFLICT, ProblemKind.PRECONDITION)
CHANGED_MEANWHILE = "Dagen er endret siden forslaget ble laget. Ingenting er skrevet. Be om et nytt forslag."
NO_ANSWER = "Forslaget ble ikke ferdig. Ingenting er endret. Prøv igjen."


async def show(visit: Visit) -> Response:
    _may(visit)
    session, loaded, on = await _opened(visit)
    said = "Dagen er satt opp på nytt." if visit.request.query_params.get("gjort") else ""
    return await _shown(visit, session, replace(_view(visit, loaded, on, ()), said=said))


async def propose(visit: Visit) -> Response:
    _may(visit)
    fields = await visit.form()
    away = _away(fields)
    session, loaded, on = await _opened(visit)
    view = _view(visit, loaded, on, away)
    if not away:
        fault = "Kryss av for hvem som er borte."
        return await _shown(visit, session, replace(view, fault=fault), status=422)
    day = day_of(loaded.rows, on, away=away, now=visit.house.clock.now())
    try:
        proposal = await _asked(visit, day)
    except (NotFeasible, BrokenProcessPool):
        return await _shown(visit, session, replace(view, fault=NO_ANSWER), status=503)
    return await _shown(
        visit, session, replace(_proposed(view, day, proposal, loaded.rows, on, away), seen=_seen(loaded))
    )


async def accept(visit: Visit) -> Response:
    _may(visit)
    fields = await visit.form()
    away, made = _away(fields), _read(fields.get("forslag", ""))
    session, loaded, on = await _opened(visit)
    day = day_of(loaded.rows, on, away=away, now=visit.house.clock.now())
    view = _view(visit, loaded, on, away)
    known = {v.id for v in day.visits}
    if made is None:
        return await _shown(visit, session, replace(view, fault=NO_ANSWER), status=422)
    same = fields.get("dag") == on.isoformat() and fields.get("sett") == _seen(loaded)
    if not same or {m.visit for m in made} - known or broken(day, made):
        return await _shown(visit, session, replace(view, fault=CHANGED_MEANWHILE), status=409)
    try:
        await session.commit(_changes(made, loaded, on))
    except Problem as problem:
        if problem.kind not in LOST:
            raise
        return await _shown(visit, session, replace(view, fault=CHANGED_MEANWHILE), status=409)
    return RedirectResponse(f"{PATH}?gjort=1", status_code=303)


def _may(visit: Visit) -> None:
    if visit.actor.role not in PLANS:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-PLAN-010",
            "Du kan ikke sette opp dagen på nytt.",
            why="Dagen settes opp av den som leder vakten, en sykepleier eller en koordinator.",
            now="Gi beskjed til den som leder vakten.",
        )


async def _opened(visit: Visit) -> tuple[RecordSession, Loaded, date]:
    session, on = visit.open(), words.local(visit.house.clock.now()).date()
    loaded = await load(session, on, visit.actor.organisations[:1])
    if not loaded.whole:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-PLAN-011",
            f"Det er over {VISITS_MAX} besøk denne dagen.",
            why="En plan laget av en del av besøkene ville brutt med resten.",
            now="Sett opp hver enhet for seg.",
        )
    return session, loaded, on


async def _asked(visit: Visit, day: Day) -> Proposal:
    replans = visit.house.replans
    if replans is None:
        raise Problem(ProblemKind.UNSUPPORTED, "AKS-PLAN-012", "Omplanlegging er ikke satt opp her.")
    return await replans(day)


def _away(fields: dict[str, str]) -> frozenset[str]:
    return frozenset(
        name.removeprefix(AWAY) for name, value in fields.items() if name.startswith(AWAY) and value
    )


def _view(visit: Visit, loaded: Loaded, on: date, away: Collection[str]) -> ReplanView:
    now = visit.house.clock.now()
    everybody = day_of(loaded.rows, on, away=(), now=now)
    people = people_of(everybody, loaded.rows, away, on)
    return ReplanView(day=on.isoformat(), people=people, visits=len(everybody.visits))


def _proposed(
    view: ReplanView, day: Day, proposal: Proposal, rows: Rows, on: date, away: Collection[str]
) -> ReplanView:
    before, after = proposal.continuity
    return replace(
        view,
        proposed=True,
        moved=moved_of(day, proposal, rows, on),
        left=left_of(day, proposal, rows, on, away),
        made=msgspec.json.encode([(m.visit, m.start, m.staff) for m in proposal.made]).decode(),
        known_before=round(before * 100),
        known_after=round(after * 100),
    )


def _seen(loaded: Loaded) -> str:
    """Every visit of the day and its version: the proposal is for that day and for no other."""
    told = "|".join(f"{id}/{version}" for id, version in sorted(loaded.versions.items()))
    return hashlib.sha256(told.encode()).hexdigest()


def _read(text: str) -> list[Made] | None:
    try:
        told = msgspec.json.decode(text, type=list[tuple[str, int, tuple[str, ...]]])
    except msgspec.DecodeError:
        return None
    return [Made(visit, start, tuple(sorted(staff))) for visit, start, staff in told]


def _changes(made: list[Made], loaded: Loaded, on: date) -> list[Change]:
    return [
        Change(
            "PUT",
            "Appointment",
            id=str(to_be["id"]),
            body=json.encode({k: v for k, v in to_be.items() if k != "meta"}),
            if_match=loaded.versions[str(to_be["id"])],
        )
        for _, to_be in written(made, loaded.rows, on)
    ]


async def _shown(visit: Visit, session: RecordSession, view: ReplanView, status: int = 200) -> Response:
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/replanning/template.html", frame, view, status=status)


SCREEN = Screen(
    "workspace.replanning",
    Audience.STAFF,
    (Way(PATH, show), Way(PATH, propose, "POST"), Way(f"{PATH}/godta", accept, "POST")),
)
