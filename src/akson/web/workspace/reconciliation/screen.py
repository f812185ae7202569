"""Legemiddelsamstemming: disagreements judged one by one, signed once, shared with everybody who needs the list.

Drafts are saved at every choice. A signature that meets a changed list stores nothing and loses nothing that was typed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.care.fhir_json import Resource
from akson.care.medication.reconciled.choices import (
    REASON_MAX,
    Choice,
    Choices,
    draft,
    unchosen,
    unreasoned,
    valid,
)
from akson.care.medication.reconciled.signing import Signer, Write, sign
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.web.shell import gate
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.list_sharing import signature_of, to_hub
from akson.web.shell.reading import may_see
from akson.web.shell.waiting import waiting
from akson.web.workspace.reconciliation import paper, sharing
from akson.web.workspace.reconciliation.advising import SEEN, advise
from akson.web.workspace.reconciliation.loader import Found, load
from akson.web.workspace.reconciliation.view import reconciliation_view

PATH = "/pasient/{patient}/legemidler/samstemming"
SHARED = "/pasient/{patient}/legemidler/delt"
PAPER = "/pasient/{patient}/legemidler/utskrift"
MENU = "Legemidler"
CHOICE, REASON, NAMED = "valg-", "grunn-", "navn-"
ROWS_MAX = 500
LOST = (ProblemKind.CONFLICT, ProblemKind.PRECONDITION)


def _patient(visit: Visit) -> str:
    return str(visit.request.path_params["patient"])


async def _found(visit: Visit, session: RecordSession, *, again: bool) -> Found:
    return await load(session, _patient(visit), visit.actor.reference, visit.house.clock.now(), again=again)


def _open(visit: Visit) -> RecordSession:
    """Raises FORBIDDEN AKS-WEB-073 for a role that sees no medicines: an empty list must never read as «uses none»."""
    session = visit.open()
    if not may_see(session, "MedicationStatement") or not may_see(session, "List"):
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-WEB-073",
            "Legemidler vises ikke for rollen din.",
            why="Rollen din gir ikke innsyn i helseopplysninger.",
            now="Be en sykepleier eller lege om hjelp.",
        )
    return session


async def show(visit: Visit) -> Response:
    asked = visit.request.query_params
    again = "alle" in asked
    session = _open(visit)
    chart_first = await load_chart(session, _patient(visit), MENU, visit.house.clock.now())
    found = await _found(visit, session, again=again)
    said = "Utkastet er lagret." if asked.get("sagt") == "utkast" else ""
    choices = valid(found.agenda, found.drafted)
    advised = await advise(visit, session, found, choices)
    view = reconciliation_view(
        chart_first, found, choices, advised, signing=_new_id(visit), again=again, said=said,
        hub=await sharing.hub_words(session, visit, _patient(visit)),
    )  # fmt: skip
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/reconciliation/template.html", frame, view)


def _new_id(visit: Visit) -> str:
    return gate.letters_of(visit).new_id()


def given(form: Mapping[str, str]) -> dict[str, Choice]:
    """Choices as the form has them."""
    keys = [n.removeprefix(CHOICE) for n in form if n.startswith(CHOICE)]
    keys += [n.removeprefix(REASON) for n in form if n.startswith(REASON)]
    return {
        key: Choice(key, form.get(CHOICE + key, "")[:200], form.get(REASON + key, "").strip()[:REASON_MAX])
        for key in dict.fromkeys(keys[:ROWS_MAX])
        if form.get(CHOICE + key) or form.get(REASON + key, "").strip()
    }


async def act(visit: Visit) -> Response:
    form = await visit.form()
    session = _open(visit)
    again = form.get("alle") == "ja"
    found = await _found(visit, session, again=again)
    choices = given(form)
    if form.get("gjor") != "signer":
        return await _keep(visit, session, found, choices, again=again)
    standing = valid(found.agenda, choices)
    gone = any(choice.option and key not in standing for key, choice in choices.items())
    if gone or str(found.list_version) != form.get("liste", ""):
        if signature_of(found.standing.list) == form.get("signatur"):
            return _done(found)
        return await _changed(visit, session, form, again=again)
    wrong = ""
    if left := unchosen(found.agenda, choices):
        wrong = _not_judged(len(left))
    elif unreasoned(found.agenda, choices):
        wrong = "Pasienten har oppgitt allergi. Skriv hvorfor legemidlet likevel skal brukes, eller velg noe annet."
    elif unseen := (await advise(visit, session, found, standing)).unseen(form.get(SEEN, "")):
        wrong = _not_seen(unseen)
    if wrong:
        return await _page(visit, session, found, choices, wrong=wrong, status=422, again=again)
    return await _sign(visit, session, found, choices, form, again=again)


def _not_judged(count: int) -> str:
    what = "Ett avvik er ikke vurdert." if count == 1 else f"{count} avvik er ikke vurdert."
    return f"{what} Lista er ikke signert. Velg for hvert avvik; «Avklar» er også et valg."


def _not_seen(count: int) -> str:
    what = "ett alvorlig råd" if count == 1 else f"{count} alvorlige råd"
    return f"Valgene gir {what} som ikke sto på siden da du signerte. Lista er ikke signert. Les det, og signer igjen."


async def _sign(
    visit: Visit,
    session: RecordSession,
    found: Found,
    choices: Choices,
    form: Mapping[str, str],
    *,
    again: bool,
) -> Response:
    actor = visit.actor
    signature = form.get("signatur", "")[:64]
    me = {"reference": actor.reference, "display": actor.name}
    owner = {
        "reference": next(iter(actor.organisations), actor.reference),
        "display": actor.unit_name or actor.name,
    }
    at = visit.house.clock.now()
    signer = Signer(me, owner, at, signature)
    signed = sign(found.agenda, choices, found.standing, signer, lambda: _new_id(visit))
    changes = [_change(write) for write in signed.writes]
    if found.draft is not None:
        changes.append(_draft_change(found, me, (), at, done=True))
    try:
        await session.commit(changes)
    except Problem as problem:
        if problem.kind not in LOST:
            raise
        newer = await _found(visit, session, again=again)
        if signature and signature_of(newer.standing.list) == signature:
            return _done(found)
        return await _changed(visit, session, form, again=again)
    await sharing.to_gp(session, visit, found.standing.patient, signature, signed)
    await to_hub(session, visit, found.standing.patient, signature)
    return _done(found)


def _change(write: Write) -> Change:
    if write.if_match is None:
        resource = {k: v for k, v in write.resource.items() if k != "id"}
        return Change("POST", write.type, body=json.encode(resource), resource=resource, given_id=write.id)
    body = json.encode(write.resource)
    return Change("PUT", write.type, write.id, body, resource=write.resource, if_match=write.if_match)


def _draft_change(
    found: Found, me: Resource, choices: Iterable[Choice], at: datetime, *, done: bool = False
) -> Change:
    """Of hers alone, and the last word stands: no version is asked for, so that a draft under way stops no signature."""
    task = draft(found.standing.patient, me, choices, at, done=done)
    change = _change(Write("Task", str(task["id"]), task, found.draft_version))
    return replace(change, if_match=None)


def _done(found: Found) -> Response:
    return RedirectResponse(f"/pasient/{quote(found.standing.patient, safe='')}/legemidler/delt", 303)


async def _keep(
    visit: Visit, session: RecordSession, found: Found, choices: Choices, *, again: bool
) -> Response:
    """The draft; what was chosen of rows that have changed is kept until it is signed, and answers nothing."""
    actor = visit.actor
    me = {"reference": actor.reference, "display": actor.name}
    task = _draft_change(found, me, choices.values(), visit.house.clock.now())
    try:
        await session.commit([task])
    except Problem as problem:
        if problem.kind not in LOST:
            raise
        # Her first two choices at once: the other made the draft.
        newer = await _found(visit, session, again=again)
        await session.commit([_draft_change(newer, me, choices.values(), visit.house.clock.now())])
    if visit.request.headers.get("hx-request"):
        return await _page(visit, session, found, choices, again=again)
    query = "?alle&sagt=utkast" if again else "?sagt=utkast"
    return RedirectResponse(f"{visit.request.url.path}{query}", 303)


async def _changed(visit: Visit, session: RecordSession, form: Mapping[str, str], *, again: bool) -> Response:
    """Somebody was first: the page as it now stands, with every choice that still answers something."""
    found = await _found(visit, session, again=again)
    choices = given(form)
    standing = valid(found.agenda, choices)
    rows = {row.key for row in found.agenda.rows}
    lost = [
        f"{form.get(NAMED + key, 'Et legemiddel')[:120]}" + (f": {c.reason}" if c.reason else "")
        for key, c in choices.items()
        if key not in standing and (c.option or c.reason) and key not in rows
    ]
    by = found.own.told_by
    wrong = (
        f"Lista ble endret{f' av {by}' if by else ''} mens du samstemte. Ingenting er signert. "
        "Valgene dine står; se over det som er nytt, og signer igjen."
    )
    return await _page(visit, session, found, standing, wrong=wrong, lost=lost, status=409, again=again)


async def _page(
    visit: Visit,
    session: RecordSession,
    found: Found,
    choices: Choices,
    *,
    wrong: str = "",
    lost: Iterable[str] = (),
    status: int = 200,
    again: bool = False,
) -> Response:
    chart = await load_chart(session, found.standing.patient, MENU, visit.house.clock.now())
    advised = await advise(visit, session, found, valid(found.agenda, choices))
    view = reconciliation_view(
        chart, found, choices, advised, signing=_new_id(visit), wrong=wrong, lost=lost, again=again,
        hub=await sharing.hub_words(session, visit, found.standing.patient),
    )  # fmt: skip
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/reconciliation/template.html", frame, view, status=status)


async def show_shared(visit: Visit) -> Response:
    session = _open(visit)
    now = visit.house.clock.now()
    chart = await load_chart(session, _patient(visit), MENU, now)
    found = await _found(visit, session, again=True)
    view = await sharing.shared_view(session, visit, chart, found)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/reconciliation/shared.html", frame, view)


async def act_shared(visit: Visit) -> Response:
    """Shared once more, or the hub asked for the list that stands there; back to where it was asked."""
    form = await visit.form()
    session = _open(visit)
    patient = _patient(visit)
    if form.get("gjor") == sharing.FETCH:
        await sharing.ask_hub(session, visit, patient)
    else:
        found = await _found(visit, session, again=True)
        await to_hub(session, visit, patient, signature_of(found.standing.list))
    page = "samstemming" if form.get("fra") == "samstemming" else "delt"
    return RedirectResponse(f"/pasient/{quote(patient, safe='')}/legemidler/{page}", 303)


async def show_paper(visit: Visit) -> Response:
    session = _open(visit)
    now = visit.house.clock.now()
    chart = await load_chart(session, _patient(visit), MENU, now)
    view = await paper.load(session, chart, now, big="stor" in visit.request.query_params)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/reconciliation/paper.html", frame, view)


SCREEN = Screen(
    "workspace.reconciliation",
    Audience.STAFF,
    (
        Way(PATH, show),
        Way(PATH, act, "POST"),
        Way(SHARED, show_shared),
        Way(SHARED, act_shared, "POST"),
        Way(PAPER, show_paper),
    ),
)
