"""Prøvesvar: results from laboratories, pictures and tissue, newest first, and the curve of one of them."""

from starlette.responses import Response

from akson.web.shell import gate
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.test_results.loader import load


async def show(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    patient = visit.request.path_params["patient"]
    chart = await load_chart(session, patient, "Prøvesvar", now)
    view = await load(session, patient, chart, visit.request.query_params.get("analyse", ""), now)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/test_results/template.html", frame, view)


SCREEN = Screen("workspace.test_results", Audience.STAFF, (Way("/pasient/{patient}/provesvar", show),))
