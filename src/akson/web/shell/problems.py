"""Problems as pages: what happened, why, and what to do now.

A missing and a hidden patient give the very same page. Unknown faults become AKS-WEB-500 without a word of what
was in them; the server's log holds the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

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

OWN_IDS = ("AKS-WEB-", "AKS-CASE-", "AKS-PLAN-")
NOT_CARRIED_OUT = (
    "Dette lot seg ikke gjøre.",
    "Akson kunne ikke behandle det som ble sendt. Ingenting er endret.",
    "Gå tilbake og prøv på nytt. Oppgi feilkoden til brukerstøtte hvis det skjer igjen.",
)
# kind -> what, why, what now
KIND_WORDS = {
    ProblemKind.UNAUTHENTICATED: (
        "Du er ikke lenger logget inn.",
        "Innloggingen varer én vakt, og så må den gjøres på nytt.",
        "Logg inn igjen.",
    ),
    ProblemKind.FORBIDDEN: (
        "Du har ikke tilgang til å gjøre dette.",
        "Rollen din, eller oppdraget enheten din har, gir ikke rett til det.",
        "Be lederen din om hjelp hvis du skulle hatt tilgang.",
    ),
    ProblemKind.CONFLICT: (
        "Noen andre var først.",
        "Opplysningen ble endret mens du så på den. Det du sendte, er ikke lagret.",
        "Gå tilbake, last siden på nytt og prøv igjen.",
    ),
    ProblemKind.PRECONDITION: (
        "Noen andre var først.",
        "Opplysningen ble endret mens du så på den. Det du sendte, er ikke lagret.",
        "Gå tilbake, last siden på nytt og prøv igjen.",
    ),
    ProblemKind.OVERLOADED: (
        "Akson har for mye å gjøre akkurat nå.",
        "Ingenting er endret.",
        "Vent et halvt minutt og prøv igjen. Ring vakttelefonen for IKT hvis det haster.",
    ),
    ProblemKind.INTERNAL: (
        "Noe gikk galt hos oss.",
        "Feilen er skrevet i serverens logg. Det du så på, er ikke endret.",
        "Prøv igjen om litt. Ring vakttelefonen for IKT hvis det haster.",
    ),
}

# Where an id has a story of its own: as KIND_WORDS.
_DATABASE_AWAY = (
    "Akson får ikke kontakt med databasen akkurat nå.",
    "Den startes trolig på nytt. Det som er lagret før, er trygt, og det du nettopp skrev, er ikke borte.",
)
ID_WORDS = {
    "AKS-STORE-014": (
        *_DATABASE_AWAY,
        "Vent et halvt minutt og prøv igjen. Ring vakttelefonen for IKT hvis det haster.",
    ),
    "AKS-STORE-015": (
        *_DATABASE_AWAY,
        "Vent et halvt minutt. Sendte du noe, så se først etter om det er kommet med, og prøv igjen hvis ikke.",
    ),
}
ID_WORDS["AKS-DOC-051"] = (
    "Dokumentet kunne ikke hentes nå.",
    "Kilden svarte ikke, eller svaret kunne ikke leses. Ingenting er lagret her.",
    "Prøv igjen om litt. Ring kilden hvis det haster.",
)
ID_WORDS["AKS-DOC-052"] = (
    "Dokumentet kom ikke helt fram.",
    "Det som kom, er ikke det kilden sier at den sendte. Derfor vises ikke noe av det.",
    "Prøv igjen. Ring kilden hvis det skjer igjen.",
)
_TOO_OFTEN = (
    "Det kom for mange forespørsler på kort tid.",
    "Akson svarer én bruker bare så ofte, så alle andre også får svar. Ingenting er endret.",
    "Vent noen sekunder og prøv igjen. Si fra til IKT hvis du ikke har gjort noe uvanlig selv.",
)
ID_WORDS |= dict.fromkeys(("AKS-IDENTITY-060", "AKS-IDENTITY-061", "AKS-IDENTITY-062"), _TOO_OFTEN)
ID_WORDS["AKS-AUDIT-010"] = ID_WORDS["AKS-STORE-015"]
"""What cannot be written in the log is not shown; the log is in the same database server."""
STATUS_BY_ID = dict.fromkeys(("AKS-IDENTITY-060", "AKS-IDENTITY-061", "AKS-IDENTITY-062"), 429)
RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True)
class ProblemView:
    id: str
    what: str
    why: str
    now: str
    again: str = ""
    """Path to send the same form to again; "" when there was none."""
    sent: tuple[tuple[str, str], ...] = ()
    """What was typed, as it was sent: the page keeps it."""


def unexpected() -> Problem:
    what, why, now = KIND_WORDS[ProblemKind.INTERNAL]
    return Problem(ProblemKind.INTERNAL, "AKS-WEB-500", what, why=why, now=now)


def no_page() -> Problem:
    return Problem(
        ProblemKind.NOT_FOUND,
        "AKS-WEB-404",
        "Siden finnes ikke.",
        why="Adressen er feil, eller siden er flyttet.",
        now="Gå til startsiden og finn fram derfra.",
    )


def wrong_method() -> Problem:
    return Problem(
        ProblemKind.UNSUPPORTED,
        "AKS-WEB-405",
        "Siden kan ikke brukes på denne måten.",
        why="Adressen tar imot skjemaer, eller bare viser noe, og nettleseren ba om det andre.",
        now="Gå til startsiden og finn fram derfra.",
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


def in_words(problem: Problem) -> ProblemView:
    """Our own problems say it themselves; those of the packages below are written for developers, in English."""
    if problem.id.startswith(OWN_IDS):
        return ProblemView(problem.id, problem.what, problem.why, problem.now)
    what, why, now = ID_WORDS.get(problem.id) or KIND_WORDS.get(problem.kind, NOT_CARRIED_OUT)
    return ProblemView(problem.id, what, why, now)


def problem_page(
    pages: Pages,
    frame: Frame,
    problem: Problem,
    *,
    status: int = 0,
    again: tuple[str, Mapping[str, str]] = ("", MappingProxyType({})),
) -> HTMLResponse:
    """The page of any Problem. `status` where HTTP has a more exact word than the kind gives; `again` the path and the
    fields of a form that may be sent once more."""
    path, sent = again
    view = in_words(problem)
    if sent:
        view = replace(view, again=path, sent=tuple(sent.items()))
    answer = pages.page(
        "shell/templates/problem.html",
        frame,
        view,
        status=status or STATUS_BY_ID.get(problem.id) or STATUS[problem.kind],
    )
    if answer.status_code in (429, 503):
        answer.headers["retry-after"] = str(problem.retry_after_s or RETRY_AFTER_S)
    return answer


def refusal_page(pages: Pages, frame: Frame) -> HTMLResponse:
    """The patient is not found, or may not be seen: nothing on the page depends on which."""
    return pages.page("shell/templates/refusal.html", frame, None, status=404)
