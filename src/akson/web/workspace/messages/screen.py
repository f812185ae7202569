"""Meldinger: the care messages about a patient, each readable in full on a page of its own, with what has become of it."""

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.web.shell import gate, problems
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.messages import attachment
from akson.web.workspace.messages.loader import load_ask_gp, load_letter, load_post
from akson.web.workspace.messages.view import MessagesView

PATH = "/pasient/{patient}/meldinger"
DIGITS_MAX = 15


async def show(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    patient = visit.request.path_params["patient"]
    chart = await load_chart(session, patient, "Meldinger", now)
    letters = visit.house.letters
    post = await load_post(session, patient, visit.house.reads, letters, now)
    ask_gp = await load_ask_gp(session, patient, letters) if letters else None
    rows = tuple(post.row(message) for message in post.messages)
    view = MessagesView(chart, rows, letters is not None, post.waits, ask_gp)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/messages/template.html", frame, view)


async def read(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    patient, id = (visit.request.path_params[name] for name in ("patient", "id"))
    chart = await load_chart(session, patient, "Meldinger", now)
    view = await load_letter(session, patient, id, visit.house.reads, visit.house.letters, chart, now)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/messages/letter.html", frame, view)


async def lead(visit: Visit) -> Response:
    """From an item, which names no patient, to the message in the record. Raises NOT_FOUND for whoever may not open it."""
    letters, row = visit.house.letters, visit.request.path_params["row"]
    if letters is None or not (row.isascii() and row.isdecimal() and len(row) <= DIGITS_MAX):
        raise problems.no_page()
    patient, id = await letters.place(visit.open(), int(row))
    return RedirectResponse(f"/pasient/{quote(patient, safe='')}/meldinger/{id}", 303)


SCREEN = Screen(
    "workspace.messages",
    Audience.STAFF,
    (
        Way(PATH, show),
        Way("/sendt-melding/{row}", lead),
        Way(PATH + "/{id}", read),
        Way(PATH + "/{id}/vedlegg/{number}", attachment.show),
    ),
)
