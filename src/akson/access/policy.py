"""`scope` and `decide`: the only makers of Scopes and Decisions. Pure and total: no I/O, no clock, never an exception.

    scope(ida, TREATMENT, Question("search", "Observation", at), policy)         how much, before any facts
    decide(facts, ida, TREATMENT, Question("read", "Observation", at), policy)   this one resource, with the reasons

Both come from the same rulings. Deny outranks permit; several permits widen; no permit is a no. Adding a rule: one
function, one line in RULES, a line in the policy's table where it asks the table.
"""

from dataclasses import dataclass
from functools import lru_cache

from akson.access.actor import Actor, PurposeOfUse
from akson.access.algebra import all_of, any_of, negated
from akson.access.decision import Decision, Question, Reason, Restriction, Scope
from akson.access.facts import Facts
from akson.access.holding import holds
from akson.access.policies.values import Policy
from akson.access.rules import LOG, Asked, Rule, Ruling, citizen, machines, staff

RULES: tuple[Rule, ...] = (
    citizen.own_record,
    citizen.parent,
    citizen.power_of_attorney,
    citizen.guardian,
    machines.own_service,
    machines.sent_message,
    staff.care_relation,
    staff.casework,
    staff.no_duty,
    staff.privacy_officer,
    staff.reference_data,
    staff.unmatched_items,
    staff.weak_login,
)

DEFAULT = Reason(
    "AKS-RULE-DEFAULT",
    "deny",
    "Ingen regel gir tilgang til dette.",
    "helsepersonelloven § 21 a; pasientjournalloven § 16",
    "No rule gives access to this.",
)
NO_RELATION = Reason(
    "AKS-RULE-NO-RELATION",
    "deny",
    "Den som spurte, hadde ingen registrert relasjon til deg og fikk ikke se noe.",
    "helsepersonelloven § 21 a; pasientjournalloven § 16",
    "The one who asked had no registered relation to you and saw nothing.",
)

RULINGS_KEPT_MAX = 4_096
"""A page of answers is judged by the rulings of one question."""


@dataclass(frozen=True, slots=True)
class Rulings:
    """What the rules say to one question, before any facts."""

    permits: tuple[Ruling, ...]
    denials: tuple[Ruling, ...]
    restriction: Restriction


@lru_cache(maxsize=RULINGS_KEPT_MAX)
def rulings(actor: Actor, purpose_of_use: PurposeOfUse, question: Question, policy: Policy) -> Rulings:
    """Every rule asked once."""
    asked = Asked(actor, purpose_of_use, question, policy)
    spoken = [ruling for rule in RULES if (ruling := rule(asked)) is not None]
    permits = tuple(r for r in spoken if r.reason.effect == "permit")
    denials = tuple(r for r in spoken if r.reason.effect == "deny")
    opened = any_of(*(r.restriction for r in permits))
    closed = (negated(r.restriction) for r in denials)
    return Rulings(permits, denials, all_of(opened, *closed))


def scope(actor: Actor, purpose_of_use: PurposeOfUse, question: Question, policy: Policy) -> Scope:
    """How much `actor` may see or do of a type for `purpose_of_use`: what the store puts inside its SQL."""
    spoken = rulings(actor, purpose_of_use, question, policy)
    return Scope(spoken.restriction, (), policy.version)


def decide(
    facts: Facts, actor: Actor, purpose_of_use: PurposeOfUse, question: Question, policy: Policy
) -> Decision:
    """May `actor`, for `purpose_of_use`, do what `question` asks with the resource that `facts` describe?"""
    spoken = rulings(actor, purpose_of_use, question, policy)
    denials = [r for r in spoken.denials if holds(r.restriction, facts)]
    if denials:
        return _decision(False, denials, policy)
    permits = [r for r in spoken.permits if holds(r.restriction, facts)]
    if permits:
        return _decision(True, permits, policy)
    return Decision(False, (NO_RELATION if spoken.permits else DEFAULT,), LOG, (), policy.version)


def _decision(permit: bool, decided: list[Ruling], policy: Policy) -> Decision:
    obligations = tuple(dict.fromkeys(o for r in decided for o in r.obligations))
    return Decision(permit, tuple(r.reason for r in decided), obligations, (), policy.version)
