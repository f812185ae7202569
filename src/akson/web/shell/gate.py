"""From a request to a handler: who is here, may she see this kind of page, is the form hers; and errors to pages.

Rules about patient data do not belong here: the record decides them.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from akson.access.actor import Actor
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.sessions import WebSession
from akson.store.connections import lost
from akson.web.shell import forms, problems, words
from akson.web.shell.house import (
    CITIZEN_KINDS,
    STAFF_KINDS,
    Audience,
    Handler,
    House,
    OpenHandler,
    Screen,
    Visit,
    Way,
)
from akson.web.shell.letters import Letters
from akson.web.shell.pages import Frame, SessionMarks
from akson.world.raised import places

COOKIE = "akson"
DEVICE_COOKIE = "akson-device"
"""The secret that this browser's PINs are made with; it opens nothing by itself."""
BEYOND_REFUSAL = {
    "hvorfor": "/pasient/{}/hvorfor",
    "helsehjelp": "/pasient/{}/helsehjelp",
    "sperre": "/pasient/{}/sperre",
}
"""Where a refusal leads on to. Its page names nobody, so its links say the query alone, and the path says of whom."""
CITIZEN_HOME = "/min"
_LOCAL_PATH = re.compile(r"/(?!/)[^\\\x00-\x20\x7f]*")
LOGIN_PATH = "/logg-inn"
LOCK_PATH = "/las"
FOR_BOTH = ("/godkjenn-app?",)
"""Pages that staff and citizens come to by a login alike."""
# htmx swaps errors in too: into the place of the whole content then, not where the list stood.
INSTEAD_OF_THE_CONTENT = {"hx-retarget": "#main", "hx-reselect": "#main", "hx-reswap": "outerHTML"}
log = logging.getLogger("akson.web")


@dataclass(frozen=True, slots=True)
class RestingView:
    standing: str
    name: str
    role: str
    goal: str
    """Where to go when the session lets in again; "" for the page that was asked for."""


Endpoint = Callable[[Request], Awaitable[Response]]


def over_tls(request: Request) -> bool:
    """Secure follows the scheme: the demo runs on loopback without TLS, where browsers would drop the cookie.

    A proxy that ends TLS says so in X-Forwarded-Proto. Nobody gains by forging it: it can only make a cookie stricter.
    """
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", "").lower())


def set_cookie(request: Request, response: Response, session_cookie: str) -> None:
    secure = over_tls(request)
    response.set_cookie(
        on_this_host(request, COOKIE), session_cookie, httponly=True, samesite="strict", secure=secure
    )


def on_this_host(request: Request, name: str) -> str:
    """`__Host-` where TLS is: no neighbour host and no page without TLS can plant such a cookie (RFC 6265bis)."""
    return f"__Host-{name}" if over_tls(request) else name


def cookie_of(request: Request) -> str:
    return request.cookies.get(on_this_host(request, COOKIE), "")


def resting_of(request: Request, house: House) -> WebSession | None:
    """The session of the browser however it stands: locked and stale ones too."""
    cookie = cookie_of(request)
    return house.sessions.look(cookie) if cookie else None


def marks_of(house: House, session: WebSession) -> SessionMarks:
    return SessionMarks(
        name=session.id or forms.token(session.form_key),
        standing=session.standing.value,
        bound=bool(session.device),
        has_pin=house.sessions.pins.has(session.actor, session.device),
        lock_after_s=int(session.lock_after.total_seconds()),
    )


def resting_page(request: Request, house: House, session: WebSession, *, goal: str = "") -> Response:
    """In place of what was asked for: the browser shows its key, or its user her PIN, and the page is asked for again."""
    frame = Frame(
        node=house.node.name,
        now=house.clock.now(),
        token=forms.token(session.form_key),
        session=marks_of(house, session),
    )
    view = RestingView(session.standing.value, session.actor.name, words.role(session.actor), goal)
    return house.pages.page("shell/templates/resting.html", frame, view, status=401)


def visit_of(request: Request, house: House) -> Visit | None:
    cookie = cookie_of(request)
    session = house.sessions.find(cookie) if cookie else None
    return Visit(request, house, session, cookie) if session else None


def frame_of(request: Request, house: House, visit: Visit | None = None, **more: object) -> Frame:
    """The frame for whoever sends the request; `more` are further fields of Frame."""
    visit = visit or visit_of(request, house)
    return Frame(
        node=house.node.name,
        now=house.clock.now(),
        actor=visit.actor if visit else None,
        token=forms.token(visit.session.form_key) if visit else "",
        demo=house.login is not None,
        session=marks_of(house, visit.session) if visit else None,
        apps=house.apps is not None and house.apps.clients.any_launched(),
        others=house.neighbours is not None,
        **more,  # type: ignore[arg-type]
    )


def letters_of(visit: Visit) -> Letters:
    """Whoever writes and sends messages here. Raises NOT_FOUND, as a page that is not, where nothing can be sent."""
    if visit.house.letters is None:
        raise problems.no_page()
    return visit.house.letters


def home_of(actor: Actor) -> str:
    """Where one who has just come belongs."""
    return CITIZEN_HOME if actor.kind in CITIZEN_KINDS else "/innboks"


def safe_path(path: str) -> str:
    """`path` when it stays on this site, else "": a login must not send anyone elsewhere.

    Browsers read a backslash as a slash and drop tabs and line breaks, so none of them is let through.
    """
    return path if _LOCAL_PATH.fullmatch(path) else ""


def goal_of(actor: Actor, path: str) -> str:
    """Where a login leads: to the page that was asked for when it is safe and made for `actor`, else home."""
    for_citizens = path == CITIZEN_HOME or path.startswith((CITIZEN_HOME + "/", CITIZEN_HOME + "?"))
    for_both = path.startswith(FOR_BOTH)
    fits = for_both or for_citizens == (actor.kind in CITIZEN_KINDS)
    return (safe_path(path) if fits else "") or home_of(actor)


def limit_entrance(request: Request, house: House, account: str) -> None:
    """Raises OVERLOADED AKS-IDENTITY-062 when this address tries this account too often."""
    house.rates.entrance(request.client.host if request.client else "", account)


def by_htmx(request: Request) -> bool:
    """Whether htmx asks for a part of a page, and not the browser for a whole one."""
    return "hx-request" in request.headers


def to_login(request: Request) -> Response:
    """To the login page and, for a page that was read, back again."""
    if by_htmx(request):
        # A redirect would be followed unseen, and the login page swapped into a corner of the old one.
        return Response(status_code=204, headers={"hx-redirect": LOGIN_PATH})
    if request.method != "GET":
        return RedirectResponse(LOGIN_PATH, 303)
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{LOGIN_PATH}?til={quote(request.url.path + query)}", 303)


def not_let_in(request: Request, house: House) -> Response:
    """Nobody, or one whose session rests: what stands on her page must not be lost for that."""
    session = resting_of(request, house)
    if session is None:
        return to_login(request)
    if by_htmx(request):
        return Response(
            status_code=204, headers={"hx-reswap": "none", "akson-standing": session.standing.value}
        )
    if request.method != "GET":
        return RedirectResponse(LOCK_PATH, 303)
    return resting_page(request, house, session)


def _check_audience(screen: Screen, visit: Visit) -> None:
    if screen.audience is Audience.STAFF and visit.actor.kind not in STAFF_KINDS:
        raise problems.staff_only()
    if screen.audience is Audience.CITIZEN and visit.actor.kind not in CITIZEN_KINDS:
        raise problems.citizens_only()


async def _answer(request: Request, house: House, screen: Screen, way: Way) -> Response:
    if screen.audience is Audience.ANYONE:
        return await cast(OpenHandler, way.handler)(request, house)
    visit = visit_of(request, house)
    if visit is None:
        return not_let_in(request, house)
    house.rates.caller(visit.actor)
    _check_audience(screen, visit)
    return await cast(Handler, way.handler)(visit)


def error_page(request: Request, house: House, problem: Problem, *, status: int = 0) -> Response:
    answer = _error_page(request, house, problem, status)
    if by_htmx(request):
        answer.headers.update(INSTEAD_OF_THE_CONTENT)
    return answer


def _error_page(request: Request, house: House, problem: Problem, status: int) -> Response:
    frame = frame_of(request, house)
    if problem.kind in (ProblemKind.NOT_FOUND, ProblemKind.GONE) and not problem.id.startswith("AKS-WEB"):
        return _beyond(request) or problems.refusal_page(house.pages, frame)
    sent = forms.sent(request) if problem.kind is ProblemKind.OVERLOADED else {}
    return problems.problem_page(house.pages, frame, problem, status=status, again=(request.url.path, sent))


def _beyond(request: Request) -> Response | None:
    onward, patient = BEYOND_REFUSAL.get(request.url.query), request.path_params.get("patient")
    if onward is None or not patient or request.url.path == onward.format(patient):
        return None
    return RedirectResponse(onward.format(quote(patient, safe="")), 303)


def endpoint(house: House, screen: Screen, way: Way) -> Endpoint:
    """What Starlette calls for one way of one screen."""

    async def answer(request: Request) -> Response:
        try:
            return await _answer(request, house, screen, way)
        except Problem as problem:
            if problem.kind is ProblemKind.INTERNAL:
                log.error("%s on %s: %s", problem.id, screen.name, problem.what)
            return error_page(request, house, problem)
        except Exception as error:
            absent = lost(error)
            if absent is not None:
                return error_page(request, house, absent)
            # The path names patients and so may the error's own text: the log gets the screen and the places alone.
            log.error("unexpected on %s: %s", screen.name, places(error))
            return error_page(request, house, problems.unexpected())

    return answer
