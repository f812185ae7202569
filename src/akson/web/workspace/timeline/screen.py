"""Tidslinje: how it got here, of all services of the municipality, under the reader's own rights."""

from starlette.responses import Response

from akson.web.shell import gate
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.workspace.timeline.loader import load


async def show(visit: Visit) -> Response:
    session, now, asked = visit.open(), visit.house.clock.now(), visit.request.query_params
    patient = visit.request.path_params["patient"]
    view, waiting = await load(session, patient, asked.get("vis", ""), asked.get("eldre", ""), now)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=waiting)
    return visit.house.pages.page("workspace/timeline/template.html", frame, view)


SCREEN = Screen("workspace.timeline", Audience.STAFF, (Way("/pasient/{patient}/tidslinje", show),))
