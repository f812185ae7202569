"""«Åpne med begrunnelse»: who has the patient sees for some hours what she may have restricted. Never what is blocked.

The page is the same for every address, and so is the refusal: neither tells whether there is such a patient, or whether
anything is restricted. What may be lifted, and for whom, the record decides (acts/lift.py).
"""

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.access.facts import RelationKind
from akson.fhir.problem import Problem, ProblemKind
from akson.record.acts.grounds import LIFTED, Ground
from akson.web.shell import gate
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.lift.view import LiftView

PATH = "/pasient/{patient}/sperre"


async def _page(visit: Visit, *, unstated: bool = False, text: str = "") -> Response:
    session = visit.open()
    view = LiftView(tuple(LIFTED.items()), session.policy.hours[RelationKind.LIFTED], unstated, text)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page(
        "workspace/lift/template.html", frame, view, status=422 if unstated else 200
    )


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def lift(visit: Visit) -> Response:
    given = await visit.form()
    ground = Ground(given.get("grunn", ""), given.get("tekst", ""))
    patient = visit.request.path_params["patient"]
    try:
        await visit.open().lift_restriction(patient, ground)
    except Problem as problem:
        if problem.kind is ProblemKind.INVALID:
            return await _page(visit, unstated=True, text=ground.text)
        raise
    return RedirectResponse(f"/pasient/{quote(patient, safe='')}", 303)


SCREEN = Screen("workspace.lift", Audience.STAFF, (Way(PATH, show), Way(PATH, lift, "POST")))
