"""Who may give, lengthen or take away somebody's access. For which role and on which relation, the policy's table says.

Asked beside the rules of writing, never instead of them: who may not write the resource, gives nothing by it.
"""

from dataclasses import replace

from akson.access.actor import ActorKind
from akson.access.algebra import all_of
from akson.access.decision import AgeBetween, PatientIs, PatientRelation, Restriction
from akson.access.giving import CLOSE, GIVEN, PERSON, REPRESENT
from akson.access.rules import Asked, permits
from akson.access.rules.citizen import AGE_MAX, patient_ids, today

FIRST_WRITTEN_DOWN = frozenset({"Consent", "RelatedPerson"})
"""Where it stands who acts for somebody, and what she has closed."""
WRITTEN_DOWN = FIRST_WRITTEN_DOWN | {"Patient"}
"""From edition 2: and who she is, since that tells who may act for her."""


@permits(
    "AKS-RULE-ASSIGN",
    source="pasientjournalloven § 19; helsepersonelloven §§ 25 og 45; forvaltningsloven § 13 b",
    words="{name} fordeler arbeidet hos {unit}, og bestemte hvem som skal hjelpe deg.",
    words_en="{name} assigns the work of {unit}, and decided who is to help you.",
)
def assign(asked: Asked) -> Restriction | None:
    """Who assigns the work of a unit that has the patient gives others access and takes it away; clinicians refer, and
    name those who were with them. Nobody gives herself: her own pen makes nothing count (record/giving.py)."""
    kinds = asked.granted("AKS-RULE-ASSIGN") if asked.own_staff and asked.question.action in GIVEN else None
    if not kinds:
        return None
    return PatientRelation(asked.actor.grantees, asked.question.at, kinds)


@permits(
    "AKS-RULE-REGISTER",
    source="pasient- og brukerrettighetsloven §§ 3-3 og 5-3; pasientjournalloven § 17",
    words="{name} førte inn hvem du er, og hvem som kan se journalen din.",
    words_en="{name} entered who you are, and who may see your record.",
)
def register(asked: Asked) -> Restriction | None:
    """The officer who has her case enters who she is, who acts for her and what she has closed; and sees that alone."""
    return _entered(asked, WRITTEN_DOWN, (REPRESENT, CLOSE, PERSON))


first_register = replace(
    register,
    words="{name} førte inn det du har bestemt om hvem som kan se journalen din.",
    words_en="{name} entered what you have decided about who may see your record.",
    judge=lambda asked: _entered(asked, FIRST_WRITTEN_DOWN, (REPRESENT, CLOSE)),
)


def _entered(asked: Asked, types: frozenset[str], actions: tuple[str, ...]) -> Restriction | None:
    kinds = asked.granted("AKS-RULE-REGISTER") if asked.own_staff else None
    if not kinds or (asked.question.type not in types and asked.question.action not in actions):
        return None
    return PatientRelation(asked.actor.grantees, asked.question.at, kinds)


@permits(
    "AKS-RULE-NEXT-OF-KIN",
    source="pasient- og brukerrettighetsloven §§ 1-3 b og 3-4",
    words="{name} førte inn en pårørende. Det gir ingen innsyn.",
    words_en="{name} entered a next of kin. That opens nothing.",
)
def next_of_kin(asked: Asked) -> Restriction | None:
    """A mother or father of somebody grown is next of kin and sees nothing by it: those who give care write her down."""
    if asked.question.type != "RelatedPerson" or asked.question.action != REPRESENT or not asked.own_staff:
        return None
    kinds = asked.granted("AKS-RULE-NEXT-OF-KIN")
    if not kinds:
        return None
    grown = AgeBetween(asked.policy.youth_until, AGE_MAX, today(asked))
    return all_of(PatientRelation(asked.actor.grantees, asked.question.at, kinds), grown)


@permits(
    "AKS-RULE-OWN-WILL",
    source="pasientjournalloven § 17; pasient- og brukerrettighetsloven § 3-3",
    words="Du bestemte selv hvem som kan se journalen din.",
    words_en="You decided yourself who may see your record.",
)
def own_will(asked: Asked) -> Restriction | None:
    """The citizen decides who acts for her and what is closed; the acts of the record write it down."""
    if asked.actor.kind is not ActorKind.CITIZEN or asked.question.action not in (REPRESENT, CLOSE):
        return None
    own = patient_ids((asked.actor.reference,))
    return PatientIs(own) if own else None
