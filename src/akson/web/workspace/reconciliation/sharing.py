"""The signed list on its way to others: to the GP as a message, and where else it now stands, each with its state.

Nothing is typed twice: the message is built of the record's list, its accompanying words of the signature.
"""

from datetime import timedelta
from urllib.parse import quote

from akson.care.fhir_json import Resource, instant
from akson.care.medication.lines import PAST
from akson.care.medication.reconciled.signing import Signed
from akson.fhir.codec import json
from akson.fhir.problem import Problem
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.chart import Chart
from akson.web.shell.house import Visit
from akson.web.shell.letters import HubKnown, Order
from akson.web.shell.list_sharing import QUESTION, hub_message, hub_order, message_id, signature_of
from akson.web.shell.reading import every_page, of_patient, resources
from akson.web.workspace.reconciliation.loader import Found
from akson.web.workspace.reconciliation.view import SharedView, ShareRow

TYPE = "EPJ-EKSTRAKT"
"""Overføring av legemiddelopplysninger: what a municipality sends of medicines without an admission."""
HUB_NAME = "Pasientens legemiddelliste (PLL)"
SHARE, FETCH = "del", "hent"
"""What the page of sharing can be asked to do."""
ASKED_AGAIN_AFTER = timedelta(minutes=10)
"""Pressed twice it is one question."""


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


async def hub_words(session: RecordSession, visit: Visit, patient: str) -> str | None:
    """What is known of the list at the hub, for the page of reconciliation; None where no hub is connected."""
    letters = visit.house.letters
    hub = await letters.hub(session, patient) if letters else None
    return None if hub is None else _asked(hub, visit) or "Listen i reseptregisteret er ikke hentet."


async def ask_hub(session: RecordSession, visit: Visit, patient: str) -> bool:
    """Asks for the list that stands there; the answer comes as a source of the reconciliation. False when it did not go."""
    letters = visit.house.letters
    hub = await letters.hub(session, patient) if letters else None
    if letters is None or hub is None:
        return False
    if hub.waits and hub.asked and visit.house.clock.now() - hub.asked < ASKED_AGAIN_AFTER:
        return True
    order = Order(patient, QUESTION, hub.to.value, msg_id=letters.new_id(), confirmed=True)
    return bool((await letters.send(session, order))[1])


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
        shares=(
            await _gp(session, visit, chart, signature),
            _round(),
            await _hub(session, visit, chart.person.id, signature),
            _patient(),
        )
        if signature
        else (),
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


async def _gp(session: RecordSession, visit: Visit, chart: Chart, signature: str) -> ShareRow:
    letters, patient = visit.house.letters, chart.person.id
    if visit.actor.role == "gp" and visit.actor.name == chart.gp:
        return ShareRow("Fastlegen", "Du er fastlegen, og lista står her.", "check")
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
    """Received only when somebody has said so: «sendt, ikke bekreftet» is waited for until its time is out, and then is
    somebody's."""
    if any(word in state for word in ("avvist", "feil", "ikke levert", "ikke sendt", "eier saken")):
        return "alert"
    return "check" if "ikke" not in state and any(w in state for w in ("bekreftet", "mottatt")) else "clock"


async def _hub(session: RecordSession, visit: Visit, patient: str, signature: str) -> ShareRow:
    letters = visit.house.letters
    hub = await letters.hub(session, patient) if letters else None
    if letters is None or hub is None:
        return ShareRow(HUB_NAME, "Ikke delt. Denne installasjonen er ikke koblet til.", "stop")
    asked = _asked(hub, visit)
    sent = await letters.standing(session, patient, hub_message(signature))
    if not sent:
        sheet = await letters.sheet(session, hub_order(patient, hub.to.value, signature))
        why = (
            " ".join(remark.what for remark in sheet.remarks if remark.grave == "stop")
            or "Meldingen gikk ikke."
        )
        return ShareRow(HUB_NAME, f"Ikke delt. {why}", "alert", act=SHARE, action="Del på nytt", more=asked)
    communication = json.parse((await session.read("Communication", sent)).body or b"{}")
    path = f"/pasient/{quote(patient, safe='')}/meldinger#m-{sent}"
    refused = (await letters.refused(session, [communication])).get(sent)
    if refused is not None:
        state = f"Ikke delt. {refused.words}: {refused.why}."
        return ShareRow(HUB_NAME, state, "alert", path, "Se meldingen", act=FETCH, more=asked)
    state = (await letters.states([communication])).get(sent, "Lagt i kø for sending")
    mark = _mark(state.lower())
    return ShareRow(
        HUB_NAME, f"Delt. {state}" if mark == "check" else state, mark, path, "Se meldingen", more=asked
    )


def _asked(hub: HubKnown, visit: Visit) -> str:
    now = visit.house.clock.now()
    if hub.waits and hub.asked:
        return f"Spurt om gjeldende liste {words.spoken_moment(hub.asked, now)}, venter på svar."
    return f"Gjeldende liste ble hentet {words.spoken_moment(hub.told, now)}." if hub.told else ""


def _round() -> ShareRow:
    return ShareRow(
        "Hjemmetjenestens dagsliste", "Ny liste følger med neste gang dagslisten hentes.", "check"
    )


def _patient() -> ShareRow:
    return ShareRow("Pasienten", "Vises i «Mine legemidler».", "check")
