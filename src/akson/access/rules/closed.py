"""What the citizen has closed, and to whom. It outranks every relation, and is never told to the one who asks."""

from akson.access.actor import ActorKind
from akson.access.algebra import all_of, any_of, negated
from akson.access.data_classes import DataClass
from akson.access.decision import Barred, Labelled, NoPatient, PatientRelation, Restriction
from akson.access.facts import RelationKind
from akson.access.rules import Asked, denies

UNSEEING = frozenset({"create", "identify"})
"""To write down care that was given, and to be found by name so that a restriction can be lifted, is not to see."""


@denies(
    "AKS-RULE-BLOCK",
    source="pasientjournalloven § 17; 7608 BL",
    words="Du har blokkert {name} fra dette.",
    words_en="You have blocked {name} from this.",
    concealed=True,
)
def block(asked: Asked) -> Restriction | None:
    """A block stands against every person who would see, in an emergency too."""
    return _barred(asked, "block") if _reached(asked) else None


@denies(
    "AKS-RULE-RESTRICTION",
    source="pasientjournalloven § 17; 7608 SP; 9603 NORS",
    words="Du har sperret dette for {name}.",
    words_en="You have restricted this for {name}.",
    concealed=True,
)
def restriction(asked: Asked) -> Restriction | None:
    """A restriction stands until the person who needs to see has lifted it with a ground."""
    if not _reached(asked) or asked.question.action in UNSEEING:
        return None
    lifted = PatientRelation(asked.actor.persons, asked.question.at, (RelationKind.LIFTED,))
    marked = all_of(Labelled(asked.policy.labels.restricted), negated(NoPatient()))
    closed = any_of(_barred(asked, "restrict"), marked)
    return all_of(closed, negated(lifted))


def _reached(asked: Asked) -> bool:
    """Persons are; a message that arrives sees nothing, and the control of the log is in the citizen's own interest."""
    if asked.actor.kind is not ActorKind.PRACTITIONER or asked.data_class is DataClass.REFERENCE:
        return False
    return not asked.own_staff or asked.granted("AKS-RULE-PRIVACY-OFFICER") is None


def _barred(asked: Asked, kind: str) -> Restriction:
    actor = asked.actor
    return Barred(
        kind, actor.known_as, actor.role, actor.enterprises, asked.data_class.value, asked.question.at
    )
