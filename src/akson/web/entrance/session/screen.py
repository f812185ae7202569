"""Binding and renewal, asked by `static/session.js` with a proof by the browser's key. Nothing here shows anything."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from akson.fhir.problem import Problem
from akson.web.shell import forms, gate
from akson.web.shell.house import PROOF_HEADER, STAFF_KINDS, Audience, House, Screen, Way, asked
from akson.web.shell.script_answers import NOBODY, refused, still_holds


async def bind(request: Request, house: House) -> Response:
    """The key in the proof becomes the session's. Only the first one: later there is nothing to bind."""
    forms.require_own_origin(request)
    session = gate.resting_of(request, house)
    if session is None:
        return JSONResponse(NOBODY, 401)
    name = gate.marks_of(house, session).name
    proof = request.headers.get(PROOF_HEADER, "")
    try:
        cookie = house.sessions.bind(gate.cookie_of(request), proof, asked(request, name))
    except Problem as problem:
        return refused(house, problem)
    bound = house.sessions.look(cookie)
    assert bound is not None
    wants_pin = bound.actor.kind in STAFF_KINDS and not house.sessions.pins.has(bound.actor, bound.device)
    answer = JSONResponse({"now": house.clock.now().timestamp(), "wantsPin": wants_pin})
    gate.set_cookie(request, answer, cookie)
    return answer


async def renew(request: Request, house: House) -> Response:
    """A fresh cookie, for half a minute. `aktiv=1`: somebody touched the page since the last time."""
    forms.require_own_origin(request)
    given = await forms.fields(request)
    session = gate.resting_of(request, house)
    if session is None or not await still_holds(house, session, gate.cookie_of(request)):
        return JSONResponse(NOBODY, 401)
    proof = request.headers.get(PROOF_HEADER, "")
    try:
        cookie = house.sessions.renew(
            gate.cookie_of(request), proof, asked(request, session.id), active=given.get("aktiv") == "1"
        )
    except Problem as problem:
        return refused(house, problem)
    answer = JSONResponse({"now": house.clock.now().timestamp()})
    gate.set_cookie(request, answer, cookie)
    return answer


SCREEN = Screen(
    "entrance.session",
    Audience.ANYONE,
    (Way("/okt/bind", bind, "POST"), Way("/okt/forny", renew, "POST")),
)
