"""What the operations come to, as FHIR that the rest of the house, and any FHIR client, can read. Pure, one way.

    CarePlan (the plan)          goal, activity → ServiceRequest, medicines as activity.detail, contributor
    CarePlan (each zone)         partOf the plan, addresses a contained Condition whose severity is the zone's colour
    Goal · ServiceRequest        goals · measures (intent `plan`, as care plans here write them: they become visits)
    Observation · Communication  how a day was · comments
    Task                         one for each line on which two disagree, until somebody has chosen
    Provenance                   one for each operation: who, for whom, when, on which line
    CareTeam · Consent           who takes part, and what the patient agreed to
    Consent                      what closes the plan to a partner who is out, from the moment she is

Everything can be made again from the operations; nothing here is read back. A line in conflict stands as it first was said,
with the Task beside it. Zones: HL7 Norway, Planer-CarePlan-hacking 0.2.1 (severity green, yellow, red).
"""

from collections.abc import Sequence
from typing import Any

from akson.sharing.plan.entries import LABELLED, SYSTEM, Resource, head_of, stored_id
from akson.sharing.plan.joining import Line, Member, SharedPlan
from akson.sharing.plan.operation import CITIZEN, OUT, WEEKDAYS, Kind, Operation

ORGANISATION = "urn:oid:2.16.578.1.12.4.1.4.101"
MEASURES = "https://akson.no/fhir/CodeSystem/care-plan"
"""As `care.plan.measures` has it: category `measure`."""
TASKS = "https://akson.no/fhir/CodeSystem/task"
CONFLICT = "shared-plan-conflict"
ZONE_SYSTEM = "http://hl7.no/fhir/ig/planer-hacking/CodeSystem/planer-hacking-observation-severity-zone-cs"
_RECIPIENT = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}]
}
COLOUR_WORDS = {"green": "Grønn sone", "yellow": "Gul sone", "red": "Rød sone"}
MEASURE_WORDS = {"saturation": "SpO₂", "weight": "Vekt", "pulse": "Puls", "temperature": "Temperatur"}


def projected(
    plan: SharedPlan, operations: Sequence[Operation], patient: str, unit: Resource
) -> list[Resource]:
    """`unit`: Reference of who owns what has to be chosen. The same plan gives the same resources, to the byte."""
    her = {"reference": f"Patient/{patient}"}
    lines = [resource for line in plan.lines for resource in _line(line, patient, her, unit)]
    tasks = [_conflict(line, patient, her, unit) for line in plan.lines]
    outside = {o.id for o in (*plan.waiting, *plan.late)}
    trail = [_provenance(o, patient) for o in operations if o.id not in outside]
    limited = {str((o.content or {}).get("party")) for o in operations if _limits(o)}
    closed = [
        _closing(m, plan, patient, her) for m in plan.members.values() if m.party in limited and not m.steward
    ]
    given = [_consent(m, plan, patient, her) for m in plan.members.values() if _by_consent(m, plan)]
    team = _team(plan, patient, her) if plan.members else None
    whole = [_head(plan, patient, her), *lines, *(t for t in tasks if t), *trail, *closed, *given]
    return [*whole, team] if team else whole


def limit_words(content: Any) -> str:
    """`SpO₂ under 88`."""
    told = []
    for one in content.get("limits") or ():
        name = MEASURE_WORDS.get(one["measure"], one["measure"])
        if one.get("low") and one.get("high"):
            told.append(f"{name} {one['low']}–{one['high']}")
        elif one.get("low"):
            told.append(f"{name} {one['low']} eller mer")
        else:
            told.append(f"{name} {one['high']} eller mindre")
    return "; ".join(told)


def _head(plan: SharedPlan, patient: str, her: Resource) -> Resource:
    shown = plan.shown
    said = {line.id: line.choices[0].content or {} for line in shown}
    goals = [line for line in shown if line.kind is Kind.GOAL]
    activity: list[Resource] = [
        {"reference": {"reference": f"ServiceRequest/{stored_id(patient, line.id)}"}}
        for line in shown
        if line.kind is Kind.MEASURE
    ]
    activity += [
        {
            "detail": {
                "kind": "MedicationRequest",
                "status": "in-progress",
                "description": " · ".join(str(said[line.id].get(n) or "") for n in ("text", "dose")).strip(
                    " ·"
                ),
            }
        }
        for line in shown
        if line.kind is Kind.MEDICINE
    ]
    return {
        "resourceType": "CarePlan",
        "id": head_of(patient)[1],
        "meta": LABELLED,
        "identifier": [{"system": f"{SYSTEM}/version", "value": plan.version}],
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [{"system": SYSTEM, "code": "shared"}], "text": "Delt plan"}],
        "title": "Delt plan",
        "subject": her,
        **_filled("goal", [{"reference": f"Goal/{stored_id(patient, g.id)}"} for g in goals]),
        **_filled("activity", activity),
        **_filled("contributor", [_party(m.party, m.name) for m in plan.members.values() if m.inside]),
    }


def _filled(name: str, values: list[Resource]) -> Resource:
    return {name: values} if values else {}


def _party(party: str, name: str, **more: Any) -> Resource:
    if party == CITIZEN:
        return {"display": name or "Pasienten", **more}
    return {"identifier": {"system": ORGANISATION, "value": party}, "display": name or party, **more}


def _line(line: Line, patient: str, her: Resource, unit: Resource) -> list[Resource]:
    first = line.choices[0].first
    content = first.content or _last_said(line)
    made = {
        Kind.ZONE: _zone,
        Kind.GOAL: _goal,
        Kind.MEASURE: _measure,
        Kind.COMMENT: _comment,
        Kind.STATUS: _day,
    }.get(line.kind)
    if made is None or content is None:
        return []
    base = {"id": stored_id(patient, line.id), "meta": LABELLED}
    return [{**base, **made(line, content, first, patient, her, unit)}]


def _last_said(line: Line) -> Any:
    return next((c.content for c in line.choices if c.content is not None), None)


def _zone(line: Line, said: Any, first: Operation, patient: str, her: Resource, unit: Resource) -> Resource:
    signs = " ".join(part for part in (said.get("signs", ""), limit_words(said)) if part)
    return {
        "resourceType": "CarePlan",
        "contained": [
            {
                "resourceType": "Condition",
                "id": "zone",
                "severity": {"coding": [{"system": ZONE_SYSTEM, "code": said["colour"]}]},
                "code": {"text": signs},
                "subject": her,
            }
        ],
        "status": "revoked" if line.removed else "active",
        "intent": "plan",
        "category": [{"coding": [{"system": SYSTEM, "code": "zone"}], "text": COLOUR_WORDS[said["colour"]]}],
        "title": COLOUR_WORDS[said["colour"]],
        "subject": her,
        "partOf": [{"reference": "/".join(head_of(patient))}],
        "addresses": [{"reference": "#zone"}],
        "activity": [{"detail": {"status": "in-progress", "description": said["do"]}}],
    }


def _goal(line: Line, said: Any, first: Operation, patient: str, her: Resource, unit: Resource) -> Resource:
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "cancelled" if line.removed else "active",
        "description": {"text": said["text"]},
        "subject": her,
        "startDate": first.at.date().isoformat(),
        "expressedBy": _party(first.author.party, f"{first.author.name}, {first.author.party_name}"),
        **({"target": [{"dueDate": said["due"]}]} if said.get("due") else {}),
    }


def _measure(
    line: Line, said: Any, first: Operation, patient: str, her: Resource, unit: Resource
) -> Resource:
    times = said.get("times") or []
    repeat = {
        "boundsPeriod": {"start": first.at.date().isoformat()},
        "duration": int(said.get("minutes", 30)),
        "durationUnit": "min",
        "frequency": len(times),
        "period": 1,
        "periodUnit": "d",
        "dayOfWeek": list(said.get("days") or WEEKDAYS),
        "timeOfDay": [t if len(t) > len("08:00") else f"{t}:00" for t in times],
    }
    return {
        "resourceType": "ServiceRequest",
        # Of a measure that two see differently, visits go on as it was first said: a disagreement stops no care.
        "status": "completed" if line.removed else "active",
        "intent": "plan",
        "category": [
            {"coding": [{"system": MEASURES, "code": "measure", "display": "Tiltak"}], "text": "Tiltak"}
        ],
        "code": {"text": said["text"]},
        "subject": her,
        "authoredOn": first.at.isoformat(timespec="seconds"),
        "requester": _party(first.author.party, f"{first.author.name}, {first.author.party_name}"),
        **({"performer": [unit]} if times else {}),
        "occurrenceTiming": {"repeat": repeat} if times else {"code": {"text": "Ved behov"}},
    }


def _comment(
    line: Line, said: Any, first: Operation, patient: str, her: Resource, unit: Resource
) -> Resource:
    return {
        "resourceType": "Communication",
        "status": "entered-in-error" if line.removed else "completed",
        "category": [{"coding": [{"system": SYSTEM, "code": "comment"}], "text": "Kommentar i delt plan"}],
        "subject": her,
        "sent": first.at.isoformat(timespec="seconds"),
        "sender": _party(first.author.party, f"{first.author.name}, {first.author.party_name}"),
        "about": [{"reference": "/".join(head_of(patient))}],
        "payload": [{"contentString": said["text"]}],
    }


def _day(line: Line, said: Any, first: Operation, patient: str, her: Resource, unit: Resource) -> Resource:
    return {
        "resourceType": "Observation",
        "status": "entered-in-error" if line.removed else "final",
        "category": [{"coding": [{"system": SYSTEM, "code": "day"}], "text": "Dagens form"}],
        "code": {"text": "Dagens form, egen vurdering"},
        "subject": her,
        "effectiveDateTime": said["day"],
        "performer": [_party(first.author.party, first.author.name)],
        "valueCodeableConcept": {
            "coding": [{"system": ZONE_SYSTEM, "code": said["colour"]}],
            "text": COLOUR_WORDS[said["colour"]],
        },
        **({"note": [{"text": said["text"]}]} if said.get("text") else {}),
    }


def _conflict(line: Line, patient: str, her: Resource, unit: Resource) -> Resource | None:
    """Made when two disagree, closed when somebody has chosen: a line that never was one has none."""
    names = sorted({o.author.party_name for c in line.choices for o in c.operations})
    if not line.conflict:
        return None
    return {
        "resourceType": "Task",
        "id": stored_id(patient, f"conflict|{line.id}"),
        "meta": LABELLED,
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": TASKS, "code": CONFLICT}], "text": "Velg i delt plan"},
        "description": f"{' og '.join(names)} har endret samme linje i den delte planen. Velg hva som skal stå.",
        "for": her,
        "focus": {"reference": "/".join(head_of(patient))},
        "authoredOn": max(o.at for c in line.choices for o in c.operations).isoformat(timespec="seconds"),
        "owner": unit,
    }


def ended_conflicts(standing: Sequence[Resource], plan: SharedPlan, patient: str) -> list[Resource]:
    """Tasks that stand open of lines on which nobody disagrees any more."""
    open_ids = {stored_id(patient, f"conflict|{line.id}") for line in plan.lines if line.conflict}
    return [
        {**task, "status": "completed"}
        for task in standing
        if task.get("status") == "requested" and task["id"] not in open_ids
    ]


def _provenance(operation: Operation, patient: str) -> Resource:
    author = operation.author
    target = {
        Kind.ZONE: "CarePlan",
        Kind.GOAL: "Goal",
        Kind.MEASURE: "ServiceRequest",
        Kind.COMMENT: "Communication",
        Kind.STATUS: "Observation",
    }.get(operation.kind)
    place = f"{target}/{stored_id(patient, operation.line)}" if target else "/".join(head_of(patient))
    done = "DELETE" if operation.content is None else "UPDATE" if operation.base else "CREATE"
    return {
        "resourceType": "Provenance",
        "id": stored_id(patient, f"trail|{operation.id}"),
        "meta": LABELLED,
        # The patient too: without her it would be of nobody, and open to all.
        "target": [{"reference": place}, {"reference": f"Patient/{patient}"}],
        "recorded": operation.at.isoformat(timespec="milliseconds"),
        "activity": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-DataOperation", "code": done}]
        },
        "agent": [{"who": {"display": author.name}, "onBehalfOf": _party(author.party, author.party_name)}],
        "entity": [
            {"role": "revision", "what": {"reference": f"Basic/{stored_id(patient, id)}"}}
            for id in operation.base
        ]
        or [{"role": "source", "what": {"reference": f"Basic/{stored_id(patient, operation.id)}"}}],
    }


def _team(plan: SharedPlan, patient: str, her: Resource) -> Resource:
    """Who takes part. Named by number and not by reference: to be in the plan opens nothing else of the record."""
    return {
        "resourceType": "CareTeam",
        "id": stored_id(patient, "team"),
        "meta": LABELLED,
        "status": "active",
        "category": [{"coding": [{"system": SYSTEM, "code": "shared"}], "text": "Med i den delte planen"}],
        "name": "Med i den delte planen",
        "subject": her,
        "participant": [
            {
                "member": _party(m.party, m.name),
                **({"period": {"end": m.until.isoformat(timespec="seconds")}} if m.until else {}),
            }
            for m in plan.members.values()
            if m.inside
        ],
    }


def _invitation(member: Member, plan: SharedPlan) -> Operation | None:
    line = plan.line(f"member-{member.party}")
    return line.choices[0].first if line else None


def _by_consent(member: Member, plan: SharedPlan) -> bool:
    made = _invitation(member, plan)
    return made is not None and bool((made.content or {}).get("consent"))


def _consent(member: Member, plan: SharedPlan, patient: str, her: Resource) -> Resource:
    """What the patient agreed to: this enterprise, these parts of the plan, until then. It opens nothing by itself."""
    made = _invitation(member, plan)
    assert made is not None
    ends = {"end": member.until.isoformat(timespec="seconds")} if member.until else {}
    return {
        "resourceType": "Consent",
        "id": stored_id(patient, f"consent|{member.party}"),
        "meta": LABELLED,
        "status": "active" if member.inside else "inactive",
        "scope": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "treatment"}]
        },
        "category": [
            {"coding": [{"system": SYSTEM, "code": "invitation"}], "text": "Med i den delte planen"}
        ],
        "patient": her,
        "dateTime": made.at.isoformat(timespec="seconds"),
        "policyRule": {"text": str((made.content or {}).get("consent"))},
        "provision": {
            "type": "permit",
            "period": {"start": made.at.isoformat(timespec="seconds"), **ends},
            "actor": [{"role": _RECIPIENT, "reference": _party(member.party, member.name)}],
            "code": [{"coding": [{"system": SYSTEM, "code": k.value}]} for k in Kind if k in member.kinds],
            "securityLabel": LABELLED["security"],
        },
    }


def _limits(operation: Operation) -> bool:
    """Whether it takes somebody out, now or at a time: her Consent then exists, active or not, for good."""
    content = operation.content or {}
    return operation.kind is Kind.MEMBER and (content.get("state") == OUT or bool(content.get("until")))


def _closing(member: Member, plan: SharedPlan, patient: str, her: Resource) -> Resource:
    """A block upon the label, for this enterprise: every door of the record then refuses what is labelled, at once."""
    line = plan.line(f"member-{member.party}")
    said_at = max((o.at for c in (line.choices if line else ()) for o in c.operations), default=None)
    start = member.until if member.inside and member.until else said_at
    return {
        "resourceType": "Consent",
        "id": stored_id(patient, f"closed|{member.party}"),
        "status": "active" if not member.inside or member.until else "inactive",
        "scope": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
            ]
        },
        "category": [
            {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7608", "code": "BL"}], "text": "Blokkert"}
        ],
        "patient": her,
        "policyRule": {"text": "Er ikke med i den delte planen"},
        "provision": {
            "type": "deny",
            **({"period": {"start": start.isoformat(timespec="seconds")}} if start else {}),
            "actor": [
                {
                    "role": _RECIPIENT,
                    "reference": _party(member.party, member.name),
                }
            ],
            "securityLabel": LABELLED["security"],
        },
    }
