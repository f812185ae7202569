"""Rules for those who work in another enterprise and ask through its systems. Source: pasientjournalloven § 19."""

from datetime import datetime

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.access.decision import PatientIs, Question
from akson.access.rules import Ruling, permits

_READING = frozenset({"read", "search", "history"})


def attested(actor: Actor, purpose: PurposeOfUse, question: Question, at: datetime) -> Ruling | None:
    """Health personnel elsewhere read what concerns the patients whom their enterprise has attested a care relation to.

    Only for the purpose that was attested.
    """
    if actor.kind is not ActorKind.PRACTITIONER or actor.attested is None:
        return None
    if question.action not in _READING or purpose is not actor.attested.purpose:
        return None
    return permits(
        "AKS-RULE-ATTESTED",
        f"{actor.unit_name or 'En annen virksomhet'} gir deg helsehjelp og har bekreftet det.",
        "pasientjournalloven § 19; helsepersonelloven §§ 25 og 45",
        PatientIs(actor.attested.patients),
    )
