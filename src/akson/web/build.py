"""The screens as one Starlette application. `akson.app` calls `build` and mounts the result at `/`."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from akson.analytics.reports.adoption.reports import AdoptionReports
from akson.care.contacts.letters import ReadsPost
from akson.care.decisionsupport.rules import Rules
from akson.care.decisionsupport.rules import load as load_rules
from akson.identity.rates import Rates, unlimited
from akson.identity.sessions import Sessions
from akson.identity.smart.server import AuthorizationServer
from akson.sharing.documents.entry import Community
from akson.sharing.moves.moves import Moves
from akson.sharing.plan.plans import SharedPlans
from akson.web import verify
from akson.web.screens import SCREENS
from akson.web.shell import gate, problems
from akson.web.shell.advisers import Advisers
from akson.web.shell.documents import Elsewhere
from akson.web.shell.headers import SecureHeaders
from akson.web.shell.house import DemoLogin, House, NodeName, OpenIdLogin, Opens
from akson.web.shell.letters import Letters
from akson.web.shell.neighbours import Neighbours
from akson.web.shell.pages import Pages
from akson.web.shell.post_desk import PostDesk
from akson.web.shell.replanning import Replans
from akson.web.shell.static_files import Statics
from akson.world import Clock

COMPRESS_FROM_BYTES = 1000


def build(
    record: Opens,
    *,
    sessions: Sessions,
    clock: Clock,
    node: NodeName,
    login: DemoLogin | None = None,
    issuers: OpenIdLogin | None = None,
    apps: AuthorizationServer | None = None,
    fhir: str = "",
    rates: Rates | None = None,
    post: PostDesk | None = None,
    letters: Letters | None = None,
    reads: ReadsPost | None = None,
    replans: Replans | None = None,
    advisers: Advisers | None = None,
    rules: Rules | None = None,
    neighbours: Neighbours | None = None,
    elsewhere: Elsewhere | None = None,
    community: Community | None = None,
    adoption: AdoptionReports | None = None,
    adoption_open: bool = False,
    plans: SharedPlans | None = None,
    moves: Moves | None = None,
) -> Starlette:
    """All screens. Without `login` and without issuers nobody can log in, and the login page says so.

    `apps`: the authorization server behind the page that approves an app; `fhir`: the FHIR address it speaks of.
    `rates`: how often one may ask; without them as often as she likes. `post`: what stands behind the message officer's
    screens. `letters`: who writes and sends messages; without it no page offers to. `reads`: what opens messages field by
    field. `replans`: who finds a day anew. `advisers`: who asks other
    services. `rules`: what advice is given by; without it our own. `neighbours`: who asks other enterprises.
    `elsewhere`: who asks other communities for documents; `community`: as whom we share ours.
    `adoption`: what counts messages; `adoption_open`: whether anybody may see those numbers.
    `plans`: the plans that several organisations edit. `moves`: between municipalities.
    """
    statics = Statics()
    house = House(
        record, sessions, clock, node, login, issuers, Pages(statics), apps, fhir, rates or unlimited(), post, letters,
        reads=reads, replans=replans, advisers=advisers, neighbours=neighbours, elsewhere=elsewhere, adoption=adoption,
        adoption_open=adoption_open, rules=rules or load_rules(), plans=plans, shares_as=community, moves=moves,
    )  # fmt: skip
    return _application(house, statics)


def _application(house: House, statics: Statics) -> Starlette:
    async def start(request: Request) -> Response:
        session = gate.resting_of(request, house)
        return RedirectResponse(gate.home_of(session.actor) if session else gate.LOGIN_PATH, 303)

    async def no_page(request: Request, _: Exception) -> Response:
        return gate.error_page(request, house, problems.no_page())

    async def wrong_method(request: Request, error: Exception) -> Response:
        answer = gate.error_page(request, house, problems.wrong_method(), status=405)
        answer.headers.update(getattr(error, "headers", None) or {})  # Allow
        return answer

    # Compression is safe here although pages hold a token and repeat the query: the session cookie is
    # SameSite=Strict, so no other site can make a logged-in browser ask (the ground of BREACH).
    compress = Middleware(GZipMiddleware, minimum_size=COMPRESS_FROM_BYTES, compresslevel=6)
    ways = [
        Route(
            way.path,
            gate.endpoint(house, screen, way),
            methods=[way.method],
            name=screen.name,
            middleware=[compress],
        )
        for screen in SCREENS
        for way in screen.ways
    ]
    return Starlette(
        routes=[Route("/", start), Route("/static/{name:path}", statics.serve), verify.ROUTE, *ways],
        middleware=[Middleware(SecureHeaders)],
        exception_handlers={404: no_page, 405: wrong_method},
    )
