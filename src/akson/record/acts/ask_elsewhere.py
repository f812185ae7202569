"""Asking other enterprises about one patient: who may, on which care relation, and the line in her log.

    leave = await leave_to_ask(session, "astrid")          Leave('astrid', Relation(…'service-decision'…))
    ref   = await ask_elsewhere(session, leave, ("Lillefjord kommune", …), "legemidler")     "akson-3f…"

The id of the decision is given by the second alone: nobody is asked without a line in the patient's log that names them.
It follows from the relation (ATT-46), and each source writes it in its own log. Who may ask others is who may read the
Patient here, by a relation of her own: what another enterprise vouches for is not vouched for again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from akson.access.actor import ActorKind, PurposeOfUse
from akson.access.decision import Decision
from akson.access.facts import ORDINARY, Relation, RelationKind
from akson.identity.attestation.making import decision_id
from akson.record.acts import judging
from akson.record.judgement import Concerned

if TYPE_CHECKING:
    from akson.record.session import RecordSession

ASK = "ask-elsewhere"
NAMED_MAX = 20
_PURPOSES = (PurposeOfUse.TREATMENT, PurposeOfUse.CARE_COORDINATION, PurposeOfUse.EMERGENCY)


@dataclass(frozen=True, slots=True)
class Leave:
    """That the actor may ask others about this patient, and by which relation."""

    patient: str
    relation: Relation
    decision: Decision


async def leave_to_ask(session: "RecordSession", patient: str) -> Leave:
    """Raises Problem UNSUPPORTED AKS-RECORD-051 for a purpose nobody is asked for, NOT_FOUND for who may not."""
    judging.need_purpose(session, *_PURPOSES)
    whom = await judging.concerned(session, patient)
    decision = session.judge.decide("read", whom)
    relation = _relation(session, whom)
    own_staff = session.actor.kind is ActorKind.PRACTITIONER and session.actor.attested is None
    if not whom.patients or not decision.permit or not own_staff or relation is None:
        await session.refuse(ASK, whom, asked="read", id=patient)
    assert relation is not None
    return Leave(patient, relation, decision)


async def ask_elsewhere(session: "RecordSession", leave: Leave, whom: Sequence[str], about: str) -> str:
    """Logs that these enterprises are asked about `about` (in words), and gives the id of the decision."""
    reference = decision_id(session.actor.tenant, leave.relation)
    words = f"Spurte {_names(whom)} om {about}. {leave.decision.reasons[0].words}"
    events = session.events.make(
        ASK, leave.decision, {leave.patient: []}, at=session.at, words=words, decision_ref=reference
    )
    await session.record.log.append(events)
    return reference


def _relation(session: "RecordSession", whom: Concerned) -> Relation | None:
    """The one that opens the record to her now: the oldest, so that it is the same each time."""
    emergency = session.purpose_of_use is PurposeOfUse.EMERGENCY
    kinds = frozenset({RelationKind.EMERGENCY}) if emergency else ORDINARY
    found = [
        row
        for row in session.judge.facts(whom).relations
        if row.kind in kinds
        and row.grantee in session.actor.grantees
        and row.valid_from <= session.at
        and (row.valid_to is None or session.at < row.valid_to)
    ]
    return min(found, key=lambda row: (row.valid_from, row.grantee, row.kind), default=None)


def _names(whom: Sequence[str]) -> str:
    """`Lillefjord kommune, Havnes sykehus og 4 andre`."""
    shown, others = list(whom[:NAMED_MAX]), len(whom) - NAMED_MAX
    if others > 0:
        return f"{', '.join(shown)} og {others} andre"
    if len(shown) < 2:
        return "".join(shown) or "ingen"
    return f"{', '.join(shown[:-1])} og {shown[-1]}"
