"""Meldinger: whether everything goes as it should, and what does not."""

from starlette.responses import Response

from akson.web.operations.status.view import view_of
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.operations import HOME, opened, operations, page


async def show(visit: Visit) -> Response:
    desk, session = await opened(visit)
    ops = await operations(visit, desk, session, HOME)
    return await page(
        visit, session, "operations/status/template.html", view_of(ops, await desk.overview(session))
    )


SCREEN = Screen("operations.status", Audience.STAFF, (Way(HOME, show),))
