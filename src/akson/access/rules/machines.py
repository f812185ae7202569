"""Rules for those who are not persons: the municipality's own service clients, and other enterprises' messages."""

from dataclasses import replace

from akson.access.actor import ActorKind, PurposeOfUse
from akson.access.decision import Everything, Restriction
from akson.access.giving import GIVEN
from akson.access.rules import Asked, permits

# What a care message from another enterprise may add. It reads nothing, changes nothing and deletes nothing.
FIRST_MESSAGE_TYPES = frozenset({"Communication", "Encounter", "Provenance", "Task"})
MESSAGE_TYPES = FIRST_MESSAGE_TYPES | {"DiagnosticReport", "Observation"}
"""From edition 2: test results are a report and findings."""


@permits(
    "AKS-RULE-SYSTEM",
    source="pasientjournalloven § 22",
    words="Kommunens egen systemtjeneste behandlet opplysningen.",
    words_en="The municipality's own service handled the information.",
)
def own_service(asked: Asked) -> Restriction | None:
    """The municipality's own service client has full rights within its tenant."""
    return Everything() if asked.actor.kind is ActorKind.SYSTEM else None


@permits(
    "AKS-RULE-MESSAGE",
    source="helsepersonelloven § 25; forskrift om kommunal betaling for utskrivningsklare pasienter §§ 8–12",
    words="{name} sendte en melding om deg til kommunen.",
    words_en="{name} sent the municipality a message about you.",
)
def sent_message(asked: Asked) -> Restriction | None:
    """Another enterprise adds what its message says about the patient it concerns, and so gives it to those it is for."""
    return _added(asked, MESSAGE_TYPES)


first_sent_message = replace(sent_message, judge=lambda asked: _added(asked, FIRST_MESSAGE_TYPES))


def _added(asked: Asked, types: frozenset[str]) -> Restriction | None:
    if (
        asked.actor.kind is not ActorKind.ORGANISATION
        or asked.purpose is not PurposeOfUse.CARE_COORDINATION
        or asked.question.action not in ("create", *GIVEN)
        or asked.question.type not in types
    ):
        return None
    return Everything()
