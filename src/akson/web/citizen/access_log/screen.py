"""Hvem har sett: the citizen's own view of who opened her record, why, and who was turned away."""

from starlette.responses import Response

from akson.web.citizen.access_log.view import WhoHasSeenView
from akson.web.shell import gate, words
from akson.web.shell.access_lines import days
from akson.web.shell.chart import person
from akson.web.shell.citizens import whose
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import resource

PATH = "/min/tilgangslogg"
LINES_MAX = 300


async def show(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    patient = whose(visit)
    own = visit.actor.reference == f"Patient/{patient}"
    name = ""
    if not own:
        body = resource(await session.read("Patient", patient))
        name = person(body, words.local(now).date()).spoken_name
    lines = await session.access_log(patient, count=LINES_MAX)
    grouped = days(lines, now)
    view = WhoHasSeenView(
        whose=name,
        days=grouped,
        refused=sum(not entry.permitted for day in grouped for entry in day.entries),
        full=len(lines) == LINES_MAX,
    )
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("citizen/access_log/template.html", frame, view)


SCREEN = Screen("citizen.access_log", Audience.CITIZEN, (Way(PATH, show),))
