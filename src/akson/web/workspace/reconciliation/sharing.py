"""The signed list on its way to others: to the GP as a message, and where else it now stands, each with its state.

Nothing is typed twice: the message is built of the record's list, its accompanying words of the signature.
"""

import uuid
from urllib.parse import quote

from akson.care.fhir_json import Resource, instant
from akson.care.medication.lines import PAST
from akson.care.medication.reconciled.signing import SIGNATURE, Signed
from akson.fhir.codec import json
from akson.fhir.problem import Problem
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.chart import Chart
from akson.web.shell.house import Visit
from akson.web.shell.letters import Order
from akson.web.shell.reading import every_page, of_patient, resources
from akson.web.workspace.reconciliation.loader import Found
from akson.web.workspace.reconciliation.view import SharedView, ShareRow

TYPE = "EPJ-EKSTRAKT"
"""Overføring av legemiddelopplysninger: what a municipality sends of medicines without an admission."""
_MESSAGES = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/web/reconciliation/message")


def message_id(signature: str) -> str:
    """The same signature is the same message, however often it is sent."""
    return str(uuid.uuid5(_MESSAGES, signature))


def signature_of(working: Resource | None) -> str:
    for one in (working or {}).get("identifier") or []:
        if one.get("system") == SIGNATURE:
            return str(one.get("value", ""))
    return ""


async def to_gp(
    session: RecordSession, visit: Visit, patient: str, signature: str, signed: Signed | None
) -> None:
    """The signature stands whether or not this goes: what stops it, or asks to be looked at, the page of sharing tells."""
    letters = visit.house.letters
    if letters is None:
        return
    try:
        gp = await letters.gp(session, patient)
        if gp is not None:
            await letters.send(session, _order(patient, gp.value, signature, _words(visit, signed)))
    except Problem:
        return  # told by `shared_view`, which asks again what stands in the way


def _order(patient: str, to: str, signature: str, text: str) -> Order:
    return Order(patient, TYPE, to, msg_id=message_id(signature), words={"text": text})


def _words(visit: Visit, signed: Signed | None) -> str:
    now = visit.house.clock.now()
    head = f"Legemiddellista er samstemt {words.spoken_moment(now, now)} av {visit.actor.name}."
    if signed is None or not signed.sentences:
        return f"{head} Ingen endringer."
    return "\n".join((head, "Det som er valgt:", *(f"- {one}" for one in signed.sentences)))


async def shared_view(session: RecordSession, visit: Visit, chart: Chart, found: Found) -> SharedView:
    now = visit.house.clock.now()
    working = found.standing.list
    signature = signature_of(working)
    at = instant((working or {}).get("date"))
    note = " ".join(str(n.get("text", "")) for n in (working or {}).get("note") or [])
    chosen = await _chosen(session, chart.person.id, working)
    return SharedView(
        chart=chart,
        when=words.spoken_moment(at, now) if at and signature else "",
        by=found.own.told_by,
        note=note,
        count=sum(line.use not in PAST for line in found.own.lines),
        shares=(await _gp(session, visit, chart.person.id, signature), *_others(visit)) if signature else (),
        sentences=chosen,
        signed=signature,
    )


async def _chosen(session: RecordSession, patient: str, working: Resource | None) -> tuple[str, ...]:
    """What was chosen, from whom and why, by the Provenance of the signature."""
    if not working:
        return ()
    read = (await every_page(session, of_patient("Provenance", patient))).matches
    mine = [
        one
        for one in resources(read)
        if one.get("recorded") == working.get("date") and (one.get("activity") or {}).get("text")
    ]
    told = []
    for one in mine:
        what = str(one["activity"]["text"])
        if "Valgt: " not in what:
            continue
        source = next((e["what"].get("display", "") for e in one.get("entity") or []), "")
        why = " ".join(str(r.get("text", "")) for r in one.get("reason") or [])
        told.append(". ".join(p for p in (what, f"Kilde: {source}" if source else "", why) if p) + ".")
    return tuple(sorted(told))


async def _gp(session: RecordSession, visit: Visit, patient: str, signature: str) -> ShareRow:
    letters = visit.house.letters
    if letters is None:
        return ShareRow("Fastlegen", "Denne installasjonen sender ikke meldinger.", "alert")
    sent = await letters.standing(session, patient, message_id(signature))
    gp = await letters.gp(session, patient)
    to = f"Fastlegen: {gp.label}" if gp else "Fastlegen"
    if sent:
        communication = json.parse((await session.read("Communication", sent)).body or b"{}")
        state = (await letters.states([communication])).get(sent, "Lagt i kø for sending")
        mark = _mark(state.lower())
        return ShareRow(
            to, state, mark, f"/pasient/{quote(patient, safe='')}/meldinger#m-{sent}", "Se meldingen"
        )
    if gp is None:
        return ShareRow(to, "Ikke sendt: journalen sier ikke hvem fastlegen er.", "alert")
    sheet = await letters.sheet(session, _order(patient, gp.value, signature, _words(visit, None)))
    why = (
        " ".join(remark.what for remark in sheet.remarks if remark.grave in ("stop", "ask"))
        or "Meldingen gikk ikke."
    )
    path = f"/pasient/{quote(patient, safe='')}/ny-melding?type={TYPE}&til={quote(gp.value, safe='')}"
    return ShareRow(to, f"Ikke sendt. {why}", "alert", path, "Åpne meldingen")


def _mark(state: str) -> str:
    """Received only when somebody has said so: «sendt, ikke bekreftet» is still waited for."""
    if any(word in state for word in ("avvist", "feil", "ikke levert", "ikke sendt")):
        return "alert"
    return "check" if "ikke" not in state and any(w in state for w in ("bekreftet", "mottatt")) else "clock"


def _others(visit: Visit) -> tuple[ShareRow, ...]:
    return (
        ShareRow("Hjemmetjenestens dagsliste", "Ny liste følger med neste gang dagslisten hentes.", "check"),
        ShareRow(
            "Pasientens legemiddelliste (PLL)", "Ikke delt. Denne installasjonen er ikke koblet til.", "stop"
        ),
        ShareRow("Pasienten", "Vises i «Mine legemidler».", "check"),
    )
