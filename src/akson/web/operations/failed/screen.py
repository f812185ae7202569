"""Feilet: what did not arrive, by cause, with what to do; one or all of a cause are sent again.

Sending all goes in steps of the page's own asking: each step tells how far it has come, the page may be left, and what was
not reached still stands in its group.
"""

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.web.operations.failed.view import PATH, FailedView, Progress, group_of
from akson.web.shell import gate
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.operations import act_words, opened, operations, page

NUMBER_MAX = 10**15


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def _page(visit: Visit, progress: Progress | None = None) -> Response:
    desk, session = await opened(visit)
    ops = await operations(visit, desk, session, PATH)
    groups = tuple(group_of(group, ops) for group in await desk.failed(session))
    view = FailedView(ops, groups, await act_words(desk, session, PATH), progress)
    fragment = progress is not None and gate.by_htmx(visit.request)
    template = "operations/failed/progress.html" if fragment else "operations/failed/template.html"
    return await page(visit, session, template, view, fragment=fragment)


async def send_all(visit: Visit) -> Response:
    given = await visit.form()
    desk, session = await opened(visit)
    key = visit.request.path_params["cause"]
    done, passed, of, after = (_number(given, name) for name in ("gjort", "forbi", "av", "etter"))
    step = await desk.send_cause(session, key, after)
    done, passed = done + step.sent, passed + step.passed
    if step.after is None and not passed and not gate.by_htmx(visit.request):
        return RedirectResponse(f"{PATH}?sagt=ferdig", 303)
    title, path = given.get("tittel", "")[:120], f"{PATH}/{quote(key, safe='')}/send"
    return await _page(visit, Progress(title, path, done, passed, max(of, done + passed), step.after))


def _number(given: dict[str, str], name: str) -> int:
    text = given.get(name, "")
    return min(int(text), NUMBER_MAX) if text.isascii() and text.isdigit() and len(text) < 16 else 0


SCREEN = Screen(
    "operations.failed", Audience.STAFF, (Way(PATH, show), Way(PATH + "/{cause}/send", send_all, "POST"))
)
