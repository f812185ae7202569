"""«Forordne legemidler»: renewed, changed, stopped and begun in one signature, with advice beside the choice.

A signature that meets a changed list stores nothing and loses nothing that was typed. What the rules hold to be grave is
shown before it can be signed; a stated serious allergy alone asks for a reason. It is an order in the record, and no
e-prescription.
"""

import asyncio
from collections.abc import Mapping
from datetime import date
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from akson.care.medication.prescribing.catalogue import found, often_used
from akson.care.medication.prescribing.orders import (
    ORDERS_MAX,
    WORDS_MAX,
    Change,
    Order,
    Renew,
    Start,
    Stop,
    wrong,
)
from akson.care.medication.prescribing.writing import written
from akson.care.medication.reconciled.signing import Signer, Write
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.record.values import Change as RecordChange
from akson.web.shell import gate, words
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.list_sharing import signature_of, to_hub
from akson.web.shell.reading import may_see
from akson.web.shell.waiting import waiting
from akson.web.workspace.prescribing.loader import Loaded, advice_on, empty_words, load, row_views, unseen
from akson.web.workspace.prescribing.view import CHANGE, RENEW, STOP, AdviceView, HitsView, PrescribingView

PATH = "/pasient/{patient}/legemidler/forordning"
ADVICE = f"{PATH}/raad"
FIND = "/legemiddelsok"
MENU = "Legemidler"
MAY_ORDER = ("doctor", "gp")
NEW = ("navn", "atc", "form", "styrke", "dose", "behov", "hvorfor", "til")
LOST = (ProblemKind.CONFLICT, ProblemKind.PRECONDITION)
CHANGED = "Lista ble endret mens du arbeidet. Ingenting er signert. Se hva som står nå, og signer igjen."
NOTHING = "Ingenting er valgt. Velg forny, endre eller seponer, eller start et nytt legemiddel."
NOT_SEEN = "Ikke signert ennå. Les rådene under, og signer igjen hvis det fortsatt er riktig."
NO_DESPITE = "Pasienten har oppgitt alvorlig allergi. Skriv hvorfor legemiddelet likevel skal brukes, eller velg noe annet."
_COUNTED = (
    ("fornyet", Renew, "fornyet"),
    ("endret", Change, "endret"),
    ("seponert", Stop, "seponert"),
    ("startet", Start, "startet"),
)


def _patient(visit: Visit) -> str:
    return str(visit.request.path_params["patient"])


def _open(visit: Visit) -> RecordSession:
    """Raises FORBIDDEN AKS-WEB-075 for those who do not order medicines, or do not see them."""
    session = visit.open()
    if visit.actor.role not in MAY_ORDER or not may_see(session, "MedicationStatement"):
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-WEB-075",
            "Legemidler forordnes av lege.",
            why="Rollen din kan ikke forordne.",
            now="Be fastlegen om fornyelse i en melding, eller ta det opp med legen.",
        )
    return session


async def _load(visit: Visit, session: RecordSession) -> Loaded:
    now = visit.house.clock.now()
    return await load(session, _patient(visit), now, visit.house.rules.at(words.local(now).date()))


async def show(visit: Visit) -> Response:
    session = _open(visit)
    loaded = await _load(visit, session)
    asked = visit.request.query_params
    counts = [(word, asked.get(key, "")) for key, _, word in _COUNTED]
    done = ", ".join(f"{count} {word}" for word, count in counts if count.isdecimal() and len(count) < 3)
    return await _page(visit, session, loaded, {}, said=f"Signert: {done}." if done else "")


async def act(visit: Visit) -> Response:
    form = await visit.form()
    session = _open(visit)
    loaded = await _load(visit, session)
    orders = given(form)
    signature = form.get("signatur", "")[:64]
    if signature and signature_of(loaded.standing.list) == signature:
        return _done(visit, orders)
    advice = await asyncio.to_thread(
        advice_on, loaded, orders, despite=form.get("likevel", "").strip()[:WORDS_MAX]
    )
    if str(loaded.version) != form.get("liste", ""):
        return await _page(visit, session, loaded, form, advice, wrong=CHANGED, status=409)
    fault = _fault(orders, loaded, advice, form)
    if fault:
        return await _page(visit, session, loaded, form, advice, wrong=fault, status=422)
    me = {"reference": visit.actor.reference, "display": visit.actor.name}
    signer = Signer(me, me, loaded.now, signature or gate.letters_of(visit).new_id())
    made = written(orders, loaded.current.source.lines, loaded.requests, loaded.standing, signer)
    try:
        await session.commit([_change(write, advice) for write in made.writes])
    except Problem as problem:
        if problem.kind not in LOST:
            raise
        newer = await _load(visit, session)
        if signature_of(newer.standing.list) == signer.id:
            return _done(visit, orders)
        return await _page(visit, session, newer, form, advice, wrong=CHANGED, status=409)
    await to_hub(session, visit, _patient(visit), signer.id)
    return _done(visit, orders)


def _fault(orders: tuple[Order, ...], loaded: Loaded, advice: AdviceView, form: Mapping[str, str]) -> str:
    """Why nothing is signed; ""."""
    if not orders:
        return NOTHING
    today = words.local(loaded.now).date()
    if fault := next((why for one in orders if (why := wrong(one, loaded.lines, today))), ""):
        return fault
    if unseen(advice, form.get("sett", "")):
        return NOT_SEEN
    return NO_DESPITE if advice.interrupts and not advice.despite else ""


def given(form: Mapping[str, str]) -> tuple[Order, ...]:
    """Orders as the form has them."""
    orders: list[Order] = []
    for number in range(1, ORDERS_MAX + 1):
        act, line = form.get(f"gjor-{number}", ""), form.get(f"linje-{number}", "")
        reason = _said(form, f"hvorfor-{number}")
        if act == RENEW:
            orders.append(Renew(line))
        elif act == CHANGE:
            orders.append(
                Change(line, _said(form, f"dose-{number}"), _said(form, f"styrke-{number}"), reason)
            )
        elif act == STOP:
            orders.append(Stop(line, reason))
    if any(form.get(f"ny-{name}", "").strip() for name in ("navn", "dose", "styrke")):
        orders.append(_start(form))
    return tuple(orders)


def _start(form: Mapping[str, str]) -> Start:
    name = _said(form, "ny-navn")
    known = next(
        (h for h in found(name) if name.casefold() in (h.name.casefold(), h.product.casefold())), None
    )
    # Typed, and not picked from the list: its code is looked up by the whole name.
    atc = _said(form, "ny-atc")[:7] or (known.atc if known else "")
    try:
        until = date.fromisoformat(form.get("ny-til", ""))
    except ValueError:
        until = None
    return Start(
        name, atc, _said(form, "ny-form"), _said(form, "ny-styrke"), _said(form, "ny-dose"),
        form.get("ny-behov") == "ja", _said(form, "ny-hvorfor"), until,
    )  # fmt: skip


def _said(form: Mapping[str, str], name: str) -> str:
    return " ".join(form.get(name, "").split())[:WORDS_MAX]


def _change(write: Write, advice: AdviceView) -> RecordChange:
    resource = write.resource
    if write.type == "Provenance" and advice.interrupts and advice.despite:
        # Who gives the medicine must be able to read why it is given nevertheless.
        despite = f"{advice.interrupts.title}. Forordnet likevel: {advice.despite}"
        resource = {**resource, "reason": [*(resource.get("reason") or []), {"text": despite}]}
    if write.if_match is None:
        new = {k: v for k, v in resource.items() if k != "id"}
        return RecordChange("POST", write.type, body=json.encode(new), resource=new, given_id=write.id)
    body = json.encode(resource)
    return RecordChange("PUT", write.type, write.id, body, resource=resource, if_match=write.if_match)


def _done(visit: Visit, orders: tuple[Order, ...]) -> Response:
    counted = {key: sum(isinstance(one, kind) for one in orders) for key, kind, _ in _COUNTED}
    query = urlencode({key: count for key, count in counted.items() if count})
    return RedirectResponse(f"/pasient/{quote(_patient(visit), safe='')}/legemidler/forordning?{query}", 303)


async def advise(visit: Visit) -> Response:
    """Advice on what stands in the form, for beside the choice; nothing is stored."""
    form = await visit.form()
    session = _open(visit)
    loaded = await _load(visit, session)
    orders = tuple(one for one in given(form) if not isinstance(one, Start) or one.name)
    view = await asyncio.to_thread(advice_on, loaded, orders, despite=form.get("likevel", "")[:WORDS_MAX])
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("workspace/prescribing/advice.html", frame, view, fragment=True)


async def find(visit: Visit) -> Response:
    """Drugs by what is typed. No patient is named, and none opened."""
    typed = visit.request.query_params.get("q", "")[:WORDS_MAX]
    frame = gate.frame_of(visit.request, visit.house, visit)
    view = HitsView(found(typed) if typed.strip() else often_used(), typed)
    return visit.house.pages.page("workspace/prescribing/hits.html", frame, view, fragment=True)


async def _page(
    visit: Visit,
    session: RecordSession,
    loaded: Loaded,
    form: Mapping[str, str],
    advice: AdviceView | None = None,
    *,
    said: str = "",
    wrong: str = "",
    status: int = 200,
) -> Response:
    view = PrescribingView(
        chart=await load_chart(session, loaded.patient, MENU, loaded.now),
        rows=await asyncio.to_thread(row_views, loaded, form),
        empty=empty_words(loaded),
        often=often_used(),
        new={name: form.get(f"ny-{name}", "") for name in NEW},
        advice=advice or AdviceView(),
        version=loaded.version,
        signing=gate.letters_of(visit).new_id(),
        said=said,
        wrong=wrong,
    )
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/prescribing/template.html", frame, view, status=status)


SCREEN = Screen(
    "workspace.prescribing",
    Audience.STAFF,
    (Way(PATH, show), Way(PATH, act, "POST"), Way(ADVICE, advise, "POST"), Way(FIND, find)),
)
