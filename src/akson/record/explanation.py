"""Why may she, why not: the decision in words, with the relation it rests on. Tells nothing that reading would not."""

from typing import TYPE_CHECKING

from akson.access.decision import Decision, Nothing, Reason
from akson.record.care_relations import WORDS
from akson.record.guard import relations_named
from akson.store.values import CareRelationRow, StoredVersion

if TYPE_CHECKING:
    from akson.record.session import RecordSession

NO_RELATION = Reason(
    "AKS-RULE-NO-RELATION",
    "deny",
    "Den som spurte, hadde ingen registrert relasjon til deg og fikk ikke se noe.",
    "helsepersonelloven § 21 a; pasientjournalloven § 16",
)
GUARD = Reason(
    "AKS-RULE-LAST-GUARD", "deny", "Svaret ble stanset av siste kontroll.", "pasientjournalloven § 22"
)


def refusal(decision: Decision) -> Decision:
    """What stands in the log when the answer is no: a permit whose restriction did not hold is no reason for that."""
    if not decision.permit:
        return decision
    return Decision(False, Nothing(), (NO_RELATION,), decision.obligations, decision.policy_version)


async def why(session: "RecordSession", type: str, id: str) -> Decision:
    """The decision on reading `type/id`; when it is permitted through relations, a reason for each of them."""
    decision = session.decide("read", type)
    found = await session.record.store.read(session.actor.tenant, type, id, restriction=decision.restriction)
    if not isinstance(found, StoredVersion):
        return refusal(decision)
    rows: list[CareRelationRow] = []
    for relation in relations_named(decision.restriction):
        for patient in found.patients:
            rows += await session.record.store.relations(
                session.actor.tenant, patient, grantees=relation.grantees, at=relation.at
            )
    # Several services of one unit say the same; once is enough.
    told = tuple(dict.fromkeys(_told(row) for row in rows))
    return Decision(
        True, decision.restriction, (*told, *decision.reasons), decision.obligations, decision.policy_version
    )


def _told(row: CareRelationRow) -> Reason:
    until = f" til {row.valid_to:%d.%m.%Y}" if row.valid_to else ""
    words = f"{WORDS.get(row.kind, row.kind)} siden {row.valid_from:%d.%m.%Y}{until}"
    return Reason(f"AKS-RELATION-{row.kind.upper()}", "permit", words, row.grantee)
