"""Planen: how she is today, what to do then, what is planned, who takes part; she writes, and takes partners out.

Who represents her reads. Limits and medicines are not hers to set; what she sees differently she says in a comment.
"""

from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from akson.access.actor import ActorKind
from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.plan import editing
from akson.sharing.plan.operation import COLOURS, Kind
from akson.sharing.plan.plans import Opened
from akson.web.citizen.plan.view import MyPlanView
from akson.web.shell import gate, words
from akson.web.shell.citizens import whose
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.shared_plan import by, form_id, plans_of, rows, seen

PATH = "/min/plan"
SAID = {
    "dag": "Takk. De som er med i planen, ser det nå.",
    "ord": "Kommentaren er sendt til dem som er med i planen.",
    "ute": "De er ute av planen fra nå, og ser den ikke lenger.",
}
COLOUR_CHOICES = (
    ("green", "Som vanlig", "Jeg er i min vanlige form"),
    ("yellow", "Litt verre", "Jeg merker at noe er annerledes"),
    ("red", "Mye verre", "Jeg trenger hjelp"),
)
TEXT_MAX = 500


def _own(visit: Visit) -> bool:
    return visit.actor.kind is ActorKind.CITIZEN and visit.actor.reference == f"Patient/{whose(visit)}"


def _view(visit: Visit, opened: Opened, fault: str = "") -> MyPlanView:
    patient, now = whose(visit), visit.house.clock.now()
    plan = rows(visit, patient, opened, now)
    day = words.local(now).date().isoformat()
    today = next((row for row in plan.days if row.content["day"] == day), None)
    colour = str(today.content["colour"]) if today else ""
    advice = next((str(z.content["do"]) for z in plan.zones if z.content["colour"] == colour), "")
    asked = visit.request.query_params.get("for", "")
    return MyPlanView(
        own=_own(visit),
        plan=plan,
        today=today,
        advice=advice,
        colours=COLOUR_CHOICES,
        ids={name: form_id(visit, patient, name) for name in ("dag", "ord")},
        news=f"{PATH}/nytt" + (f"?for={asked}" if asked else ""),
        said=SAID.get(visit.request.query_params.get("sagt", ""), ""),
        fault=fault,
    )


async def _page(visit: Visit, fault: str = "") -> Response:
    session = visit.open()
    await session.read("Patient", whose(visit))
    opened = await plans_of(visit).open(session, whose(visit))
    frame = gate.frame_of(visit.request, visit.house, visit)
    view = _view(visit, opened, fault)
    return visit.house.pages.page("citizen/plan/template.html", frame, view, status=422 if fault else 200)


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def news(visit: Visit) -> Response:
    opened = await plans_of(visit).look(visit.open(), whose(visit))
    if visit.request.query_params.get("sett") == opened.plan.version:
        return Response(status_code=204)
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("citizen/plan/body.html", frame, _view(visit, opened), fragment=True)


async def _opened(visit: Visit) -> Opened:
    if not _own(visit):
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-PLAN-011",
            "Bare personen selv skriver i planen.",
            now="Spør personen selv.",
        )
    return await plans_of(visit).look(visit.open(), whose(visit))


def _text(given: Mapping[str, str]) -> str:
    return " ".join(given.get("tekst", "").split())[:TEXT_MAX]


def _done(said: str) -> Response:
    return RedirectResponse(f"{PATH}?sagt={said}", 303)


async def write_day(visit: Visit) -> Response:
    given = await visit.form()
    opened = await _opened(visit)
    colour = given.get("farge", "")
    if colour not in COLOURS:
        return await _page(visit, "Velg hvordan det er i dag.")
    day = words.local(visit.house.clock.now()).date().isoformat()
    content = {"day": day, "colour": colour, "text": _text(given)}
    made = editing.edited(opened.plan, "", Kind.STATUS, content, by(visit, given), base=seen(given))
    await plans_of(visit).enter(visit.open(), whose(visit), made)
    return _done("dag")


async def comment(visit: Visit) -> Response:
    given = await visit.form()
    opened = await _opened(visit)
    if not _text(given):
        return await _page(visit, "Skriv det du vil si.")
    who = by(visit, given)
    made = editing.edited(opened.plan, f"comment-{who.id}", Kind.COMMENT, {"text": _text(given)}, who)
    await plans_of(visit).enter(visit.open(), whose(visit), made)
    return _done("ord")


async def take_out(visit: Visit) -> Response:
    given = await visit.form()
    opened = await _opened(visit)
    made = editing.withdrawn(opened.plan, opened.operations, given.get("hvem", ""), by(visit, given))
    await plans_of(visit).enter(visit.open(), whose(visit), made)
    return _done("ute")


SCREEN = Screen(
    "citizen.plan",
    Audience.CITIZEN,
    (
        Way(PATH, show),
        Way(PATH + "/nytt", news),
        Way(PATH + "/dag", write_day, "POST"),
        Way(PATH + "/kommentar", comment, "POST"),
        Way(PATH + "/ut", take_out, "POST"),
    ),
)
