"""The signed list of medicines to the prescription hub: one message for each signature, from whichever screen."""

import uuid

from akson.care.fhir_json import Resource
from akson.care.medication.reconciled.signing import SIGNATURE
from akson.fhir.problem import Problem
from akson.record.session import RecordSession
from akson.web.shell.house import Visit
from akson.web.shell.letters import Order

HUB_LIST, QUESTION = "ERM251", "ERM911"
"""M25.1 and M9.11 of eResept."""
_MESSAGES = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/web/reconciliation/message")


def message_id(signature: str) -> str:
    """The same signature is the same message, however often it is sent."""
    return str(uuid.uuid5(_MESSAGES, signature))


def signature_of(working: Resource | None) -> str:
    for one in (working or {}).get("identifier") or []:
        if one.get("system") == SIGNATURE:
            return str(one.get("value", ""))
    return ""


def hub_message(signature: str) -> str:
    return message_id(f"{signature}|hub")


def hub_order(patient: str, to: str, signature: str) -> Order:
    # Signed is confirmed: what asks for a person's word has had it.
    return Order(patient, HUB_LIST, to, msg_id=hub_message(signature), confirmed=True)


async def to_hub(session: RecordSession, visit: Visit, patient: str, signature: str) -> None:
    """In place of the list that stands there. Stops no signature: the page of sharing tells what is in the way."""
    letters = visit.house.letters
    if letters is None or not signature:
        return
    try:
        hub = await letters.hub(session, patient)
        if hub is not None:
            await letters.send(session, hub_order(patient, hub.to.value, signature))
    except Problem:
        return
