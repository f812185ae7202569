"""«Flytting»: what the municipality sends when she moves, who has taken her over, and her no to it."""

from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from akson.access.actor import ActorKind
from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.moves.package import Part
from akson.sharing.moves.steps import Kind, Side, may
from akson.web.shell import gate
from akson.web.shell.citizens import whose
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.moves import PART_WORDS, MoveWords, move_words, moves_of

PATH = "/min/flytting"


@dataclass(frozen=True, slots=True)
class MyMove:
    move: MoveWords
    parts: tuple[str, ...]
    may_object: bool


@dataclass(frozen=True, slots=True)
class MyMoves:
    rows: tuple[MyMove, ...]
    said: str = ""
    fault: str = ""


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def _page(visit: Visit, fault: str = "") -> Response:
    session, now, patient = visit.open(), visit.house.clock.now(), whose(visit)
    await session.read("Patient", patient)
    held = await visit.house.moves.of(session, patient) if visit.house.moves else []
    own = visit.actor.kind is ActorKind.CITIZEN
    rows = tuple(
        MyMove(
            move_words(h, now),
            tuple(PART_WORDS[Part(p)].lower() for p in h.parts),
            own and h.side is Side.OLD and may(h.move, Kind.WITHDRAWN, now),
        )
        for h in held
    )
    said = "Opplysningene blir ikke sendt." if visit.request.query_params.get("sagt") == "nei" else ""
    frame = gate.frame_of(visit.request, visit.house, visit)
    view = MyMoves(rows, said, fault)
    return visit.house.pages.page("citizen/moves/template.html", frame, view, status=422 if fault else 200)


async def refuse(visit: Visit) -> Response:
    given = await visit.form()
    try:
        await moves_of(visit).object(visit.open(), whose(visit), given.get("flytting", ""))
    except Problem as problem:
        if problem.kind is not ProblemKind.CONFLICT:
            raise
        return await _page(visit, problem.sentence())
    return RedirectResponse(f"{PATH}?sagt=nei", 303)


SCREEN = Screen("citizen.moves", Audience.CITIZEN, (Way(PATH, show), Way(PATH, refuse, "POST")))
