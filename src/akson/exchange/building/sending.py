"""Out with it: the draft in the outbox first, then the commit of its Communication, which queues it (docs/adr/0130).

No rule stands here: what may go is `checks`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from akson.exchange import mirror
from akson.exchange.building.answering import ended_items
from akson.exchange.building.build import Built
from akson.exchange.building.facts import Address, Facts
from akson.exchange.message_type import NEW, CareMessage, Resource
from akson.exchange.mirror import Around
from akson.exchange.outbox.naming import communication_id
from akson.exchange.outbox.outbox import NOTHING, Letter, Outbox
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.store.outbox_rows import Because
from akson.terminology.systems import HER_ID


@dataclass(frozen=True, slots=True)
class Sent:
    msg_id: str
    communication: str
    """`Communication/…` in the record. Whether it has arrived is the outbox's to say, never this resource's."""
    rows: tuple[int, ...]
    """Numbers in the outbox, the primary receiver's first; empty when it had been sent before."""


async def send(
    session: RecordSession,
    outbox: Outbox,
    built: Built,
    facts: Facts,
    instead: Mapping[str, int] = NOTHING,
    beside: Sequence[Change] = (),
) -> Sent:
    """`instead`: receiver -> the row of the outbox that this one corrects. `beside`: what is true only together with the
    message, in the same commit: the bed that it promises.

    Safe to repeat with the same MsgId: what stands is not sent again. Raises what the record's commit raises."""
    message = built.message
    assert message is not None, "checked before"
    id = communication_id(session.actor.tenant, facts.sender.party, message.envelope.msg_id)
    if await _stands(session, id):
        return Sent(message.envelope.msg_id, f"Communication/{id}", ())
    rows = await outbox.prepare(
        [_letter(session.actor.tenant, message, built, facts)], Because("Communication", id), instead=instead
    )
    change = Change("POST", "Communication", resource=communication(message, facts), given_id=id)
    place = f"Communication/{id}"
    ended = await ended_items(session, message, facts.about, facts.about_reference, facts.at, place)
    await session.commit([change, *ended, *beside])
    parties = (facts.receiver.party, *(copy.party for copy in facts.copies))
    replaced = [instead[party] for party in parties if party in instead]
    await outbox.corrected(replaced, message.envelope.msg_id, by=session.actor.name)
    return Sent(message.envelope.msg_id, f"Communication/{id}", tuple(rows))


def communication(message: CareMessage, facts: Facts) -> Resource:
    """The message as it was sent, in the patient's record."""
    patient = {"reference": f"Patient/{facts.patient['id']}"}
    around = Around(
        _reference(facts.sender), tuple(map(_reference, (facts.receiver, *facts.copies))), "", patient
    )
    told = mirror.to_fhir(message, around)
    if facts.about is not None and message.status == NEW:
        # What it answers has another sender's id.
        told["inResponseTo"] = [{"reference": facts.about_reference}]
    return told


def _letter(tenant: int, message: CareMessage, built: Built, facts: Facts) -> Letter:
    return Letter(
        tenant=tenant,
        msg_id=message.envelope.msg_id,
        sender=facts.sender.party,
        receivers=tuple(address.party for address in (facts.receiver, *facts.copies)),
        type=message.type.code,
        document=built.document,
        generated_at=facts.at,
        conversation=message.envelope.conversation,
        purpose=built.purpose,
    )


def _reference(address: Address) -> Resource:
    told: dict[str, Any] = {"reference": address.reference} if address.reference else {"type": "Organization"}
    return {**told, "identifier": {"system": HER_ID, "value": address.party}, "display": address.words}


async def _stands(session: RecordSession, id: str) -> bool:
    try:
        await session.read("Communication", id)
    except Problem as problem:
        if problem.kind is ProblemKind.NOT_FOUND:
            return False
        raise
    return True
