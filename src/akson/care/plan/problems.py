"""Problems and what is aimed at: Conditions with the Goals that address them.

Spec: https://hl7.org/fhir/R4/condition.html, https://hl7.org/fhir/R4/goal.html. Measures and visits do not belong here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource, any_code, code_in, concept_text, instant, reference

ICPC2 = "urn:oid:2.16.578.1.12.4.1.1.7170"
ICD10 = "urn:oid:2.16.578.1.12.4.1.1.7110"
GONE = ("resolved", "inactive", "remission")
CLOSED_GOALS = ("completed", "cancelled", "rejected", "entered-in-error")


@dataclass(frozen=True, slots=True)
class HealthProblem:
    id: str
    name: str
    code: str
    """`K77` (ICPC-2) or `I50` (ICD-10), or ""."""
    goals: tuple[str, ...]
    evaluate: datetime | None
    """The nearest date a goal is to be evaluated."""
    since: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class FreeGoal:
    """A goal that addresses no problem on the list."""

    text: str
    evaluate: datetime | None


def _due(goal: Resource) -> datetime | None:
    dates = [instant(t.get("dueDate")) for t in goal.get("target") or []]
    return min((d for d in dates if d), default=None)


def _open_goals(goals: Iterable[Resource]) -> list[Resource]:
    """Limits of measurements (homefollowup/limits.py) are Goals too, and shown with the measurements."""
    return [
        g
        for g in goals
        if g.get("lifecycleStatus") not in CLOSED_GOALS and not any_code(g.get("category") or [], "limit")
    ]


def _addresses(goal: Resource) -> set[str]:
    return {reference(a) for a in goal.get("addresses") or []}


def _problem(condition: Resource, goals: list[Resource]) -> HealthProblem:
    own = [g for g in goals if f"Condition/{condition.get('id')}" in _addresses(g)]
    code = condition.get("code")
    return HealthProblem(
        id=str(condition.get("id", "")),
        name=concept_text(code) or "Uten navn",
        code=code_in(code, ICPC2, ICD10),
        goals=tuple(t for t in (concept_text(g.get("description")) for g in own) if t),
        evaluate=min((d for d in map(_due, own) if d), default=None),
        since=instant(condition.get("onsetDateTime") or condition.get("recordedDate")),
        note=" ".join(n.get("text", "") for n in condition.get("note") or []),
    )


def problems(conditions: Iterable[Resource], goals: Iterable[Resource] = ()) -> list[HealthProblem]:
    """Active problems: those with a goal first, then the newest."""
    wanted = _open_goals(goals)
    active = [
        _problem(c, wanted)
        for c in conditions
        if not any_code([c.get("clinicalStatus") or {}], *GONE)
        and not any_code([c.get("verificationStatus") or {}], "refuted", "entered-in-error")
    ]
    return sorted(active, key=lambda p: (not p.goals, -(p.since.timestamp() if p.since else 0.0), p.name))


def free_goals(conditions: Iterable[Resource], goals: Iterable[Resource]) -> list[FreeGoal]:
    """Goals that stand alone, nearest evaluation first."""
    known = {f"Condition/{c.get('id')}" for c in conditions}
    free = [
        FreeGoal(text, _due(g))
        for g in _open_goals(goals)
        if not _addresses(g) & known and (text := concept_text(g.get("description")))
    ]
    return sorted(free, key=lambda g: (g.evaluate is None, g.evaluate.timestamp() if g.evaluate else 0.0))
