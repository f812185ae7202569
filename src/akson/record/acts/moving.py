"""What a move between municipalities leaves in the patient's log: that she was sent, by whom, and what the others did.

    ref = await sent(session, leave, 'Storvik kommune', 'legemidler, planer')     by one who may ask others about her
    await told(house, 'astrid', 'Kari Moen, Storvik kommune, tok imot deg.', ref)  by the house, of what came from there

The decision's id is the one that the other side writes in its own log. Source: pasientjournalloven §§ 9, 19 and 22.
"""

from typing import TYPE_CHECKING

from akson.access.actor import ActorKind
from akson.access.decision import Reason
from akson.identity.attestation.making import decision_id
from akson.record.acts import judging
from akson.record.acts.ask_elsewhere import Leave
from akson.record.guard import not_found

if TYPE_CHECKING:
    from akson.record.session import RecordSession

SENT, TOLD = "move-sent", "move-told"


def reference_of(session: "RecordSession", leave: Leave) -> str:
    return decision_id(session.actor.tenant, leave.relation)


async def sent(session: "RecordSession", leave: Leave, to: str, about: str) -> str:
    """Before anything leaves. Gives the id of the decision."""
    reference = reference_of(session, leave)
    words = f"Sendte {about} til {to}, fordi du skal dit. {leave.decision.reasons[0].words}"
    events = session.events.make(
        SENT, leave.decision, {leave.patient: []}, at=session.at, words=words, decision_ref=reference
    )
    await session.record.log.append(events)
    return reference


async def told(session: "RecordSession", patient: str, words: str, reference: str = "") -> None:
    """Raises NOT_FOUND for any but the node itself."""
    if session.actor.kind is not ActorKind.SYSTEM:
        raise not_found()
    decision = judging.own_act(session, Reason("AKS-RULE-SYSTEM", "permit", words))
    events = session.events.make(
        TOLD, decision, {patient: []}, at=session.at, words=words, decision_ref=reference
    )
    await session.record.log.append(events)
