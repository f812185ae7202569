"""Trust models side by side: the same recorded questions under each published position, and what each would cost. Pure.

    source-decides      every source knows the patient's relations itself; another's word alone opens nothing
    consumer-attests    who asks vouches for the relation; the source filters (the national trust framework)
    mutual-trust        partners in an agreement are trusted with every patient

For each: who sees more or less than under the first, how many checks fall on source and on consumer, and how much one
stolen organisation key could reach of patients the source knows no relation for.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import get_args

import msgspec

from akson.access.actor import Actor, ActorKind, Attested, PurposeOfUse
from akson.access.decision import (
    AllOf,
    AnyOf,
    Barred,
    Labelled,
    Not,
    PatientIs,
    PatientRelation,
    Question,
    Restriction,
)
from akson.access.facts import Facts
from akson.access.policies.values import Policy, TrustModel
from akson.access.policy import decide, scope
from akson.access.recording import Recorded

MODELS: tuple[TrustModel, ...] = get_args(TrustModel)
# One type stands for each class of data in the question of what a stolen key reaches.
_TYPE_OF = {
    "demographic": "Patient",
    "service": "EpisodeOfCare",
    "message": "Communication",
    "clinical": "Observation",
}
_ROLES = ("nurse", "doctor", "gp")


@dataclass(frozen=True, slots=True)
class Cost:
    """How much one model lets others see, and who carries the work of it."""

    model: str
    permitted: int
    more: int
    """Questions permitted here and not under the first model."""
    less: int
    source_checks: int
    """Facts the source must know and look up: relations, what is closed, what is graded."""
    consumer_checks: int
    """What the one who asks must have settled and vouched for."""
    reach: dict[str, int]
    """Enterprise -> patients × classes of data that its key alone opens, without a relation at the source."""

    @property
    def stolen_key(self) -> int:
        """The worst of the keys."""
        return max(self.reach.values(), default=0)


@dataclass(frozen=True, slots=True)
class Comparison:
    asked: int
    """Recorded questions from other enterprises' staff."""
    patients: int
    """Patients they concern: what a key could reach at most, times four classes of data."""
    costs: tuple[Cost, ...]


def under(policy: Policy, model: TrustModel) -> Policy:
    """The same policy with another trust model."""
    return msgspec.structs.replace(policy, trust_model=model)


def compare(models: Sequence[Policy], recorded: Iterable[Recorded]) -> Comparison:
    """The recorded questions under each policy (usually `under(policy, model)` for each of MODELS)."""
    everyone = list(recorded)
    asked = [r for r in everyone if r.actor.attested is not None]
    facts = {patient: r.facts for r in everyone for patient in r.facts.patients}
    answers = [[_decided(one, policy) for one in asked] for policy in models]
    costs = tuple(
        _cost(policy, asked, found, answers[0], facts) for policy, found in zip(models, answers, strict=True)
    )
    return Comparison(len(asked), len(facts), costs)


def _decided(one: Recorded, policy: Policy) -> bool:
    return decide(one.facts, one.actor, one.purpose_of_use, one.question, policy).permit


def _cost(
    policy: Policy,
    asked: Sequence[Recorded],
    found: list[bool],
    first: list[bool],
    facts: dict[str, Facts],
) -> Cost:
    source = consumer = 0
    for one in asked:
        leaves = list(_leaves(scope(one.actor, one.purpose_of_use, one.question, policy).restriction))
        source += sum(isinstance(leaf, PatientRelation | Barred | Labelled) for leaf in leaves)
        vouched = any(isinstance(leaf, PatientIs) for leaf in leaves)
        # The consumer's own access control stands in every model; a word for each patient only where it is asked for.
        consumer += 1 + (len(one.facts.patients) if vouched else 0)
    enterprises = sorted({*policy.agreement, *(name for one in asked for name in one.actor.enterprises[:1])})
    at = max((one.question for one in asked), key=lambda q: q.at, default=None)
    return Cost(
        policy.trust_model,
        sum(found),
        sum(new and not old for new, old in zip(found, first, strict=True)),
        sum(old and not new for new, old in zip(found, first, strict=True)),
        source,
        consumer,
        {enterprise: _reach(enterprise, at, policy, facts) if at else 0 for enterprise in enterprises},
    )


def _reach(enterprise: str, last: Question, policy: Policy, facts: dict[str, Facts]) -> int:
    """Whoever holds the key may vouch for anybody, in any role, for any purpose."""
    return sum(
        any(
            decide(
                replace(known, patients=(patient,), relations=()),
                Actor(
                    ActorKind.PRACTITIONER,
                    "thief",
                    "",
                    0,
                    role=role,
                    organisations=(enterprise,),
                    attested=Attested((patient,), purpose, "", ""),
                ),
                purpose,
                Question("read", type, last.at),
                policy,
            ).permit
            for role in _ROLES
            for purpose in PurposeOfUse
        )
        for patient, known in facts.items()
        for type in _TYPE_OF.values()
    )


def _leaves(restriction: Restriction) -> Iterator[Restriction]:
    match restriction:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part)
        case Not(part):
            yield from _leaves(part)
        case _:
            yield restriction
