"""«Utdeling»: the medicines of today. Each dose is given, refused or not given with a reason; as needed, with its effect;
confirmed by a second person where that was asked for; taken back with a reason.

Pressed twice, a dose is one administration: its id follows from the dose. What a colleague has said meanwhile stands.
"""

import uuid
from dataclasses import dataclass, replace
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.care.fhir_json import Resource, reference
from akson.care.medication.administration import acts
from akson.care.medication.administration.due import PlannedDose
from akson.care.medication.administration.states import dose_key, may_confirm
from akson.fhir.problem import Problem, ProblemKind
from akson.record.values import Change
from akson.web.shell import gate
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.administration.loader import Loaded, load, view_of

PATH = "/pasient/{patient}/utdeling"
HERE = "Utdeling"
REASON_MAX, EFFECT_MAX, AMOUNT_MAX = 200, 500, 60
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/web/administration")
SOMEBODY_FIRST = "Noen andre har ført denne dosen. Se hva de skrev."
NOT_TODAY = "Ikke ført: dosen står ikke på dagens liste lenger. Se legemiddellisten."
NEEDED_STANDS = "Ikke ført: dette er ført allerede, eller største mengde er gitt. Se hva som står."
NO_REASON = "Skriv hvorfor dosen ikke ble gitt."
_SAID = {
    "gitt": "Dosen er ført som gitt.",
    "ville-ikke": "Ført: ville ikke ta den.",
    "ikke-gitt": "Dosen er ført som ikke gitt.",
    "behov": "Ført som gitt ved behov.",
    "bekreft": "Bekreftet.",
    "effekt-ja": "Effekten er ført.",
    "effekt-nei": "Ført: ingen effekt.",
    "tilbake": "Tatt tilbake. Det som sto, ligger under «Tatt tilbake».",
}
NO_BACK_REASON = "Skriv hvorfor den tas tilbake."
_EFFECTS = {"effekt-ja": "Hadde effekt", "effekt-nei": "Ingen effekt"}
_AFTERWARDS = ("bekreft", "tilbake", *_EFFECTS)


@dataclass(frozen=True, slots=True)
class _Around:
    """Who it is about, and who says so."""

    subject: Resource
    by: Resource


def _patient(visit: Visit) -> str:
    return str(visit.request.path_params["patient"])


async def show(visit: Visit) -> Response:
    return await _page(visit, _SAID.get(visit.request.query_params.get("sagt", ""), ""))


async def _page(visit: Visit, said: str = "", *, refused: bool = False) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    chart = await load_chart(session, _patient(visit), HERE, now)
    view = await view_of(
        session, _patient(visit), chart, now, said, reader=visit.actor.reference, refused=refused
    )
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    status = 409 if refused else 200
    shown = f"{visit.actor.id}|{_patient(visit)}|{now.isoformat()}"
    view = replace(view, form_id=str(uuid.uuid5(_NAMESPACE, shown)))
    return visit.house.pages.page("workspace/administration/template.html", frame, view, status=status)


async def write(visit: Visit) -> Response:
    given = await visit.form()
    act, session, now = given.get("gjor", ""), visit.open(), visit.house.clock.now()
    reason = given.get("hvorfor", "").strip()[:REASON_MAX]
    if act == "ikke-gitt" and not reason:
        return await _page(visit, NO_REASON, refused=True)
    if act == "tilbake" and not reason:
        return await _page(visit, NO_BACK_REASON, refused=True)
    loaded = await load(session, _patient(visit), now)
    change = (_afterwards if act in _AFTERWARDS else _change)(visit, loaded, act, given, reason)
    if change is None:
        return await _page(visit, _why_not(loaded, given), refused=True)
    try:
        await session.commit([change, *_item_done(visit, loaded, given.get("dose", ""))])
    except Problem as problem:
        if problem.kind not in (ProblemKind.CONFLICT, ProblemKind.PRECONDITION):
            raise
        return await _page(visit, _why_not(loaded, given), refused=True)
    return RedirectResponse(f"/pasient/{quote(_patient(visit), safe='')}/utdeling?sagt={act}", 303)


def _why_not(loaded: Loaded, given: dict[str, str]) -> str:
    if given.get("gjor") == "behov":
        return NEEDED_STANDS
    key = given.get("dose", "")
    listed = any(row.dose.key == key for row in loaded.board.rows)
    answered = any(
        dose_key(a) == key for a in loaded.administrations if a.get("status") != "entered-in-error"
    )
    return SOMEBODY_FIRST if listed or answered or "foring" in given else NOT_TODAY


def _change(visit: Visit, loaded: Loaded, act: str, given: dict[str, str], reason: str) -> Change | None:
    """None when the dose is answered already, or is none of today's."""
    now = visit.house.clock.now()
    around = _Around(
        {"reference": f"Patient/{_patient(visit)}"},
        _me(visit),
    )
    if act == "behov":
        row = next((r for r in loaded.board.needed if r.line.id == given.get("linje")), None)
        if row is None or not row.may:
            return None
        amount = given.get("mengde", "").strip()[:AMOUNT_MAX]
        made = acts.needed(row.line, amount, around.subject, around.by, now, reason)
        made = acts.with_second_wanted(made) if given.get("to") else made
        # The same form sent twice is one; the next form is another, whatever was given before it.
        form = given.get("skjema") or f"{row.last}|{row.given}"
        return _added(f"{_patient(visit)}|{row.line.id}|{form}", made)
    found = next((r for r in loaded.board.rows if r.dose.key == given.get("dose")), None)
    if found is None or found.answer is not None:
        return None
    administration = _answer(found.dose, act, around, visit, reason)
    if act == "gitt" and given.get("to"):
        administration = acts.with_second_wanted(administration)
    undone = sum(1 for a in loaded.administrations if a.get("status") == "entered-in-error")
    return _added(f"{_patient(visit)}|{found.dose.key}|{undone}", administration)


def _afterwards(visit: Visit, loaded: Loaded, act: str, given: dict[str, str], reason: str) -> Change | None:
    """About what stands. None when it stands no more, or is not hers to confirm."""
    stands = loaded.named(given.get("foring", ""))
    if stands is None or stands.get("status") == "entered-in-error":
        return None
    by, now = _me(visit), visit.house.clock.now()
    if act == "bekreft":
        return _amended(acts.confirmed(stands, by)) if may_confirm(stands, by["reference"]) else None
    if act == "tilbake":
        return _amended(acts.taken_back(stands, by, now, reason))
    more = given.get("effekt", "").strip()[:EFFECT_MAX]
    return _amended(acts.effect(stands, f"{_EFFECTS[act]}{f': {more}' if more else '.'}", by, now))


def _amended(resource: Resource) -> Change:
    version = int(resource["meta"]["versionId"])
    return Change("PUT", resource["resourceType"], id=resource["id"], resource=resource, if_match=version)


def _item_done(visit: Visit, loaded: Loaded, key: str) -> list[Change]:
    """The item about the dose, when it is the last that the item tells of, and the item is the reader's or her unit's."""
    item = loaded.item_answered_by(key) if key else None
    if item is None or reference(item.get("owner")) not in visit.actor.grantees:
        return []
    return [_amended({**item, "status": "completed"})]


def _me(visit: Visit) -> Resource:
    return {"reference": visit.actor.reference, "display": visit.actor.name}


def _answer(dose: PlannedDose, act: str, around: _Around, visit: Visit, reason: str) -> Resource:
    now = visit.house.clock.now()
    if act == "gitt":
        return acts.given(dose, around.subject, around.by, now)
    if act == "ville-ikke":
        return acts.refused(dose, around.subject, around.by, now)
    if act == "ikke-gitt":
        return acts.not_given(dose, around.subject, around.by, now, reason)
    raise Problem(ProblemKind.MALFORMED, "AKS-WEB-020", "Handlingen er ukjent.", now="Gå til utdelingen.")


def _added(name: str, resource: Resource) -> Change:
    return Change(
        "POST", "MedicationAdministration", resource=resource, given_id=str(uuid.uuid5(_NAMESPACE, name))
    )


SCREEN = Screen("workspace.administration", Audience.STAFF, (Way(PATH, show), Way(PATH, write, "POST")))
