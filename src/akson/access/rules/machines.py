"""Rules for those who are not persons: the municipality's own service clients, and other enterprises' messages."""

from datetime import datetime

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.access.decision import Everything, Question
from akson.access.rules import Ruling, permits

# What a care message from another enterprise may add. It reads nothing, changes nothing and deletes nothing.
MESSAGE_TYPES = frozenset({"Communication", "Encounter", "Provenance", "Task"})


def own_service(actor: Actor, purpose: PurposeOfUse, question: Question, at: datetime) -> Ruling | None:
    """The municipality's own service client has full rights within its tenant."""
    if actor.kind is not ActorKind.SYSTEM:
        return None
    return permits(
        "AKS-RULE-SYSTEM",
        "Kommunens egen systemtjeneste behandlet opplysningen.",
        "pasientjournalloven § 22",
        Everything(),
    )


def sent_message(actor: Actor, purpose: PurposeOfUse, question: Question, at: datetime) -> Ruling | None:
    """Another enterprise adds what its message says about the patient it concerns."""
    if actor.kind is not ActorKind.ORGANISATION or purpose is not PurposeOfUse.CARE_COORDINATION:
        return None
    if question.action != "create" or question.type not in MESSAGE_TYPES:
        return None
    return permits(
        "AKS-RULE-MESSAGE",
        f"{actor.name} sendte en melding om deg til kommunen.",
        "helsepersonelloven § 25; forskrift om kommunal betaling for utskrivningsklare pasienter §§ 8–12",
        Everything(),
    )
