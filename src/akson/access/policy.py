"""`decide`: pure and total. The only maker of Decisions. No I/O, no clock, never an exception.

Deny outranks permit; several permits widen (AnyOf); no permit is a no. Adding a rule: one function, one line in RULES.
"""

from collections.abc import Callable
from datetime import datetime

from akson.access.actor import Actor, PurposeOfUse
from akson.access.decision import AllOf, AnyOf, Decision, Everything, Nothing, Question, Reason, Restriction
from akson.access.rules import Ruling, citizen, machines, partners, staff
from akson.access.scopes import scope_restriction

POLICY_VERSION = "2026-11-26.1"

Rule = Callable[[Actor, PurposeOfUse, Question, datetime], Ruling | None]

RULES: tuple[Rule, ...] = (
    citizen.own_record,
    citizen.represented,
    machines.own_service,
    machines.sent_message,
    partners.attested,
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
_BEYOND_SCOPE = Reason("AKS-RULE-SCOPE", "deny", "Appen har ikke fått lov til dette.")


def decide(actor: Actor, purpose_of_use: PurposeOfUse, question: Question, *, at: datetime) -> Decision:
    """May `actor`, for `purpose_of_use`, do what `question` asks at the instant `at`, and of what?"""
    rulings = [r for rule in RULES if (r := rule(actor, purpose_of_use, question, at)) is not None]
    denials = tuple(r.reason for r in rulings if r.reason.effect == "deny")
    if denials:
        return _no(denials)
    if not rulings:
        return _no((_DEFAULT,))
    limit = (
        Everything()
        if actor.scopes is None
        else scope_restriction(actor.scopes, actor.patient_context, question)
    )
    if limit is None:
        return _no((_BEYOND_SCOPE,))
    return Decision(
        permit=True,
        restriction=_both(_widest([r.restriction for r in rulings]), limit),
        reasons=tuple(r.reason for r in rulings),
        obligations=("log",),
        policy_version=POLICY_VERSION,
    )


def _no(reasons: tuple[Reason, ...]) -> Decision:
    return Decision(False, Nothing(), reasons, ("log",), POLICY_VERSION)


def _widest(restrictions: list[Restriction]) -> Restriction:
    return restrictions[0] if len(restrictions) == 1 else AnyOf(tuple(restrictions))


def _both(rights: Restriction, limit: Restriction) -> Restriction:
    """The user's rights and the app's scopes: what both let through."""
    if isinstance(limit, Everything):
        return rights
    return limit if isinstance(rights, Everything) else AllOf((rights, limit))
