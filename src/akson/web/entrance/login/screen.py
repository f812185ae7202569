"""Login as one of the cast, where the node has the demo issuer; and logout, on every node."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from akson.fhir.problem import Problem, ProblemKind
from akson.web.entrance.login.view import Choice, IssuerChoice, LeavingView, LoginView
from akson.web.shell import forms, gate, words
from akson.web.shell.house import CITIZEN_KINDS, STAFF_KINDS, Audience, CastMember, House, Screen, Way
from akson.web.shell.pages import Frame


def _choice(member: CastMember) -> Choice:
    actor = member.actor
    role = words.role(actor)
    hint = "" if member.hint.casefold() == role.casefold() else words.sentence(member.hint)
    return Choice(actor.id, actor.name, words.sentence(role), actor.unit_name, hint)


def _view(request: Request, house: House) -> LoginView:
    cast = house.login.cast if house.login else ()
    return LoginView(
        node=house.node.name,
        demo=house.login is not None,
        issuers=tuple(
            IssuerChoice(id, client.issuer.name, client.issuer.for_citizens)
            for id, client in (house.issuers.clients.items() if house.issuers else ())
        ),
        story=house.login.story if house.login else "",
        staff=tuple(_choice(m) for m in cast if m.actor.kind in STAFF_KINDS),
        citizens=tuple(_choice(m) for m in cast if m.actor.kind in CITIZEN_KINDS),
        goal=gate.safe_path(request.query_params.get("til", "")),
        left="ut" in request.query_params,
    )


async def show(request: Request, house: House) -> Response:
    frame = gate.frame_of(request, house)
    return house.pages.page("entrance/login/template.html", frame, _view(request, house))


async def enter(request: Request, house: House) -> Response:
    """Start a session as the chosen one."""
    forms.require_own_origin(request)
    given = await forms.fields(request)
    gate.limit_entrance(request, house, given.get("hvem", ""))
    member = house.login.find(given.get("hvem", "")) if house.login else None
    if member is None:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-WEB-010",
            "Innloggingen ble ikke godtatt.",
            why="Noden har ingen utsteder som kjenner denne brukeren.",
            now="Gå tilbake og velg en av dem som står på siden.",
        )
    if gate.resting_of(request, house):
        # Two share a machine at the change of shift: who came last has put the first one out.
        house.sessions.end(gate.cookie_of(request))
    response = RedirectResponse(gate.goal_of(member.actor, given.get("til", "")), 303)
    gate.set_cookie(request, response, house.sessions.start(member.actor))
    return response


async def leave(request: Request, house: House) -> Response:
    """End the session here and on the server, let the browser forget what it holds, and log out at the issuer too.

    A locked session is ended as well: whoever stands there may go, though not come in.
    """
    session = gate.resting_of(request, house)
    elsewhere = ""
    if session:
        await forms.checked_fields(request, session.form_key)
        elsewhere = await _end(house, gate.cookie_of(request))
    if elsewhere:
        # Not a redirect: a page's policy holds a form's redirects inside this site.
        view = LeavingView(elsewhere)
        response: Response = house.pages.page(
            "entrance/login/leaving.html", Frame(house.node.name, house.clock.now()), view
        )
    else:
        response = RedirectResponse(f"{gate.LOGIN_PATH}?ut", 303)
    response.delete_cookie(
        gate.on_this_host(request, gate.COOKIE),
        httponly=True,
        samesite="strict",
        secure=gate.over_tls(request),
    )
    response.headers["clear-site-data"] = '"cache"'
    return response


async def _end(house: House, cookie: str) -> str:
    """Where the issuer of this login is told of the end; "" when there is nobody to tell."""
    vouched = house.sessions.vouched(cookie)
    house.sessions.end(cookie)
    client = house.issuers.clients.get(vouched.issuer) if vouched and house.issuers else None
    return await client.end_session(vouched.id_token) if client and vouched else ""


SCREEN = Screen(
    "entrance.login",
    Audience.ANYONE,
    (
        Way(gate.LOGIN_PATH, show),
        Way(gate.LOGIN_PATH, enter, "POST"),
        Way("/logg-ut", leave, "POST"),
    ),
)
