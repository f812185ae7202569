"""«Velg PIN-kode»: by one who has just logged in strongly. The PIN holds in this browser alone."""

import asyncio
from datetime import timedelta

from starlette.responses import RedirectResponse, Response

from akson.fhir.problem import Problem
from akson.identity.sessions.pins import DIGITS_MAX, DIGITS_MIN, usable_secret
from akson.web.entrance.pin.view import PinView
from akson.web.shell import gate
from akson.web.shell.house import Audience, Screen, Visit, Way

RECENT = timedelta(minutes=15)
"""A PIN is chosen by whoever logged in, not by whoever found the screen open."""
SECRET_KEPT_S = 400 * 24 * 3600
POOR = f"Koden må ha {DIGITS_MIN} til {DIGITS_MAX} siffer, minst tre ulike, og ikke være en rekke som 1234."
UNEQUAL = "De to kodene er ikke like."


def _page(visit: Visit, goal: str, wrong: str = "") -> Response:
    session = visit.session
    view = PinView(
        goal=gate.safe_path(goal) or gate.home_of(visit.actor),
        recent=visit.house.clock.now() - session.since <= RECENT,
        has_one=visit.house.sessions.pins.has(visit.actor, session.device),
        wrong=wrong,
        minutes=int(visit.house.sessions.lock_after.total_seconds() // 60),
    )
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("entrance/pin/template.html", frame, view, status=422 if wrong else 200)


async def show(visit: Visit) -> Response:
    return _page(visit, visit.request.query_params.get("til", ""))


async def choose(visit: Visit) -> Response:
    given = await visit.form()
    session, goal = visit.session, given.get("til", "")
    if not session.device or visit.house.clock.now() - session.since > RECENT:
        return _page(visit, goal)
    if given.get("pin", "") != given.get("igjen", ""):
        return _page(visit, goal, UNEQUAL)
    secret = visit.request.cookies.get(gate.on_this_host(visit.request, gate.DEVICE_COOKIE), "")
    if not usable_secret(secret):
        secret = visit.house.sessions.pins.new_secret()
    pins = visit.house.sessions.pins
    try:
        await asyncio.to_thread(pins.choose, visit.actor, session.device, secret, given.get("pin", ""))
    except Problem as poor:
        if poor.id != "AKS-SESSION-006":
            raise
        return _page(visit, goal, POOR)
    answer = RedirectResponse(gate.safe_path(goal) or gate.home_of(visit.actor), 303)
    answer.set_cookie(
        gate.on_this_host(visit.request, gate.DEVICE_COOKIE),
        secret,
        max_age=SECRET_KEPT_S,
        httponly=True,
        samesite="strict",
        secure=gate.over_tls(visit.request),
    )
    return answer


SCREEN = Screen("entrance.pin", Audience.STAFF, (Way("/pin", show), Way("/pin", choose, "POST")))
