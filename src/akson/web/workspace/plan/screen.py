"""Tiltaksplan: a problem, what is aimed at, what is done when, and how it went. Each act is one commit with its visits."""

import uuid
from collections.abc import Mapping
from datetime import date
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.care.fhir_json import Resource
from akson.care.plan import care_plan
from akson.care.plan.measures import (
    WEEKDAYS,
    Schedule,
    clocks,
    measures,
    request,
    stopped,
)
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.web.shell import gate, typed, words
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.plan_changes import Plan, again, commit_once, held, load_plan, new, visit_changes
from akson.web.shell.shared_plan import is_shared
from akson.web.shell.waiting import waiting
from akson.web.workspace.plan.loader import Form, view_of

PATH = "/pasient/{patient}/plan"
MENU = "Tiltaksplan"
TEXT_MAX = 500
MINUTES = (5, 240)
SAID = {
    "problem": "Problemstillingen står i planen.",
    "mal": "Målet står i planen.",
    "tiltak": "Tiltaket står i planen, og besøkene er lagt inn for de neste 14 dagene.",
    "evaluert": "Evalueringen er lagret.",
    "avsluttet": "Tiltaket er avsluttet, og besøk som gjensto, er avlyst.",
    "lost": "Problemstillingen er avsluttet.",
}
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/web/plan")


def _patient(visit: Visit) -> str:
    return str(visit.request.path_params["patient"])


def _me(visit: Visit) -> Resource:
    return {"reference": visit.actor.reference, "display": visit.actor.name}


def _her(visit: Visit) -> Resource:
    return {"reference": f"Patient/{_patient(visit)}"}


def _unit(visit: Visit) -> Resource | None:
    named = visit.actor.organisations[:1]
    return {"reference": named[0], "display": visit.actor.unit_name} if named else None


def _now(visit: Visit) -> str:
    return words.local(visit.house.clock.now()).isoformat(timespec="seconds")


def _note(visit: Visit, text: str) -> Resource:
    return {"authorString": visit.actor.name, "time": _now(visit), "text": text}


def _form_id(visit: Visit) -> str:
    return str(uuid.uuid5(_IDS, f"{visit.actor.id}|{_patient(visit)}|{visit.house.clock.now().isoformat()}"))


def _id(visit: Visit, given: Mapping[str, str], what: str) -> str:
    """Follows from the form, so that pressing twice is one act."""
    return str(uuid.uuid5(_IDS, f"{_patient(visit)}|{given.get('id', '')}|{what}"))


async def _page(visit: Visit, given: dict[str, str] | None = None, fault: str = "") -> Response:
    session, now = visit.open(), visit.house.clock.now()
    chart = await load_chart(session, _patient(visit), MENU, now)
    plan = await load_plan(session, _patient(visit), now)
    said = SAID.get(visit.request.query_params.get("sagt", ""), "")
    kept = (given or {}).get("id", "")[:64]
    form = Form(kept or _form_id(visit), given or {}, fault, said)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    view = view_of(session, chart, plan, form, now)
    return visit.house.pages.page("workspace/plan/template.html", frame, view, status=422 if fault else 200)


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def _opened(visit: Visit) -> tuple[RecordSession, Plan]:
    """The read of the Patient is what the record permits or refuses, before anything is written."""
    session = visit.open()
    await session.read("Patient", _patient(visit))
    return session, await load_plan(session, _patient(visit), visit.house.clock.now())


def _done(visit: Visit, said: str, given: Mapping[str, str] | None = None) -> Response:
    answer = RedirectResponse(f"/pasient/{quote(_patient(visit), safe='')}/plan?sagt={said}", 303)
    if given is not None:
        answer.headers.update(typed.traced("plan", given, ()))
    return answer


def _text(given: Mapping[str, str], name: str) -> str:
    return " ".join(given.get(name, "").split())[:TEXT_MAX]


def _problem_of(plan: Plan, given: Mapping[str, str]) -> list[str]:
    ref = given.get("problem", "")
    return [ref] if plan.condition(ref) else []


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def add_problem(visit: Visit) -> Response:
    given = await visit.form()
    name = _text(given, "navn")
    if not name:
        return await _page(visit, given, "Skriv hva problemstillingen er.")
    session, plan = await _opened(visit)
    made = care_plan.problem(_id(visit, given, "problem"), _her(visit), name, _me(visit), _now(visit))
    await commit_once(session, [new(made), *held(plan, _her(visit), [made], _now(visit))])
    return _done(visit, "problem", given)


async def add_goal(visit: Visit) -> Response:
    given = await visit.form()
    text, due = _text(given, "tekst"), _day(given.get("evalueres", ""))
    if not text:
        return await _page(visit, given, "Skriv hva målet er.")
    if given.get("evalueres") and due is None:
        return await _page(visit, given, "Datoen for evaluering kunne ikke leses.")
    session, plan = await _opened(visit)
    made = care_plan.goal(
        _id(visit, given, "goal"), _her(visit), text, _problem_of(plan, given), due.isoformat() if due else "",
        _me(visit), _now(visit)[:10],
    )  # fmt: skip
    await commit_once(session, [new(made), *held(plan, _her(visit), [made], _now(visit))])
    return _done(visit, "mal", given)


def _schedule(given: Mapping[str, str], today: date) -> tuple[Schedule | None, str]:
    """When, and a fault."""
    times = clocks(given.get("klokka", ""))
    if times is None:
        return None, "Klokkeslettene kunne ikke leses. Skriv for eksempel «08:00 og 20:00»."
    days = tuple(d for d in WEEKDAYS if given.get(f"dag-{d}")) or WEEKDAYS
    minutes = given.get("minutter", "") or "30"
    if not minutes.isdigit() or not MINUTES[0] <= int(minutes) <= MINUTES[1]:
        return None, "Varigheten må være mellom 5 og 240 minutter."
    start, end = _day(given.get("fra", "")) or today, _day(given.get("til", ""))
    if end is not None and end < start:
        return None, "Siste dag kan ikke være før første dag."
    return Schedule(times, days, int(minutes), start, end), ""


async def add_measure(visit: Visit) -> Response:
    given = await visit.form()
    now = visit.house.clock.now()
    what = _text(given, "hva")
    schedule, fault = _schedule(given, words.local(now).date())
    if not what or schedule is None:
        return await _page(visit, given, fault or "Skriv hva som skal gjøres.")
    session, plan = await _opened(visit)
    made = request(
        _id(visit, given, "measure"), _her(visit), what, schedule, _me(visit), _unit(visit), _problem_of(plan, given),
        _now(visit),
    )  # fmt: skip
    changes = [
        new(made),
        *held(plan, _her(visit), [made], _now(visit)),
        *visit_changes(plan, measures([made]), now),
    ]
    await commit_once(session, changes)
    return _done(visit, "tiltak", given)


async def end_measure(visit: Visit) -> Response:
    given = await visit.form()
    why = _text(given, "hvorfor")
    if not why:
        return await _page(visit, given, "Skriv hvorfor tiltaket avsluttes.")
    session, plan = await _opened(visit)
    one = plan.measure(given.get("tiltak", ""))
    if one is None:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-002", "Tiltaket finnes ikke.")
    if not one.active:
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-WEB-025",
            "Tiltaket er avsluttet allerede.",
            why="Du eller en kollega avsluttet det mens siden sto åpen.",
            now="Se i planen hva som står.",
        )
    if is_shared(one.resource):
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-PLAN-012",
            "Tiltaket står i den delte planen.",
            why="Flere virksomheter har skrevet den sammen.",
            now="Ta det bort i «Delt plan».",
        )
    over = stopped(one, _note(visit, f"Avsluttet: {why}"))
    changes = [
        again(over, given.get("versjon", "")),
        *visit_changes(plan, measures([over]), visit.house.clock.now()),
    ]
    await session.commit(changes)
    return _done(visit, "avsluttet", given)


async def evaluate(visit: Visit) -> Response:
    given = await visit.form()
    outcome, due = given.get("utfall", ""), given.get("evalueres", "")
    if outcome not in care_plan.OUTCOMES:
        return await _page(visit, given, "Velg hvordan det går med målet.")
    if due and _day(due) is None:
        return await _page(visit, given, "Datoen for neste evaluering kunne ikke leses.")
    session, plan = await _opened(visit)
    goal = plan.goal(given.get("mal", ""))
    if goal is None:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-002", "Målet finnes ikke.")
    done = care_plan.evaluated(goal, outcome, _note(visit, _text(given, "tekst")), _now(visit)[:10], due)
    await session.commit([again(done, given.get("versjon", ""))])
    return _done(visit, "evaluert", given)


SCREEN = Screen(
    "workspace.plan",
    Audience.STAFF,
    (
        Way(PATH, show),
        Way(PATH + "/problem", add_problem, "POST"),
        Way(PATH + "/mal", add_goal, "POST"),
        Way(PATH + "/tiltak", add_measure, "POST"),
        Way(PATH + "/tiltak/avslutt", end_measure, "POST"),
        Way(PATH + "/evaluer", evaluate, "POST"),
    ),
)
