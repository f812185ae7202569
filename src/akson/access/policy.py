"""`scope` and `decide`: the only makers of Scopes and Decisions. Pure and total: no I/O, no clock, never an exception.

    scope(ida, TREATMENT, Question("search", "Observation", at), policy)         how much, before any facts
    decide(facts, ida, TREATMENT, Question("read", "Observation", at), policy)   this one resource, with the reasons

Both come from the same rulings. Deny outranks permit; several permits widen; no permit is a no. Adding a rule: one
function, one line in RULES, a line in the policy's table where it asks the table.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from akson.access.actor import Actor, PurposeOfUse
from akson.access.algebra import all_of, any_of, negated
from akson.access.data_classes import data_class
from akson.access.decision import Decision, Question, Reason, Scope
from akson.access.facts import Facts
from akson.access.holding import Predicate, predicate
from akson.access.policies.values import Policy
from akson.access.redactions import REDACTIONS
from akson.access.rules import (
    LOG,
    Asked,
    Rule,
    Ruling,
    attested,
    citizen,
    closed,
    drafts,
    duty,
    giving,
    machines,
    post,
    redacting,
    staff,
)

RULES: tuple[Rule, ...] = (
    citizen.own_record,
    citizen.parent,
    citizen.power_of_attorney,
    citizen.guardian,
    citizen.withheld,
    citizen.withheld_from_youth,
    citizen.delayed,
    machines.own_service,
    machines.sent_message,
    staff.care_relation,
    staff.self_declared,
    staff.casework,
    staff.emergency,
    staff.identify,
    staff.reference_data,
    staff.hold_bed,
    staff.unmatched_items,
    staff.owned_items,
    staff.privacy_officer,
    post.open_message,
    post.match_message,
    post.find_for_message,
    attested.attested,
    giving.assign,
    giving.register,
    giving.next_of_kin,
    giving.own_will,
    duty.weak_login,
    duty.no_duty,
    duty.own_record_as_staff,
    duty.app_scope,
    closed.block,
    closed.restriction,
    drafts.draft,
)

_OF_FIRST = {rule.id: rule for rule in (machines.first_sent_message, giving.first_register)}
_FOURTH = tuple(rule for rule in RULES if rule is not drafts.draft)
_THIRD = tuple(rule for rule in _FOURTH if rule is not staff.hold_bed)
_SECOND = tuple(rule for rule in _THIRD if rule is not staff.owned_items)
EDITIONS: dict[int, tuple[Rule, ...]] = {
    1: tuple(_OF_FIRST.get(rule.id, rule) for rule in _SECOND),
    2: _SECOND,
    3: _THIRD,
    4: _FOURTH,
    5: RULES,
}
"""The rules by edition. A rule that is changed in meaning or words gets a new edition; the old one stays for the replay of
decisions made under it."""

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

RULINGS_KEPT_MAX = 1_024
"""A page of answers is judged by the rulings of one question."""


@dataclass(frozen=True, slots=True)
class Rulings:
    """What the rules say to one question, before any facts."""

    permits: tuple[Ruling, ...]
    denials: tuple[Ruling, ...]
    scope: Scope
    judge: Callable[[Facts], Decision]
    """The same rulings, judged by facts; made ready when facts first come, since many a scope never meets any."""


@lru_cache(maxsize=RULINGS_KEPT_MAX)
def rulings(actor: Actor, purpose_of_use: PurposeOfUse, question: Question, policy: Policy) -> Rulings:
    """Every rule asked once."""
    asked = Asked(actor, purpose_of_use, question, policy, data_class(question.type))
    spoken = [ruling for rule in EDITIONS.get(policy.edition, RULES) if (ruling := rule(asked)) is not None]
    permits = tuple(r for r in spoken if r.reason.effect == "permit")
    denials = tuple(r for r in spoken if r.reason.effect == "deny")
    restriction = all_of(
        any_of(*(r.restriction for r in permits)), *(negated(r.restriction) for r in denials)
    )
    scope = Scope(restriction, redacting.redactions(asked), policy.version)
    return Rulings(permits, denials, scope, _judge(permits, denials, scope))


def scope(actor: Actor, purpose_of_use: PurposeOfUse, question: Question, policy: Policy) -> Scope:
    """How much `actor` may see or do of a type for `purpose_of_use`: what the store puts inside its SQL."""
    return rulings(actor, purpose_of_use, question, policy).scope


def decide(
    facts: Facts, actor: Actor, purpose_of_use: PurposeOfUse, question: Question, policy: Policy
) -> Decision:
    """May `actor`, for `purpose_of_use`, do what `question` asks with the resource that `facts` describe?"""
    return rulings(actor, purpose_of_use, question, policy).judge(facts)


def _judge(
    permits: tuple[Ruling, ...], denials: tuple[Ruling, ...], scope: Scope
) -> Callable[[Facts], Decision]:
    closing: list[tuple[Ruling, Predicate]] = []
    opening: list[tuple[Ruling, Predicate]] = []
    hiding: list[tuple[str, Predicate]] = []
    ready = False
    nothing = Decision(False, (NO_RELATION if permits else DEFAULT,), LOG, (), scope.policy_version)

    def prepare() -> None:
        nonlocal closing, opening, hiding, ready
        closing = [(r, predicate(r.restriction)) for r in denials]
        opening = [(r, predicate(r.restriction)) for r in permits]
        hiding = [(name, predicate(REDACTIONS[name].restriction)) for name in scope.redactions]
        ready = True

    def judge(facts: Facts) -> Decision:
        if not ready:
            prepare()
        if closed := [r for r, speaks in closing if speaks(facts)]:
            return _decision(False, closed, (), scope.policy_version)
        opened = [r for r, speaks in opening if speaks(facts)]
        if not opened:
            return nothing
        hidden = tuple([name for name, hides in hiding if hides(facts)]) if hiding else ()
        return _decision(True, opened, hidden, scope.policy_version)

    return judge


def _decision(permit: bool, decided: list[Ruling], redactions: tuple[str, ...], version: str) -> Decision:
    if len(decided) == 1:
        return Decision(permit, (decided[0].reason,), decided[0].obligations, redactions, version)
    obligations = tuple(dict.fromkeys(o for r in decided for o in r.obligations))
    return Decision(permit, tuple([r.reason for r in decided]), obligations, redactions, version)


def as_told(decision: Decision) -> Decision:
    """The decision as the one who asked may hear it: what somebody has closed looks like what was never open."""
    told = (NO_RELATION if reason.concealed else reason for reason in decision.reasons)
    return replace(decision, reasons=tuple(dict.fromkeys(told)))
