"""Opening a record with a ground, whatever the kind: the relation for some hours, the review and the letter in one commit.

    Opening('emergency', until=2026-11-27T04:40:00Z, new=True)

The obligations of the decisions that rest on an opening (`notify-citizen`, `review`) are met here, once: what is read
afterwards is logged and no more. Opening what stands open already makes nothing new.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from akson.access.actor import ActorKind
from akson.access.decision import Decision
from akson.access.facts import RelationKind
from akson.record.acts import grounds, judging, letters
from akson.record.acts.grounds import Ground
from akson.record.acts.reviewers import review_owner
from akson.record.values import Change

if TYPE_CHECKING:
    from akson.record.session import RecordSession


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the acts that open."""

    relation: str
    """The relation it makes."""
    action: str
    """What the log calls it."""
    review: str
    """Code of the item for the privacy officer."""
    choices: Mapping[str, str]
    name: str
    """What the CareTeam and the item are called."""
    did: str
    """What was done, in the letter to the citizen: `åpnet journalen din med nødtilgang`."""
    rule: str = ""
    """The rule that must be what opens: without it, the act would tell the citizen of something that changed nothing."""


EMERGENCY = Kind(
    RelationKind.EMERGENCY,
    "open-emergency",
    "emergency-review",
    grounds.EMERGENCY,
    "Nødtilgang",
    "åpnet journalen din med nødtilgang",
    "AKS-RULE-EMERGENCY",
)
DECLARED = Kind(
    RelationKind.SELF_DECLARED,
    "declare-relation",
    "self-declared-review",
    grounds.DECLARED,
    "Egenerklært relasjon",
    "oppga å gi deg helsehjelp og åpnet journalen din",
    "AKS-RULE-SELF-DECLARED",
)
LIFTED = Kind(
    RelationKind.LIFTED,
    "lift-restriction",
    "lifted-review",
    grounds.LIFTED,
    "Opphevet sperre",
    "ba om å se også det som kan være sperret i journalen din",
)
MESSAGE = Kind(
    "message",
    "open-message",
    "message-review",
    grounds.MESSAGE,
    "Åpnet melding",
    "åpnet en melding om deg",
    "AKS-RULE-OPEN-MESSAGE",
)
"""Opens one message and makes no relation (acts/message.py)."""
KINDS = (EMERGENCY, DECLARED, LIFTED, MESSAGE)


@dataclass(frozen=True, slots=True)
class Opening:
    kind: str
    until: datetime
    new: bool
    """False when it stood open already: nobody is told twice."""


async def open_record(
    session: "RecordSession", kind: Kind, patient: str, ground: Ground, hours: int | None = None
) -> Opening:
    """Raises Problem INVALID AKS-RECORD-050 without a ground; NOT_FOUND for who may not, as for a patient unknown."""
    said = grounds.in_words(ground, kind.choices)
    lasts = min(hours or session.policy.hours[kind.relation], session.policy.hours[kind.relation])
    # Pressed twice at once, it is opened once.
    lock = f"opening|{kind.relation}|{patient}|{session.actor.reference}"
    async with session.record.store.exclusive(session.actor.tenant, [lock]):
        whom = await judging.concerned(session, patient)
        # What is only restricted does not tell itself by refusing: it stays hidden after, until it is lifted.
        decision, evidence = judging.supposed(session, whom, (kind.relation, RelationKind.LIFTED))
        if not whom.patients or not _may(session, kind, decision):
            await session.refuse(kind.action, whom, asked="read", id=patient)
        open_already = judging.standing(session, whom, kind.relation)
        if open_already is not None and open_already.valid_to is not None:
            return Opening(kind.relation, open_already.valid_to, new=False)
        until = session.at + timedelta(hours=lasts)
        words = f"{letters.who(session.actor)} {kind.did}. Grunn: {said.rstrip('.')}."
        changes = await _changes(session, kind, patient, until, said, words)
        told = judging.told(decision, words)
        await judging.commit(session, kind.action, told, changes, evidence=evidence, ground=said)
        return Opening(kind.relation, until, new=True)


def _may(session: "RecordSession", kind: Kind, decision: Decision) -> bool:
    own_staff = session.actor.kind is ActorKind.PRACTITIONER and session.actor.attested is None
    speaks = not kind.rule or any(reason.rule == kind.rule for reason in decision.reasons)
    return own_staff and decision.permit and speaks


async def _changes(
    session: "RecordSession", kind: Kind, patient: str, until: datetime, said: str, words: str
) -> list[Change]:
    new_id = session.record.store.new_id
    team = new_id("CareTeam", patient=patient)
    owner = await review_owner(session)
    name = await letters.name_of(session, patient)
    letter = letters.Letter(session.actor, patient, name, session.at, until, kind, said, words)
    return [
        Change("POST", "CareTeam", given_id=team, resource=letters.team(letter), act=kind.relation),
        Change("POST", "Task", resource=letters.review(letter, team, owner)),
        Change("POST", "Communication", resource=letters.notice(letter)),
    ]


async def standing(session: "RecordSession", kind: Kind, patient: str) -> Opening | None:
    """What the actor herself has open of this patient now."""
    found = judging.standing(session, await judging.concerned(session, patient), kind.relation)
    return Opening(kind.relation, found.valid_to, new=False) if found and found.valid_to else None
