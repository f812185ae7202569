"""«Låst»: who it is that is locked, and the PIN that opens. The page itself is `shell/templates/resting.html`."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from akson.fhir.problem import Problem
from akson.identity.sessions import Standing
from akson.identity.sessions.pins import usable_secret
from akson.web.shell import forms, gate
from akson.web.shell.house import PROOF_HEADER, Audience, House, Screen, Way, asked
from akson.web.shell.script_answers import NOBODY, refused, still_holds

ENDED = "PIN-koden er brukt opp, eller nettleseren har mistet nøkkelen sin. Logg inn på nytt."


def _left(count: int) -> str:
    return (
        f"Feil PIN-kode. Du har {count} forsøk igjen."
        if count > 1
        else "Feil PIN-kode. Du har ett forsøk igjen."
    )


async def show(request: Request, house: House) -> Response:
    """The covered page, for a browser that was sent here from a form."""
    session = gate.resting_of(request, house)
    if session is None:
        return gate.to_login(request)
    home = gate.home_of(session.actor)
    if session.standing is Standing.OPEN:
        return RedirectResponse(home, 303)
    return gate.resting_page(request, house, session, goal=home)


async def lock(request: Request, house: House) -> Response:
    """Locked on the server at once: the page that covers itself is only what one sees of it."""
    forms.require_own_origin(request)
    house.sessions.lock(gate.cookie_of(request))
    if PROOF_HEADER in request.headers:
        return Response(status_code=204)
    return RedirectResponse(gate.LOCK_PATH, 303)


async def resume(request: Request, house: House) -> Response:
    """Told to the script: open again, how many tries are left, or that only a new login helps."""
    forms.require_own_origin(request)
    given = await forms.fields(request)
    session = gate.resting_of(request, house)
    if session is None or not await still_holds(house, session, gate.cookie_of(request)):
        return JSONResponse(NOBODY | {"said": ENDED, "ended": True}, 401)
    gate.limit_entrance(request, house, f"{session.actor.tenant}/{session.actor.id}")
    secret = request.cookies.get(gate.on_this_host(request, gate.DEVICE_COOKIE), "")
    if not usable_secret(secret):
        return JSONResponse({"id": "AKS-SESSION-007", "said": ENDED, "ended": True}, 403)
    proof, cookie = request.headers.get(PROOF_HEADER, ""), gate.cookie_of(request)
    try:
        done = await asyncio.to_thread(
            house.sessions.resume,
            cookie,
            proof,
            asked(request, session.id),
            pin=given.get("pin", ""),
            secret=secret,
        )
    except Problem as problem:
        return refused(house, problem)
    if not done.cookie:
        if done.left:
            return JSONResponse({"id": "AKS-SESSION-004", "said": _left(done.left)}, 403)
        return JSONResponse({"id": "AKS-SESSION-005", "said": ENDED, "ended": True}, 403)
    answer = JSONResponse({"now": house.clock.now().timestamp()})
    gate.set_cookie(request, answer, done.cookie)
    return answer


SCREEN = Screen(
    "entrance.lock",
    Audience.ANYONE,
    (
        Way(gate.LOCK_PATH, show),
        Way(gate.LOCK_PATH, lock, "POST"),
        Way("/las/apne", resume, "POST"),
    ),
)
