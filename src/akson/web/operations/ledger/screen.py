"""Regnskap: what was sent and came, where each is, and what the books do not agree on; to read and to take along."""

from datetime import date

from starlette.responses import Response

from akson.web.operations.ledger.view import PATH, as_csv, view_of
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.operations import opened, operations, page
from akson.web.shell.post_desk import LedgerPage

FIELDS = ("partner", "type", "dag")
TEXT_MAX = 80
CSV_PATH = PATH + ".csv"


def _asked(visit: Visit) -> dict[str, str]:
    return {name: visit.request.query_params.get(name, "").strip()[:TEXT_MAX] for name in FIELDS}


async def _found(visit: Visit, asked: dict[str, str]) -> LedgerPage:
    """Raises ValueError for a day that is none."""
    desk, session = await opened(visit)
    day = date.fromisoformat(asked["dag"]) if asked["dag"] else None
    return await desk.ledger(session, asked["partner"], asked["type"], day)


async def show(visit: Visit) -> Response:
    desk, session = await opened(visit)
    asked, wrong = _asked(visit), ""
    try:
        found = await _found(visit, asked)
    except ValueError:
        wrong = "Datoen finnes ikke. Her er alle dager."
        found = await _found(visit, {**asked, "dag": ""})
    query = visit.request.url.query
    csv = f"{CSV_PATH}?{query}" if query and not wrong else CSV_PATH
    ops = await operations(visit, desk, session, PATH)
    view = view_of(ops, asked, wrong, await desk.choices(session), found, csv)
    return await page(visit, session, "operations/ledger/template.html", view)


async def download(visit: Visit) -> Response:
    await opened(visit)
    asked = _asked(visit)
    try:
        found = await _found(visit, asked)
    except ValueError:
        found = await _found(visit, {**asked, "dag": ""})
    headers = {"content-disposition": 'attachment; filename="meldingsregnskap.csv"'}
    return Response(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


SCREEN = Screen("operations.ledger", Audience.STAFF, (Way(PATH, show), Way(CSV_PATH, download)))
