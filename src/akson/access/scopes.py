"""What the scopes of an app leave of what its user may see. The one place where scopes meet the rules (AKS-RULE-SCOPE)."""

from akson.access.actor import Actor
from akson.access.decision import Everything, Question, Restriction


def scope_restriction(actor: Actor, question: Question) -> Restriction:
    """What the actor's scopes grant of the type asked for; Everything for who does not come through an app."""
    return Everything()
