"""One message: its story, both sides' receipts, what can be done; and, for a ground, what it says."""

from starlette.requests import Request
from starlette.responses import Response

from akson.fhir.problem import Problem, ProblemKind
from akson.web.operations.message.view import view_of
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.operations import HOME, act_words, back, opened, operations, page
from akson.web.shell.post_desk import IN, OUT, Content

NUMBER_DIGITS_MAX = 15


def _number(request: Request) -> int:
    text = request.path_params["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX):
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-WEB-062",
            "Meldingen finnes ikke.",
            why="Adressen er ikke noen melding.",
            now="Søk etter den.",
        )
    return int(text)


async def _page(
    visit: Visit,
    way: str,
    *,
    content: Content | None = None,
    refused: bool = False,
    ground_missing: bool = False,
    typed: str = "",
) -> Response:
    desk, session = await opened(visit)
    id = _number(visit.request)
    message = await desk.message(session, way, id)
    ops = await operations(visit, desk, session, "")
    acts = await act_words(desk, session, f"{HOME}/{way}/{id}")
    view = view_of(
        ops,
        message,
        acts,
        tuple(desk.grounds.items()),
        content,
        refused=refused,
        ground_missing=ground_missing,
        typed=typed,
    )
    return await page(visit, session, "operations/message/template.html", view)


async def show_sent(visit: Visit) -> Response:
    return await _page(visit, OUT)


async def show_came(visit: Visit) -> Response:
    return await _page(visit, IN)


async def _open(visit: Visit, way: str) -> Response:
    """Shown in the answer alone: there is no address at which it stands open."""
    given = await visit.form()
    desk, session = await opened(visit)
    typed = given.get("tekst", "")
    try:
        content = await desk.open_content(session, way, _number(visit.request), given.get("grunn", ""), typed)
    except Problem as problem:
        if problem.id == "AKS-RECORD-050":
            return await _page(visit, way, ground_missing=True, typed=typed)
        if problem.kind is ProblemKind.NOT_FOUND and not problem.id.startswith("AKS-WEB"):
            return await _page(visit, way, refused=True)
        raise
    return await _page(visit, way, content=content)


async def open_sent(visit: Visit) -> Response:
    return await _open(visit, OUT)


async def open_came(visit: Visit) -> Response:
    return await _open(visit, IN)


async def send(visit: Visit) -> Response:
    given = await visit.form()
    desk, session = await opened(visit)
    await desk.send_again(session, _number(visit.request))
    return back(visit, given, "sendt")


async def hand_over(visit: Visit) -> Response:
    given = await visit.form()
    desk, session = await opened(visit)
    await desk.hand_over(session, _number(visit.request), given.get("eier", ""))
    return back(visit, given, "overlatt")


async def close(visit: Visit) -> Response:
    given = await visit.form()
    desk, session = await opened(visit)
    await desk.close(session, _number(visit.request), given.get("grunn", ""))
    return back(visit, given, "avsluttet")


SCREEN = Screen(
    "operations.message",
    Audience.STAFF,
    (
        Way(HOME + "/ut/{id}", show_sent),
        Way(HOME + "/inn/{id}", show_came),
        Way(HOME + "/ut/{id}/apne", open_sent, "POST"),
        Way(HOME + "/inn/{id}/apne", open_came, "POST"),
        Way(HOME + "/ut/{id}/send", send, "POST"),
        Way(HOME + "/ut/{id}/overlat", hand_over, "POST"),
        Way(HOME + "/ut/{id}/avslutt", close, "POST"),
    ),
)
