"""«Jeg gir helsehjelp til denne pasienten»: a relation of one's own word, with a reason, for some hours.

The page is the same for every address: whether there is such a patient shows only in the answer to the form, and that is
the refusal everybody gets.
"""

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.access.facts import RelationKind
from akson.fhir.problem import Problem, ProblemKind
from akson.record.acts.grounds import DECLARED, Ground
from akson.web.shell import gate
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.declare.view import DeclareView

PATH = "/pasient/{patient}/helsehjelp"
HOURS = (4, 12, 24, 72)


async def _page(visit: Visit, *, unstated: bool = False, text: str = "") -> Response:
    session = visit.open()
    most = session.policy.hours[RelationKind.SELF_DECLARED]
    hours = tuple(h for h in HOURS if h <= most) or (most,)
    view = DeclareView(tuple(DECLARED.items()), hours, unstated, text)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page(
        "workspace/declare/template.html", frame, view, status=422 if unstated else 200
    )


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def declare(visit: Visit) -> Response:
    given = await visit.form()
    hours = given.get("timer", "")
    ground = Ground(given.get("grunn", ""), given.get("tekst", ""))
    patient = visit.request.path_params["patient"]
    try:
        await visit.open().declare_relation(patient, ground, int(hours) if hours in map(str, HOURS) else None)
    except Problem as problem:
        if problem.kind is ProblemKind.INVALID:
            return await _page(visit, unstated=True, text=ground.text)
        raise
    return RedirectResponse(f"/pasient/{quote(patient, safe='')}", 303)


SCREEN = Screen("workspace.declare", Audience.STAFF, (Way(PATH, show), Way(PATH, declare, "POST")))
