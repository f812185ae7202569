"""`decide`: pure and total. The only maker of Decisions. No I/O, no clock, never an exception.

Deny outranks permit; several permits widen (AnyOf); no permit is a no. Adding a rule: one function, one line in RULES.
"""

from collections.abc import Callable
from datetime import datetime

from akson.access.actor import Actor, PurposeOfUse
from akson.access.decision import AnyOf, Decision, Nothing, Question, Reason, Restriction
from akson.access.rules import Ruling, citizen, machines, staff

POLICY_VERSION = "2026-11-24.2"

Rule = Callable[[Actor, PurposeOfUse, Question, datetime], Ruling | None]

RULES: tuple[Rule, ...] = (
    citizen.own_record,
    citizen.represented,
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

_DEFAULT = Reason(
    "AKS-RULE-DEFAULT",
    "deny",
    "Ingen regel gir tilgang til dette.",
    "helsepersonelloven § 21 a; pasientjournalloven § 16",
)


def decide(actor: Actor, purpose_of_use: PurposeOfUse, question: Question, *, at: datetime) -> Decision:
    """May `actor`, for `purpose_of_use`, do what `question` asks at the instant `at`, and of what?"""
    rulings = [r for rule in RULES if (r := rule(actor, purpose_of_use, question, at)) is not None]
    denials = tuple(r.reason for r in rulings if r.reason.effect == "deny")
    if denials:
        return _no(denials)
    if not rulings:
        return _no((_DEFAULT,))
    return Decision(
        permit=True,
        restriction=_widest([r.restriction for r in rulings]),
        reasons=tuple(r.reason for r in rulings),
        obligations=("log",),
        policy_version=POLICY_VERSION,
    )


def _no(reasons: tuple[Reason, ...]) -> Decision:
    return Decision(False, Nothing(), reasons, ("log",), POLICY_VERSION)


def _widest(restrictions: list[Restriction]) -> Restriction:
    return restrictions[0] if len(restrictions) == 1 else AnyOf(tuple(restrictions))
