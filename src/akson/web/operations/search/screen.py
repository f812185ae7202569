"""Søk: messages by partner, type, state, time and id. Never by what they say, and never by whom they are about."""

from datetime import date

from starlette.responses import Response

from akson.web.operations.search.view import CURSOR, FIELDS, view_of
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.operations import HOME, opened, operations, page
from akson.web.shell.post_desk import Asked, Lines

PATH = HOME + "/sok"
TEXT_MAX = 80


async def show(visit: Visit) -> Response:
    desk, session = await opened(visit)
    query = visit.request.query_params
    asked = {name: query.get(name, "").strip()[:TEXT_MAX] for name in FIELDS}
    cursor = query.get(CURSOR, "")[:TEXT_MAX]
    wrong, found = "", Lines((), "")
    try:
        question = Asked(
            asked["partner"],
            asked["type"],
            asked["tilstand"],
            _day(asked["fra"]),
            _day(asked["til"]),
            asked["id"],
            cursor,
        )
        found = await desk.search(session, question)
    except ValueError:
        wrong = "Datoen finnes ikke. Skriv den som 27.11.2026, eller velg den i kalenderen."
    view = view_of(
        await operations(visit, desk, session, PATH), asked, cursor, wrong, await desk.choices(session), found
    )
    return await page(visit, session, "operations/search/template.html", view)


def _day(text: str) -> date | None:
    """Raises ValueError for a day that is none."""
    return date.fromisoformat(text) if text else None


SCREEN = Screen("operations.search", Audience.STAFF, (Way(PATH, show),))
