"""Over fristen: what no receiver has confirmed in time, and who has it."""

from starlette.responses import Response

from akson.web.operations.overdue.view import OverdueView
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.operations import HOME, act_words, opened, operations, page, waiting_row

PATH = HOME + "/frist"


async def show(visit: Visit) -> Response:
    desk, session = await opened(visit)
    ops = await operations(visit, desk, session, PATH)
    rows = tuple(waiting_row(one, ops.now) for one in await desk.overdue(session))
    view = OverdueView(ops, rows, await act_words(desk, session, PATH))
    return await page(visit, session, "operations/overdue/template.html", view)


SCREEN = Screen("operations.overdue", Audience.STAFF, (Way(PATH, show),))
