"""The privacy officer's part of the inbox: what was opened with a ground, and closing each with an outcome."""

from starlette.responses import RedirectResponse, Response

from akson.fhir.problem import Problem, ProblemKind
from akson.record.acts import reviews
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.house import PRIVACY_OFFICER, Visit
from akson.web.workspace.inbox.view import ReviewRow

PATH = "/kontroll/{id}"


async def review_rows(visit: Visit, session: RecordSession) -> tuple[ReviewRow, ...]:
    """Open reviews, for the officer alone."""
    if visit.actor.role != PRIVACY_OFFICER:
        return ()
    now = visit.house.clock.now()
    return tuple(
        ReviewRow(
            one.id,
            one.version,
            one.title,
            one.words,
            one.patient_name or "Uten navn",
            f"/pasient/{one.patient}/tilgangslogg" if one.patient else "",
            words.moment(one.at, now) if one.at else "",
            words.moment(one.due, now) if one.due else "",
        )
        for one in await reviews.reviews(session)
    )


async def close(visit: Visit) -> Response:
    given = await visit.form()
    version = given.get("versjon", "")
    if given.get("utfall") not in reviews.OUTCOMES or not version.isdigit():
        raise Problem(
            ProblemKind.INVALID,
            "AKS-WEB-041",
            "Utfallet mangler.",
            why="En vurdering lukkes med et utfall, som pasienten kan lese.",
            now="Gå tilbake og velg et utfall.",
        )
    await reviews.close_review(
        visit.open(), visit.request.path_params["id"], int(version), given["utfall"], given.get("tekst", "")
    )
    return RedirectResponse("/innboks?sagt=vurdert", 303)
