"""What is being written and not signed is its author's alone: no journal yet, and nobody's reading but hers."""

from akson.access.actor import ActorKind
from akson.access.decision import DraftOfAnother, Restriction
from akson.access.rules import Asked, denies

DRAFTED = frozenset({"ClinicalImpression"})
"""Types of which a version may be a draft; which version is, the record derives (record/facts/unsigned.py)."""


@denies(
    "AKS-RULE-DRAFT",
    source="helsepersonelloven §§ 39 og 40; pasientjournalloven § 22",
    words="Utkastet er ikke signert. Bare den som skriver det, ser det.",
    words_en="The draft is not signed. Only its author sees it.",
    concealed=True,
)
def draft(asked: Asked) -> Restriction | None:
    """A draft of a note is seen, changed and thrown away by its author alone, until it is signed; what others signed nobody
    makes a draft of again."""
    actor = asked.actor
    if asked.question.type not in DRAFTED:
        return None
    # The house itself keeps, indexes and counts what it holds; a system from outside sees as little as a person.
    if actor.kind is ActorKind.SYSTEM and (not actor.client or asked.question.action == "create"):
        return None
    return DraftOfAnother(actor.persons)
