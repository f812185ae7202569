"""Forside: who the patient is, what is new, what is dangerous, what is planned. One page, no tabs."""

from starlette.responses import Response

from akson.web.shell import gate
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.front_page.loader import load


async def show(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    view = await load(session, visit.request.path_params["patient"], now)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/front_page/template.html", frame, view)


SCREEN = Screen("workspace.front_page", Audience.STAFF, (Way("/pasient/{patient}", show),))
