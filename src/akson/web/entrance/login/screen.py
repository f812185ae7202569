"""Login as one of the cast, where the node has the demo issuer; and logout, on every node."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from akson.fhir.problem import Problem, ProblemKind
from akson.web.entrance.login.view import Choice, LoginView
from akson.web.shell import forms, gate, words
from akson.web.shell.house import CITIZEN_KINDS, STAFF_KINDS, Audience, CastMember, House, Screen, Way


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
        story=house.login.story if house.login else "",
        staff=tuple(_choice(m) for m in cast if m.actor.kind in STAFF_KINDS),
        citizens=tuple(_choice(m) for m in cast if m.actor.kind in CITIZEN_KINDS),
        goal=gate.safe_path(request.query_params.get("til", "")),
        left="ut" in request.query_params,
    )


def _over_tls(request: Request) -> bool:
    """Secure follows the scheme: the demo runs on loopback without TLS, where browsers would drop the cookie.

    A proxy that ends TLS says so in X-Forwarded-Proto. Nobody gains by forging it: it can only make a cookie stricter.
    """
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", "").lower())


async def show(request: Request, house: House) -> Response:
    frame = gate.frame_of(request, house)
    return house.pages.page("entrance/login/template.html", frame, _view(request, house))


async def enter(request: Request, house: House) -> Response:
    """Start a session as the chosen one."""
    forms.require_own_origin(request)
    given = await forms.fields(request)
    member = house.login.find(given.get("hvem", "")) if house.login else None
    if member is None:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-WEB-010",
            "Innloggingen ble ikke godtatt.",
            why="Noden har ingen utsteder som kjenner denne brukeren.",
            now="Gå tilbake og velg en av dem som står på siden.",
        )
    before = gate.visit_of(request, house)
    if before:
        # Two share a machine at the change of shift: who came last has put the first one out.
        house.sessions.end(before.cookie)
    response = RedirectResponse(gate.goal_of(member.actor, given.get("til", "")), 303)
    response.set_cookie(
        gate.COOKIE,
        house.sessions.start(member.actor),
        httponly=True,
        samesite="strict",
        secure=_over_tls(request),
    )
    return response


async def leave(request: Request, house: House) -> Response:
    """End the session here and on the server, and let the browser forget what it holds."""
    visit = gate.visit_of(request, house)
    if visit:
        await visit.form()
        house.sessions.end(visit.cookie)
    response = RedirectResponse(f"{gate.LOGIN_PATH}?ut", 303)
    response.delete_cookie(gate.COOKIE, httponly=True, samesite="strict")
    response.headers["clear-site-data"] = '"cache"'
    return response


SCREEN = Screen(
    "entrance.login",
    Audience.ANYONE,
    (
        Way(gate.LOGIN_PATH, show),
        Way(gate.LOGIN_PATH, enter, "POST"),
        Way("/logg-ut", leave, "POST"),
    ),
)
