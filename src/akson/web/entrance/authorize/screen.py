"""Godkjenn app: an app has sent a browser here and asks to see something. She who is logged in says yes or no.

The session cookie is SameSite=Strict, so the browser does not show it when another site has sent it here: the page asks
once more from itself, and then it does. The way on to the app is a page too, since forms may lead to this site alone.
"""

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from akson.access.actor import ActorKind
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.smart.asking import Asking, Refused
from akson.identity.smart.refusals import refused as smart_refused
from akson.identity.smart.server import AuthorizationServer
from akson.web.entrance.authorize.view import ApprovalView, Choice, OnwardView
from akson.web.entrance.authorize.words import may, stays
from akson.web.shell import gate, words
from akson.web.shell.chart import person
from akson.web.shell.house import Audience, House, Screen, Visit, Way
from akson.web.shell.reading import resource
from akson.web.workspace.search.loader import load
from akson.web.workspace.search.view import SearchView

PATH = "/godkjenn-app"
AGAIN = "igjen"
QUERY_CHARACTERS_MAX = 8_000


def _apps(house: House) -> AuthorizationServer:
    if house.apps is None:
        raise smart_refused("002", "No apps are registered on this node.")
    return house.apps


def fhir_address(request: Request) -> str:
    """This server's FHIR address, as the browser knows it."""
    return f"{request.url.scheme}://{request.url.netloc}/fhir"


def _asked(request: Request, house: House, query: str) -> Asking:
    pairs = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if name != AGAIN]
    return _apps(house).asking(pairs, fhir=house.fhir or fhir_address(request))


def _onward(house: House, address: str, app: str = "") -> Response:
    frame = gate.Frame(node=house.node.name, now=house.clock.now())
    return house.pages.page("entrance/authorize/onward.html", frame, OnwardView(address, app))


async def show(request: Request, house: House) -> Response:
    query = request.url.query[:QUERY_CHARACTERS_MAX]
    try:
        asked = _asked(request, house, query)
        visit = gate.visit_of(request, house)
        if visit is None and AGAIN not in request.query_params:
            return _onward(house, f"{PATH}?{query}&{AGAIN}")
        if visit is None:
            return gate.not_let_in(request, house)
        return await _page(visit, asked, query)
    except Refused as refused:
        return _onward(house, refused.way_back)


async def decide(request: Request, house: House) -> Response:
    """Her answer, or a step on the way to it: a search for the patient."""
    visit = gate.visit_of(request, house)
    if visit is None:
        return gate.not_let_in(request, house)
    given = await visit.form()
    query = given.get("foresporsel", "")[:QUERY_CHARACTERS_MAX]
    try:
        asked = _asked(request, house, query)
    except Refused as refused:
        return _onward(house, refused.way_back)
    match given.get("svar"):
        case "ja":
            return await _approve(visit, asked, given.get("pasient", ""))
        case "nei":
            return _onward(house, asked.way_back(error="access_denied"), asked.client.name)
    return await _page(visit, asked, query, search=given.get("q", ""))


async def _page(visit: Visit, asked: Asking, query: str, *, search: str = "") -> Response:
    launch = _apps(visit.house).launch_of(asked, visit.actor)
    choices: tuple[Choice, ...] = ()
    found: SearchView | None = None
    chosen: Choice | None = None
    if launch:
        chosen = await _named(visit, launch.patient)
    elif asked.needs_patient and visit.actor.kind is ActorKind.PRACTITIONER:
        found = await load(visit.open(), search, words.local(visit.house.clock.now()).date())
    elif asked.needs_patient:
        choices = tuple([await _named(visit, id) for id in _own(visit)])
        chosen, choices = (choices[0], ()) if len(choices) == 1 else (None, choices)
    view = ApprovalView(
        app=asked.client.name,
        may=may(asked.scopes, asked.words),
        stays=stays(asked.words),
        asked=query,
        patient=chosen,
        choices=choices,
        search=found,
    )
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("entrance/authorize/template.html", frame, view)


async def _approve(visit: Visit, asked: Asking, patient: str) -> Response:
    launch = _apps(visit.house).launch_of(asked, visit.actor)
    patient = launch.patient if launch else patient if asked.needs_patient else ""
    if patient:
        # The record decides whether she may: hidden and missing give the same page.
        await visit.open().read("Patient", patient)
    address = _apps(visit.house).approved(asked, visit.actor, patient, login=visit.session.mark)
    return _onward(visit.house, address, asked.client.name)


async def _named(visit: Visit, id: str) -> Choice:
    found = resource(await visit.open().read("Patient", id))
    return Choice(id, person(found, words.local(visit.house.clock.now()).date()).name)


def _own(visit: Visit) -> list[str]:
    """Whose record it can be about: her own, or of those who have given her power of attorney."""
    actor = visit.actor
    references = actor.on_behalf_of if actor.kind is ActorKind.PROXY else (actor.reference,)
    found = [r.removeprefix("Patient/") for r in references if r.startswith("Patient/")]
    if not found:
        raise Problem(ProblemKind.FORBIDDEN, "AKS-SMART-014", "There is no record to choose.")
    return found


SCREEN = Screen("entrance.authorize", Audience.ANYONE, (Way(PATH, show), Way(PATH, decide, "POST")))
