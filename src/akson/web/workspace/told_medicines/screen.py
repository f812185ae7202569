"""«Fortalt av pasient eller pårørende»: who said it, when, and each medicine in their own words.

Written as a source's list for the reconciliation. Nothing chosen and nothing typed writes nothing: not asked is no answer.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.care.fhir_json import Resource, concept_text
from akson.care.medication.told import Talk, ToldLine, told_list
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.web.shell import gate, words
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import every_page, may_see, of_patient, resources
from akson.web.shell.waiting import waiting
from akson.web.workspace.told_medicines.view import Teller, ToldView

PATH = "/pasient/{patient}/legemidler/fortalt"
MENU = "Legemidler"
ROWS, ROWS_OPEN = 18, 6
NAME_MAX, DOSE_MAX, TELLER_MAX = 200, 200, 100
SELF, OTHER = "pasient", "annen"
NOTHING = "Skriv minst ett legemiddel, eller kryss av for «Bruker ingen legemidler». Er det ikke spurt, lagres ingenting."
BOTH = "Du har krysset av for «Bruker ingen legemidler» og skrevet legemidler. Velg ett av dem."
NO_NAME = "Skriv navnet på legemiddelet på linjen med dose."
NOBODY = "Skriv navnet på den som fortalte."
NO_TIME = "Skriv når det ble fortalt. Det kan ikke være fram i tid."
_ID = re.compile(r"[0-9a-f-]{36}")


def _patient(visit: Visit) -> str:
    return str(visit.request.path_params["patient"])


def _open(visit: Visit) -> RecordSession:
    """Raises FORBIDDEN AKS-WEB-074 for a role that sees no medicines."""
    session = visit.open()
    if not may_see(session, "List"):
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-WEB-074",
            "Legemidler vises ikke for rollen din.",
            why="Rollen din gir ikke innsyn i helseopplysninger.",
            now="Be en sykepleier eller lege om hjelp.",
        )
    return session


async def show(visit: Visit) -> Response:
    return await _page(visit, _open(visit), {}, "")


async def _page(visit: Visit, session: RecordSession, form: Mapping[str, str], wrong: str) -> Response:
    now = visit.house.clock.now()
    chart = await load_chart(session, _patient(visit), MENU, now)
    rows = tuple((form.get(f"navn-{n}", ""), form.get(f"dose-{n}", "")) for n in range(ROWS))
    last = max((n for n, row in enumerate(rows, start=1) if any(row)), default=0)
    view = ToldView(
        chart=chart,
        tellers=await _tellers(session, _patient(visit), chart.person.spoken_name),
        teller=form.get("hvem", SELF),
        other=form.get("hvem-navn", ""),
        at=form.get("tid") or f"{words.local(now):%Y-%m-%dT%H:%M}",
        rows=rows,
        shown=max(ROWS_OPEN, last),
        none=form.get("ingen") == "ja",
        new=form.get("ny") or gate.letters_of(visit).new_id(),
        wrong=wrong,
    )
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    page = visit.house.pages.page
    return page("workspace/told_medicines/template.html", frame, view, status=422 if wrong else 200)


async def _tellers(session: RecordSession, patient: str, name: str) -> tuple[Teller, ...]:
    kin = resources((await every_page(session, of_patient("RelatedPerson", patient))).matches)
    known = [Teller(f"RelatedPerson/{one['id']}", _kin(one)) for one in kin if one.get("active", True)]
    return (Teller(SELF, name), *known, Teller(OTHER, "Noen andre"))


def _kin(one: Resource) -> str:
    name = (one.get("name") or [{}])[0]
    full = name.get("text") or " ".join([*(name.get("given") or []), name.get("family") or ""]).strip()
    relation = next((w for w in map(concept_text, one.get("relationship") or []) if w), "")
    return f"{full or 'Pårørende'} ({relation.casefold()})" if relation else full or "Pårørende"


async def write(visit: Visit) -> Response:
    form = await visit.form()
    session = _open(visit)
    chart = await load_chart(session, _patient(visit), MENU, visit.house.clock.now())
    tellers = {t.value: t for t in await _tellers(session, _patient(visit), chart.person.spoken_name)}
    lines, at = _lines(form), _at(form.get("tid", ""), visit.house.clock.now())
    teller = tellers.get(form.get("hvem", ""))
    wrong = _wrong(form, lines)
    if not wrong and (at is None or at > visit.house.clock.now()):
        wrong = NO_TIME
    if not wrong and (teller is None or (teller.value == OTHER and not form.get("hvem-navn", "").strip())):
        wrong = NOBODY
    if wrong or teller is None or at is None:
        return await _page(visit, session, form, wrong)
    talk = _talk(visit, teller, form.get("hvem-navn", "").strip()[:TELLER_MAX], at)
    given = form.get("ny", "")
    new = given if _ID.fullmatch(given) else gate.letters_of(visit).new_id()
    try:
        await session.commit([Change("POST", "List", resource=told_list(talk, lines), given_id=new)])
    except Problem as problem:
        # Pressed twice: it is written.
        if problem.kind is not ProblemKind.CONFLICT:
            raise
    return RedirectResponse(f"/pasient/{quote(_patient(visit), safe='')}/legemidler/samstemming", 303)


def _lines(form: Mapping[str, str]) -> tuple[ToldLine, ...]:
    rows = ((form.get(f"navn-{n}", "").strip(), form.get(f"dose-{n}", "").strip()) for n in range(ROWS))
    return tuple(ToldLine(name[:NAME_MAX], dose[:DOSE_MAX]) for name, dose in rows if name or dose)


def _wrong(form: Mapping[str, str], lines: tuple[ToldLine, ...]) -> str:
    """What is to be mended before anything is written, or ""."""
    none = form.get("ingen") == "ja"
    if none and lines:
        return BOTH
    if not none and not lines:
        return NOTHING
    return NO_NAME if any(not line.name for line in lines) else ""


def _at(text: str, now: datetime) -> datetime | None:
    """Of the clock on the wall, as the browser's field gives it; this minute is now, so that two talks keep their order."""
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=words.NORWAY)
    except ValueError:
        return None
    return now if at == now.replace(second=0, microsecond=0) else at


def _talk(visit: Visit, teller: Teller, other: str, at: datetime) -> Talk:
    subject = {"reference": f"Patient/{_patient(visit)}"}
    said_by: dict[str, Resource] = {
        SELF: {**subject, "display": teller.words},
        OTHER: {"display": other},
    }
    by = said_by.get(teller.value, {"reference": teller.value, "display": teller.words})
    return Talk(
        subject=subject,
        said_by=by,
        written_by={"reference": visit.actor.reference, "display": visit.actor.name},
        at=at,
        title="Samtale med pasienten" if teller.value == SELF else f"Samtale med {by['display']}",
    )


SCREEN = Screen("workspace.told_medicines", Audience.STAFF, (Way(PATH, show), Way(PATH, write, "POST")))
