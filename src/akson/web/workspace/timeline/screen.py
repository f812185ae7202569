"""Tidslinje: how it got here, of all services of the municipality, under the reader's own rights."""

from starlette.responses import Response

from akson.web.shell import gate
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.timeline.loader import load


async def show(visit: Visit) -> Response:
    session, now, asked = visit.open(), visit.house.clock.now(), visit.request.query_params
    chart = await load_chart(session, visit.request.path_params["patient"], "Tidslinje", now)
    view = await load(session, chart, asked.get("vis", ""), asked.get("eldre", ""), now)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/timeline/template.html", frame, view)


SCREEN = Screen("workspace.timeline", Audience.STAFF, (Way("/pasient/{patient}/tidslinje", show),))
