"""Rules for citizens and their proxies. Source: pasient- og brukerrettighetsloven §§ 3-3, 5-1; pasientjournalloven § 18."""

from datetime import datetime

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.access.decision import PatientIs, Question
from akson.access.rules import Ruling, permits

_READING = frozenset({"read", "search", "history", "log"})


def _patient_ids(references: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(r.removeprefix("Patient/") for r in references if r.startswith("Patient/"))


def own_record(actor: Actor, purpose: PurposeOfUse, question: Question, at: datetime) -> Ruling | None:
    """Everyone may see the own record and who has opened it."""
    if actor.kind is not ActorKind.CITIZEN or question.action not in _READING:
        return None
    return permits(
        "AKS-RULE-OWN-RECORD",
        "Du åpnet din egen journal.",
        "pasient- og brukerrettighetsloven § 5-1; pasientjournalloven § 18",
        PatientIs(_patient_ids((actor.reference,))),
    )


def represented(actor: Actor, purpose: PurposeOfUse, question: Question, at: datetime) -> Ruling | None:
    """A proxy sees what the person represented could see."""
    if actor.kind is not ActorKind.PROXY or question.action not in _READING:
        return None
    return permits(
        "AKS-RULE-PROXY",
        f"{actor.name} har fullmakt fra deg.",
        "pasient- og brukerrettighetsloven § 3-3",
        PatientIs(_patient_ids(actor.on_behalf_of)),
    )
