"""Pasientsøk: by name, national id or birth date. Sent by Enter: each search is an event in somebody's log."""

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.record.session import RecordSession
from akson.web.shell import gate, words
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.shell.who_is_meant import is_national_id, readable
from akson.web.workspace.search.loader import load
from akson.web.workspace.search.view import SearchView

PATH = "/sok"


async def _page(visit: Visit, session: RecordSession, view: SearchView) -> Response:
    count = await waiting(session, visit.actor)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=count)
    return visit.house.pages.page("workspace/search/template.html", frame, view)


async def _load(visit: Visit, session: RecordSession, text: str) -> SearchView:
    return await load(session, text, words.local(visit.house.clock.now()).date())


async def show(visit: Visit) -> Response:
    session = visit.open()
    return await _page(visit, session, await _load(visit, session, visit.request.query_params.get("q", "")))


async def search(visit: Visit) -> Response:
    """A name goes on to an address that can be gone back to. A national id never stands in an address.

    It is answered in place, and one hit opens the record at once.
    """
    given = await visit.form()
    text = readable(given.get("q", ""))
    if not is_national_id(text):
        return RedirectResponse(f"{PATH}?q={quote(text)}" if text else PATH, 303)
    session = visit.open()
    view = await _load(visit, session, text)
    if len(view.hits) == 1:
        return RedirectResponse(f"/pasient/{view.hits[0].id}", 303)
    return await _page(visit, session, view)


SCREEN = Screen("workspace.search", Audience.STAFF, (Way(PATH, show), Way(PATH, search, "POST")))
