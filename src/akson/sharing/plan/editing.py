"""From what somebody wants to the operation that says it, on the plan as she saw it. Pure; raises Problem for who may not.

edited(plan, "zone-red", {...}, by, id=…)         the line says this now (a choice in a conflict is the same)
removed(plan, "goal-1", by, id=…)                 the line is taken away
invited(plan, "999977771", "Fysio AS", {MEASURE}, until, by, …)    withdrawn(plan, "999977771", by, …)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.plan.joining import Line, Member, SharedPlan
from akson.sharing.plan.operation import (
    CITIZEN,
    CONTENT,
    IN,
    OUT,
    Author,
    Kind,
    Operation,
    checked,
    fixed_line,
)

GUEST = frozenset({Kind.MEASURE, Kind.COMMENT, Kind.GOAL})
"""What a guest writes when nothing else is said; with zones and status left out, which she then does not see either."""


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, through whose node, when, and the id that her client made for it."""

    author: Author
    via: str
    at: datetime
    id: str


def membership(plan: SharedPlan, party: str, now: datetime) -> Member:
    """Raises Problem NOT_FOUND AKS-PLAN-002 for one who is not, or no longer, in: as if there were no plan."""
    member = plan.members.get(party)
    if member is None or not member.at(now):
        raise not_in()
    return member


def not_in() -> Problem:
    return Problem(
        ProblemKind.NOT_FOUND,
        "AKS-PLAN-002",
        "Det finnes ingen delt plan du er med i.",
        now="Den som eier planen, kan invitere virksomheten din.",
    )


def visible(operations: Iterable[Operation], member: Member) -> list[Operation]:
    """What a member is given: the kinds of line she takes part in, and who else does. Whole lines, never parts of them."""
    return [o for o in operations if o.kind in member.kinds or o.kind not in CONTENT or member.steward]


def may_change(line: Line, party: str) -> bool:
    """What somebody has said is hers: a comment, and how the citizen was on a day, which she herself may always say anew."""
    if line.kind not in (Kind.COMMENT, Kind.STATUS) or (line.kind is Kind.STATUS and party == CITIZEN):
        return True
    return all(o.author.party == party for choice in line.choices for o in choice.operations)


def edited(
    plan: SharedPlan, line: str, kind: Kind, content: Mapping[str, Any] | None, by: By, *, base: Sequence[str] | None = None
) -> Operation:  # fmt: skip
    """`base`: what she saw, from her form; the line as it stands when left out. Raises FORBIDDEN AKS-PLAN-003."""
    _need(plan, by, kind)
    place = (fixed_line(kind, content) if content else "") or line
    standing = plan.line(place)
    if standing is not None and not may_change(standing, by.author.party):
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-PLAN-003",
            "Det en annen har sagt, kan du ikke endre.",
            now="Skriv en kommentar selv.",
        )
    seen = tuple(base) if base is not None else (standing.heads if standing else ())
    return checked(Operation(by.id, plan.id, place, kind, seen, content, by.author, by.via, by.at))


def removed(plan: SharedPlan, line: str, by: By, *, base: Sequence[str] | None = None) -> Operation:
    found = _standing(plan, line)
    return edited(plan, line, found.kind, None, by, base=base)


def chosen(
    plan: SharedPlan, line: str, number: int, by: By, *, base: Sequence[str] | None = None
) -> Operation:
    """Of a line in conflict: the choice that is to stand, by its place. What was not chosen stays in the history."""
    found = _standing(plan, line)
    if not 0 <= number < len(found.choices):
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-PLAN-004",
            "Valget finnes ikke lenger.",
            now="Noen har endret linjen. Se på planen på nytt.",
        )
    return edited(plan, line, found.kind, found.choices[number].content, by, base=base or found.heads)


def founded(plan_id: str, mode: str, by: By, unit: tuple[str, str] = ("", "")) -> Operation:
    """The first operation of a plan: its organisation is steward, and master where one node keeps all of it.

    `unit`: reference and name of the unit there that sees to the plan.
    """
    content = {"mode": mode, "master": by.author.party, "unit": list(unit)}
    return checked(Operation(by.id, plan_id, "policy", Kind.POLICY, (), content, by.author, by.via, by.at))


def switched(plan: SharedPlan, mode: str, by: By) -> Operation:
    """Where the plan lives from now on. Nothing is moved: every node keeps what it took in, in both modes."""
    line = plan.line("policy")
    said = dict(line.choices[0].content or {}) if line else {}
    return edited(plan, "policy", Kind.POLICY, {**said, "mode": mode, "master": by.author.party}, by)


def invited(
    plan: SharedPlan, party: str, name: str, kinds: Iterable[Kind], until: datetime | None, consent: str, by: By
) -> Operation:  # fmt: skip
    """`consent`: reference of the Consent that it rests on; "" where the relation of care is ground enough."""
    content: dict[str, Any] = {
        "party": party,
        "name": name,
        "state": IN,
        "kinds": sorted(k.value for k in kinds),
    }
    if until:
        content["until"] = until.isoformat()
    if consent:
        content["consent"] = consent
    return edited(plan, "", Kind.MEMBER, content, by)


def withdrawn(plan: SharedPlan, operations: Iterable[Operation], party: str, by: By) -> Operation:
    """Out from now on. What stood in the plan by her then stays; what comes later stands outside of it."""
    member = plan.members.get(party)
    if member is None or member.steward:
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-PLAN-005",
            "Virksomheten er ikke en deltaker som kan tas ut.",
            why="Den er ikke med, eller den eier planen.",
        )
    known = sorted(o.id for o in operations if o.author.party == party)
    kinds = sorted(k.value for k in member.kinds)
    content: dict[str, Any] = {
        "party": party, "name": member.name, "state": OUT, "kinds": kinds, "known": known,
    }  # fmt: skip
    line = plan.line(f"member-{party}")
    if line and (consent := (line.choices[0].content or {}).get("consent")):
        content["consent"] = consent
    return edited(plan, "", Kind.MEMBER, content, by)


def _standing(plan: SharedPlan, line: str) -> Line:
    found = plan.line(line)
    if found is None:
        raise Problem(
            ProblemKind.NOT_FOUND, "AKS-PLAN-004", "Linjen finnes ikke i planen.", now="Se på planen på nytt."
        )
    return found


def _need(plan: SharedPlan, by: By, kind: Kind) -> None:
    member = membership(plan, by.author.party, by.at)
    if kind not in member.kinds:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-PLAN-003",
            "Denne delen av planen kan du ikke endre.",
            why="Virksomheten din er med i planen for andre deler av den.",
            now="Skriv en kommentar, eller spør den som eier planen.",
        )
