"""Innføring: which municipalities exchange which messages with whom. No patient is in it. Who sees it, the operator says."""

from starlette.requests import Request
from starlette.responses import Response

from akson.analytics.reports.adoption import council, file
from akson.analytics.reports.adoption.figures import Choice, Report
from akson.fhir.problem import Problem, ProblemKind
from akson.web.operations.adoption.view import PATH, Page, view_of
from akson.web.shell import gate
from akson.web.shell.house import MESSAGE_OFFICER, Audience, House, Screen, Visit, Way

TEXT_MAX = 80
CSV_PATH, PDF_PATH = PATH + ".csv", PATH + ".pdf"


def _choice(request: Request) -> Choice:
    """What the address says; what is none of the choices gives none of the rows."""
    asked = {
        n: request.query_params.get(n, "").strip()[:TEXT_MAX] for n in ("ar", "fylke", "type", "motpart")
    }
    year = (
        int(asked["ar"]) if asked["ar"].isascii() and asked["ar"].isdecimal() and len(asked["ar"]) == 4 else 0
    )
    return Choice(year, asked["fylke"], asked["type"], asked["motpart"])


def _who(request: Request, house: House) -> Visit | Response | None:
    """None: whoever asks may see it. A Response: she must log in. Raises Problem FORBIDDEN AKS-WEB-070."""
    visit = gate.visit_of(request, house)
    if house.adoption_open:
        return visit
    if visit is None:
        return gate.not_let_in(request, house)
    if visit.actor.role != MESSAGE_OFFICER:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-WEB-070",
            "Denne siden er for meldingsansvarlige.",
            why="Den viser hvor langt innføringen av elektroniske meldinger er kommet.",
            now="Gå til innboksen.",
        )
    return visit


async def _report(request: Request, house: House) -> Report | None:
    if house.adoption is None:
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-WEB-071",
            "Denne installasjonen teller ikke meldinger.",
            now="Gå tilbake.",
        )
    return await house.adoption.report(_choice(request))


async def show(request: Request, house: House) -> Response:
    visit = _who(request, house)
    if isinstance(visit, Response):
        return visit
    found = await _report(request, house)
    frame = gate.frame_of(request, house, visit)
    query = f"?{request.url.query}" if request.url.query else ""
    page = Page(view_of(found) if found else None, CSV_PATH + query, PDF_PATH + query)
    return house.pages.page("operations/adoption/template.html", frame, page)


async def _file(request: Request, house: House, name: str, media_type: str) -> Response:
    visit = _who(request, house)
    if isinstance(visit, Response):
        return visit
    found = await _report(request, house)
    if found is None:
        raise Problem(
            ProblemKind.NOT_FOUND, "AKS-WEB-072", "Ingen meldinger er talt ennå.", now="Gå tilbake."
        )
    content = file.as_csv(found) if name == file.NAME else council.as_pdf(found, house.node.name)
    return Response(
        content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


async def csv(request: Request, house: House) -> Response:
    return await _file(request, house, file.NAME, "text/csv; charset=utf-8")


async def pdf(request: Request, house: House) -> Response:
    return await _file(request, house, council.NAME, "application/pdf")


SCREEN = Screen(
    "operations.adoption", Audience.ANYONE, (Way(PATH, show), Way(CSV_PATH, csv), Way(PDF_PATH, pdf))
)
