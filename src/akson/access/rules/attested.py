"""What another enterprise's staff may see on its word. How much that word opens, the trust model of the policy says."""

from akson.access.actor import ActorKind
from akson.access.algebra import all_of, negated
from akson.access.decision import Labelled, NoPatient, PatientIs, PatientRelation, Restriction
from akson.access.rules import Asked, permits


@permits(
    "AKS-RULE-ATTESTED",
    source="pasientjournalloven §§ 9 og 19; tillitsrammeverket",
    words="{unit} har bekreftet at {name} gir deg helsehjelp.",
    words_en="{unit} has confirmed that {name} gives you care.",
)
def attested(asked: Asked) -> Restriction | None:
    """What another enterprise vouches for opens as much as the trust model of the policy says.

    Only for the purpose that was attested. Three published positions:

    - `source-decides`: vouched for, and known to the source by a relation of its own.
    - `consumer-attests`: vouched for; the source filters what is graded, and what the citizen has closed.
    - `mutual-trust`: a partner in the agreement is trusted with every patient; all others as `source-decides`.
    """
    actor, word = asked.actor, asked.actor.attested
    if actor.kind is not ActorKind.PRACTITIONER or word is None or word.purpose is not asked.purpose:
        return None
    kinds = asked.granted("AKS-RULE-ATTESTED")
    if kinds is None:
        return None
    model = asked.policy.trust_model
    if model == "mutual-trust" and not set(asked.policy.agreement).isdisjoint(actor.enterprises):
        return negated(NoPatient())
    vouched = PatientIs(word.patients)
    ungraded = negated(Labelled(asked.policy.labels.not_attested))
    if model == "consumer-attests":
        return all_of(vouched, ungraded)
    return all_of(vouched, ungraded, _known(asked, kinds))


def _known(asked: Asked, kinds: tuple[str, ...]) -> Restriction:
    grantees = tuple(dict.fromkeys((*asked.actor.grantees, *asked.actor.enterprises)))
    return PatientRelation(grantees, asked.question.at, kinds)
