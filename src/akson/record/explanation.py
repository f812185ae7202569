"""Why may she, why not: the decision in words, with the relation it rests on. Tells nothing that reading would not."""

from dataclasses import replace
from typing import TYPE_CHECKING

from akson.access.decision import Decision, Reason
from akson.access.facts import Relation, RelationKind, Representation
from akson.access.giving import OWN_PEN
from akson.access.policy import NO_RELATION, as_told
from akson.record.judgement import Concerned
from akson.store.values import StoredVersion

if TYPE_CHECKING:
    from akson.record.session import RecordSession

GUARD = Reason(
    "AKS-RULE-LAST-GUARD",
    "deny",
    "Svaret ble stanset av siste kontroll.",
    "pasientjournalloven § 22",
    "The answer was held back by the last guard.",
)
WORDS = {
    RelationKind.SERVICE_DECISION: ("aktiv tjeneste", "a running service"),
    RelationKind.CARE_TEAM: ("med i teamet rundt pasienten", "part of the team around the patient"),
    RelationKind.WORKLIST: ("oppgave i arbeidslisten", "a task on the work list"),
    RelationKind.VISIT: ("avtalt besøk", "an agreed visit"),
    RelationKind.WARD: ("opphold på avdelingen", "a stay on the ward"),
    RelationKind.REFERRAL: ("henvisning", "a referral"),
    RelationKind.MESSAGE: ("mottatt melding", "a message received"),
    RelationKind.GP_LIST: ("pasientens fastlege", "the patient's regular GP"),
    RelationKind.SELF_DECLARED: ("egenerklært relasjon", "a relation declared with a reason"),
    RelationKind.ATTESTED: ("bekreftet av en annen virksomhet", "vouched for by another enterprise"),
    RelationKind.EMERGENCY: ("åpnet i nødssituasjon", "opened in an emergency"),
    RelationKind.LIFTED: ("sperre opphevet med begrunnelse", "a restriction lifted with a ground"),
}
"""What each kind is called on screen, in bokmål and English."""
BASES = {
    "parental": ("foreldreansvar", "parental responsibility"),
    "power-of-attorney": ("fullmakt", "power of attorney"),
    "guardian": ("vergemål", "guardianship"),
}


def refusal(decision: Decision) -> Decision:
    """What stands in the log when the answer is no, although the rules would have let: something else was in the way."""
    if not decision.permit:
        return decision
    return replace(decision, permit=False, reasons=(NO_RELATION,))


async def why(session: "RecordSession", type: str, id: str) -> Decision:
    """The decision on reading `type/id`; when it is permitted, a reason for each relation and representation it rests on."""
    restriction = session.judge.scope("read", type).restriction
    found = await session.record.store.read(session.actor.tenant, type, id, restriction=restriction)
    if not isinstance(found, StoredVersion):
        # A hidden resource and a missing one: the same words, after the same work.
        await session.judge.learn((id,))
        return as_told(refusal(session.judge.decide("read", Concerned(type))))
    await session.judge.learn(found.patients)
    decision = session.judge.decide("read", found)
    facts = session.judge.facts(found)
    # Several services of one unit say the same; once is enough.
    counting = (row for row in facts.relations if row.kind != OWN_PEN)
    told = dict.fromkeys(_told(row) for row in (*counting, *facts.representations))
    return replace(decision, reasons=(*told, *decision.reasons))


def _told(row: Relation | Representation) -> Reason:
    kind = row.kind if isinstance(row, Relation) else row.basis
    words, words_en = (WORDS if isinstance(row, Relation) else BASES).get(kind, (kind, kind))
    since = f"{row.valid_from:%d.%m.%Y}" if row.valid_from else ""
    until = f"{row.valid_to:%d.%m.%Y}" if row.valid_to else ""
    return Reason(
        f"AKS-RELATION-{kind.upper()}",
        "permit",
        words
        + (f" {'fra' if until else 'siden'} {since}" if since else "")
        + (f" til {until}" if until else ""),
        row.grantee if isinstance(row, Relation) else row.representative,
        words_en
        + (f" {'from' if until else 'since'} {since}" if since else "")
        + (f" to {until}" if until else ""),
    )
