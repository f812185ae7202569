"""Tilgangslogg for staff: their own looks into this patient's record; the privacy officer sees everyone's."""

from starlette.responses import Response

from akson.web.shell import gate, words
from akson.web.shell.access_lines import days
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.access_log.view import AccessLogView

LINES_MAX = 300
# Others see their own lines; the record decides that, this only chooses the words.
SEES_EVERYONE = "privacy-officer"


async def show(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    patient = visit.request.path_params["patient"]
    chart = await load_chart(session, patient, "Tilgangslogg", words.local(now).date())
    lines = await session.access_log(patient, count=LINES_MAX)
    view = AccessLogView(
        chart, days(lines, now), everyone=visit.actor.role == SEES_EVERYONE, full=len(lines) == LINES_MAX
    )
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/access_log/template.html", frame, view)


SCREEN = Screen("workspace.access_log", Audience.STAFF, (Way("/pasient/{patient}/tilgangslogg", show),))
