"""Answers to the page's own script (`static/session.js`): small JSON, ids instead of words."""

from starlette.responses import JSONResponse, Response

from akson.fhir.problem import Problem
from akson.web.shell import problems
from akson.web.shell.house import House

NOBODY = {"id": "AKS-SESSION-000"}
"""There is no session any more: only a login helps."""


def refused(house: House, problem: Problem) -> Response:
    """Which, and what time it is here, so that a machine whose clock is wrong may try again with the right one."""
    told = {"id": problem.id, "now": house.clock.now().timestamp()}
    return JSONResponse(told, problems.STATUS[problem.kind])
