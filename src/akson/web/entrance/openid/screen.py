"""Login at an issuer: away with a pushed request, back with a code, in as one whom the record knows, out when told.

The way back comes from another site, so the session's cookie (SameSite=Strict) is never sent along: a second cookie, for
ten minutes and these paths alone, ties the answer to this browser, and a page of our own leads on.
"""

import base64
import logging
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from akson.access.actor import Actor
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.claims import to_actor, to_claims
from akson.identity.openid.client import OpenIdClient
from akson.identity.openid.pending import LIFETIME, Choice
from akson.identity.openid.person import Person
from akson.identity.sessions import SESSION_LIFETIME, Vouched
from akson.web.entrance.openid.refusals import in_words
from akson.web.entrance.openid.view import RoleChoice, RolesView
from akson.web.shell import forms, gate, problems, words
from akson.web.shell.house import CITIZEN_KINDS, Audience, House, OpenHandler, OpenIdLogin, Screen, Way

LOGIN_COOKIE = "akson-login"
CITIZEN_LIFETIME = timedelta(hours=1)
log = logging.getLogger("akson.web")


def _issuers(house: House) -> OpenIdLogin:
    if house.issuers is None:
        raise problems.no_page()
    return house.issuers


def _client(request: Request, house: House) -> OpenIdClient:
    found = _issuers(house).clients.get(request.path_params["issuer"])
    if found is None:
        raise problems.no_page()
    return found


def _told(handler: OpenHandler) -> OpenHandler:
    """A refusal of the login as a page in bokmål; the log gets its id and its reason, which name nobody."""

    async def answer(request: Request, house: House) -> Response:
        try:
            return await handler(request, house)
        except Problem as problem:
            if not problem.id.startswith("AKS-LOGIN-"):
                raise
            log.warning("%s %s", problem.id, problem.why)
            issuers = _issuers(house)
            client = issuers.clients.get(request.path_params.get("issuer", ""))
            again = f"{gate.LOGIN_PATH}/{client.issuer.id}" if client else gate.LOGIN_PATH
            view = in_words(problem.id, client.issuer.name if client else "Innloggingstjenesten", again)
            response = house.pages.page(
                "entrance/openid/refused.html",
                gate.frame_of(request, house),
                view,
                status=problems.STATUS[problem.kind],
            )
            _forget(request, response)
            return response

    return answer


async def begin(request: Request, house: House) -> Response:
    """To the issuer. A link and not a form: a page's policy holds a form's redirects inside this site."""
    client, issuers = _client(request, house), _issuers(house)
    address, pending = await client.begin(gate.safe_path(request.query_params.get("til", "")))
    cookie = _new_cookie(house)
    issuers.pending.keep(cookie, pending)
    # Two share a machine at the change of shift: who goes to log in has put the first one out.
    if gate.resting_of(request, house):
        house.sessions.end(gate.cookie_of(request))
    response = RedirectResponse(address, 303)
    _remember(request, response, cookie)
    return response


async def finish(request: Request, house: House) -> Response:
    """Back from the issuer. Taken once, whatever comes of it."""
    client, issuers = _client(request, house), _issuers(house)
    pending = issuers.pending.take(request.cookies.get(_login_cookie(request), ""))
    if pending.issuer != client.issuer.id:
        raise Problem(
            ProblemKind.UNAUTHENTICATED,
            "AKS-LOGIN-011",
            "The answer does not belong to this login.",
            why="Reason: it was begun at another issuer.",
            now="Begin again from the login page.",
        )
    person = await client.finish(request.query_params, pending)
    actors = await issuers.reception.actors(person)
    if len(actors) > 1:
        return _ask_for_role(request, house, person, actors, pending.goal)
    vouched = Vouched(client.issuer.id, person.session, person.subject, person.id_token)
    return _enter(request, house, actors[0], vouched, pending.goal)


async def take_role(request: Request, house: House) -> Response:
    """The role she chose, of those that were offered to this browser."""
    forms.require_own_origin(request)
    given = await forms.fields(request)
    choice = _issuers(house).pending.take_choice(request.cookies.get(_login_cookie(request), ""))
    chosen = given.get("rolle", "")
    if not chosen.isdecimal() or int(chosen) >= len(choice.actors):
        raise Problem(
            ProblemKind.UNAUTHENTICATED, "AKS-LOGIN-010", "No such role was offered.", now="Log in again."
        )
    vouched = Vouched(choice.issuer, choice.session, choice.subject, choice.id_token)
    return _enter(request, house, to_actor(choice.actors[int(chosen)]), vouched, choice.goal)


async def told_to_end(request: Request, house: House) -> Response:
    """The issuer ends a login: OpenID Connect Back-Channel Logout 1.0. It comes from a server, without cookies."""
    client = _client(request, house)
    given = await forms.fields(request)
    try:
        session, subject = await client.logout_told(given.get("logout_token"))
    except Problem as problem:
        log.warning("%s %s", problem.id, problem.why)
        return Response(status_code=400)
    house.sessions.end_vouched(client.issuer.id, session=session, subject=subject)
    return Response(status_code=200)


def _ask_for_role(
    request: Request, house: House, person: Person, actors: tuple[Actor, ...], goal: str
) -> Response:
    choice = Choice(
        actors=[to_claims(actor) for actor in actors],
        issuer=person.issuer.id,
        session=person.session,
        subject=person.subject,
        id_token=person.id_token,
        goal=goal,
        at=house.clock.now().timestamp(),
    )
    cookie = _new_cookie(house)
    _issuers(house).pending.keep(cookie, choice)
    offered = tuple(
        RoleChoice(place, words.sentence(words.role(actor)), actor.unit_name)
        for place, actor in enumerate(actors)
    )
    view = RolesView(actors[0].name, offered)
    response = house.pages.page("entrance/openid/roles.html", gate.frame_of(request, house), view)
    _remember(request, response, cookie, strict=True)
    return response


def _enter(request: Request, house: House, actor: Actor, vouched: Vouched, goal: str) -> Response:
    """In: a page of our own that shows this browser's key and leads on. Staff get nowhere without a key."""
    citizen = actor.kind in CITIZEN_KINDS
    cookie = house.sessions.start_vouched(
        actor, vouched, lifetime=CITIZEN_LIFETIME if citizen else SESSION_LIFETIME, needs_device=not citizen
    )
    session = house.sessions.look(cookie)
    assert session is not None
    response = gate.resting_page(request, house, session, goal=gate.goal_of(actor, goal))
    response.status_code = 200
    _forget(request, response)
    gate.set_cookie(request, response, cookie)
    return response


def _new_cookie(house: House) -> str:
    return base64.urlsafe_b64encode(_issuers(house).random.bytes(32)).rstrip(b"=").decode()


def _remember(request: Request, response: Response, cookie: str, *, strict: bool = False) -> None:
    response.set_cookie(
        _login_cookie(request),
        cookie,
        max_age=int(LIFETIME.total_seconds()),
        path=gate.LOGIN_PATH,
        httponly=True,
        # Lax: the browser comes back by a link on the issuer's site.
        samesite="strict" if strict else "lax",
        secure=gate.over_tls(request),
    )


def _forget(request: Request, response: Response) -> None:
    response.delete_cookie(
        _login_cookie(request),
        path=gate.LOGIN_PATH,
        httponly=True,
        samesite="lax",
        secure=gate.over_tls(request),
    )


def _login_cookie(request: Request) -> str:
    """Not `__Host-`: it is sent to the paths of the login alone, and that prefix allows no path."""
    return f"__Secure-{LOGIN_COOKIE}" if gate.over_tls(request) else LOGIN_COOKIE


SCREEN = Screen(
    "entrance.openid",
    Audience.ANYONE,
    (
        Way(f"{gate.LOGIN_PATH}/tilbake/{{issuer}}", _told(finish)),
        Way(f"{gate.LOGIN_PATH}/rolle", _told(take_role), "POST"),
        Way(f"{gate.LOGIN_PATH}/{{issuer}}", _told(begin)),
        Way("/logg-ut/bakkanal/{issuer}", told_to_end, "POST"),
    ),
)
