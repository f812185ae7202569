"""Answers to the page's own script (`static/session.js`): small JSON, ids instead of words."""

from starlette.responses import JSONResponse, Response

from akson.fhir.problem import Problem
from akson.identity.sessions import WebSession
from akson.web.shell import problems
from akson.web.shell.house import House

NOBODY = {"id": "AKS-SESSION-000"}
"""There is no session any more: only a login helps."""


async def still_holds(house: House, session: WebSession, cookie: str) -> bool:
    """Whether she who came in by an issuer would be let in today; if not, her session ends here and everywhere.

    Asked whenever a cookie is renewed. No cookie lives longer than a minute, so a role that is taken away is gone then.
    """
    if house.issuers is None or house.sessions.vouched(cookie) is None:
        return True
    if await house.issuers.reception.holds(session.actor):
        return True
    house.sessions.end(cookie)
    return False


def refused(house: House, problem: Problem) -> Response:
    """Which, and what time it is here, so that a machine whose clock is wrong may try again with the right one."""
    told = {"id": problem.id, "now": house.clock.now().timestamp()}
    return JSONResponse(told, problems.STATUS[problem.kind])
