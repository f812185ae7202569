"""Slik får du tilgang: what gives access to a patient, in plain words. Shows no data."""

from starlette.responses import Response

from akson.web.shell import gate
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting


async def show(visit: Visit) -> Response:
    count = await waiting(visit.open(), visit.actor)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=count)
    return visit.house.pages.page("workspace/access_help/template.html", frame, None)


SCREEN = Screen("workspace.access_help", Audience.STAFF, (Way("/tilgang", show),))
