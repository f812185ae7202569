"""The plan of one patient as FHIR: problems, goals with their evaluations, and the CarePlan that holds all of it together.

Spec: https://hl7.org/fhir/R4/careplan.html, goal.html, condition.html. Measures and their visits stand in `measures.py`.
"""

import uuid
from collections.abc import Iterable, Sequence

from akson.care.fhir_json import Resource, any_code, reference
from akson.care.plan.measures import PLAN

NURSING = "nursing"
_ACHIEVEMENT = "http://terminology.hl7.org/CodeSystem/goal-achievement"
OUTCOMES = {
    "achieved": "Nådd",
    "improving": "Bedre",
    "no-change": "Uendret",
    "worsening": "Dårligere",
    "not-achieved": "Ikke nådd, avsluttes",
}
"""How a goal may be evaluated: code of FHIR's goal-achievement -> bokmål."""
CLOSING = {"achieved": "completed", "not-achieved": "cancelled"}
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/care/plan")


def problem(id: str, patient: Resource, name: str, by: Resource, at: str) -> Resource:
    terminology = "http://terminology.hl7.org/CodeSystem/"
    return {
        "resourceType": "Condition",
        "id": id,
        "clinicalStatus": {"coding": [{"system": f"{terminology}condition-clinical", "code": "active"}]},
        "category": [
            {"coding": [{"system": f"{terminology}condition-category", "code": "problem-list-item"}]}
        ],
        "code": {"text": name},
        "subject": patient,
        "recordedDate": at,
        "recorder": by,
    }


def resolved(condition: Resource, at: str, note: Resource) -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    kept = condition.get("note") or []
    return {
        **{k: v for k, v in condition.items() if not k.startswith("abatement")},
        "clinicalStatus": {"coding": [{"system": system, "code": "resolved"}]},
        "abatementDateTime": at,
        "note": [*kept, note],
    }


def goal(
    id: str, patient: Resource, text: str, addresses: Sequence[str], due: str, by: Resource, day: str
) -> Resource:
    """`due`: the day it is evaluated, or ""."""
    return {
        "resourceType": "Goal",
        "id": id,
        "lifecycleStatus": "active",
        "description": {"text": text},
        "subject": patient,
        "startDate": day,
        "expressedBy": by,
        **({"addresses": [{"reference": r} for r in addresses]} if addresses else {}),
        **({"target": [{"dueDate": due}]} if due else {}),
    }


def evaluated(goal: Resource, outcome: str, note: Resource, day: str, due: str) -> Resource:
    """The goal with one more evaluation. `due`: when it is evaluated next; a goal that is closed has none."""
    status = CLOSING.get(outcome, goal.get("lifecycleStatus", "active"))
    concept = {"coding": [{"system": _ACHIEVEMENT, "code": outcome}], "text": OUTCOMES[outcome]}
    told = f"{OUTCOMES[outcome]}. {note['text']}".strip() if note.get("text") else f"{OUTCOMES[outcome]}."
    kept = {k: v for k, v in goal.items() if k != "target"}
    rest = [{k: v for k, v in t.items() if k != "dueDate"} for t in goal.get("target") or []]
    targets = [t for t in rest if t]
    if due and outcome not in CLOSING:
        targets = [{**(targets[0] if targets else {}), "dueDate": due}, *targets[1:]]
    return {
        **kept,
        "lifecycleStatus": status,
        "achievementStatus": concept,
        "statusDate": day,
        "note": [*(goal.get("note") or []), {**note, "text": told}],
        **({"target": targets} if targets else {}),
    }


def plan_id(patient: str) -> str:
    """One plan for each patient. `patient`: her id."""
    return str(uuid.uuid5(_NAMESPACE, patient))


def whole(standing: Resource | None, patient: Resource, added: Iterable[Resource], at: str) -> Resource:
    """The CarePlan with what was added: Conditions, Goals, measures. The same parts again change nothing."""
    plan: Resource = standing or {
        "resourceType": "CarePlan",
        "id": plan_id(reference(patient).rpartition("/")[2]),
        "status": "active",
        "intent": "plan",
        "category": [
            {"coding": [{"system": PLAN, "code": NURSING, "display": "Tiltaksplan"}], "text": "Tiltaksplan"}
        ],
        "title": "Tiltaksplan",
        "subject": patient,
        "created": at,
    }
    addresses, goals, activity = ([*(plan.get(k) or [])] for k in ("addresses", "goal", "activity"))
    known = {reference(r) for r in [*addresses, *goals]} | {reference(a.get("reference")) for a in activity}
    for one in added:
        place = f"{one['resourceType']}/{one['id']}"
        if place in known:
            continue
        target = {"reference": place}
        if one["resourceType"] == "Condition":
            addresses.append(target)
        elif one["resourceType"] == "Goal":
            goals.append(target)
        else:
            activity.append({"reference": target})
    parts = {"addresses": addresses, "goal": goals, "activity": activity}
    return {**plan, **{k: v for k, v in parts.items() if v}}


def plan_of(plans: Iterable[Resource]) -> Resource | None:
    """Her nursing plan in force, or None."""
    return next(
        (p for p in plans if p.get("status") == "active" and any_code(p.get("category") or [], NURSING)), None
    )
