"""Problems as pages: what happened, why, and what to do now.

A missing and a hidden patient give the very same page. Unknown faults become AKS-WEB-500 without a word of what
was in them; the server's log holds the rest.
"""

from dataclasses import dataclass

from starlette.responses import HTMLResponse

from akson.fhir.problem import Problem, ProblemKind
from akson.web.shell.pages import Frame, Pages

STATUS = {
    ProblemKind.MALFORMED: 400,
    ProblemKind.INVALID: 422,
    ProblemKind.UNSUPPORTED: 400,
    ProblemKind.UNAUTHENTICATED: 401,
    ProblemKind.FORBIDDEN: 403,
    ProblemKind.NOT_FOUND: 404,
    ProblemKind.GONE: 404,
    ProblemKind.CONFLICT: 409,
    ProblemKind.PRECONDITION: 412,
    ProblemKind.TOO_LARGE: 413,
    ProblemKind.OVERLOADED: 503,
    ProblemKind.INTERNAL: 500,
}


@dataclass(frozen=True, slots=True)
class ProblemView:
    id: str
    what: str
    why: str
    now: str
    retry: bool


def unexpected() -> Problem:
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-WEB-500",
        "Noe gikk galt hos oss.",
        why="Feilen er skrevet i serverens logg. Det du så på er ikke endret.",
        now="Prøv igjen om litt. Ring vakttelefonen for IKT hvis det haster.",
    )


def no_page() -> Problem:
    return Problem(
        ProblemKind.NOT_FOUND,
        "AKS-WEB-404",
        "Siden finnes ikke.",
        why="Adressen er feil, eller siden er flyttet.",
        now="Gå til innboksen, eller søk etter pasienten.",
    )


def staff_only() -> Problem:
    return Problem(
        ProblemKind.FORBIDDEN,
        "AKS-WEB-004",
        "Denne siden er for ansatte.",
        why="Du er logget inn som innbygger.",
        now="Gå til dine egne sider.",
    )


def citizens_only() -> Problem:
    return Problem(
        ProblemKind.FORBIDDEN,
        "AKS-WEB-005",
        "Denne siden er for innbyggere.",
        why="Du er logget inn som ansatt.",
        now="Gå til innboksen.",
    )


def problem_page(pages: Pages, frame: Frame, problem: Problem) -> HTMLResponse:
    """The page of any Problem. Texts made for developers are shown under the line a reader needs."""
    view = ProblemView(problem.id, problem.what, problem.why, problem.now, retry=not problem.permanent)
    return pages.page("shell/templates/problem.html", frame, view, status=STATUS[problem.kind])


def refusal_page(pages: Pages, frame: Frame) -> HTMLResponse:
    """The patient is not found, or may not be seen: nothing on the page depends on which."""
    return pages.page("shell/templates/refusal.html", frame, None, status=404)
