"""The acts of a case: each gives the resources of one commit (README, «The data»).

What a decision brings about (visits) is not given here: it follows from the decision (`visits.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from akson.care.casework import deadlines, letter
from akson.care.casework.decision import Decision, bounds, ended_on, period, request
from akson.care.casework.rows import TASKS, WORDS, category, refer, stamp
from akson.care.fhir_json import Resource
from akson.fhir.problem import Problem, ProblemKind


@dataclass(frozen=True, slots=True)
class Application:
    id: str
    task: str
    patient: Resource
    received: datetime
    asked: str
    """What is asked for, in the applicant's words."""
    applicant: Resource
    office: Resource
    owner: Resource
    """Who has the case: an application without an owner does not exist."""
    service: Resource | None = None
    """A Coding of 9151, when the application names one."""


@dataclass(frozen=True, slots=True)
class Assessment:
    id: str
    text: str
    found: tuple[Resource, ...]
    """References to what stands in the record and is built upon: Observations (IPLOS), Conditions."""
    by: Resource
    at: datetime


@dataclass(frozen=True, slots=True)
class Complaint:
    id: str
    task: str
    received: datetime
    asked: str
    complainant: Resource
    owner: Resource


def apply(application: Application) -> list[Resource]:
    """[ServiceRequest, Task]: what was asked, and who answers by when."""
    asked = {
        "resourceType": "ServiceRequest",
        "id": application.id,
        "status": "active",
        "intent": "proposal",
        "category": [category("application")],
        "code": {
            **({"coding": [application.service]} if application.service else {}),
            "text": application.asked,
        },
        "subject": application.patient,
        "authoredOn": stamp(application.received),
        "requester": application.applicant,
        "performer": [application.office],
    }
    return [
        asked,
        _task("application", application.task, asked, application.owner, application.received, "decision"),
    ]


def assess(application: Resource, task: Resource, assessment: Assessment) -> list[Resource]:
    """[ServiceRequest, Task]: what was found; the case goes on. Raises Problem AKS-CASE-002 when the case is closed."""
    _still_open(application)
    found = {
        "resourceType": "ServiceRequest",
        "id": assessment.id,
        "status": "completed",
        "intent": "plan",
        "category": [category("assessment")],
        "code": {"text": WORDS["assessment"]},
        "subject": application["subject"],
        "basedOn": [refer(application)],
        "authoredOn": stamp(assessment.at),
        "requester": assessment.by,
        **({"reasonReference": list(assessment.found)} if assessment.found else {}),
        "note": [{"text": assessment.text}],
    }
    return [found, {**task, "status": "in-progress"}]


def decide(
    decision: Decision, application: Resource | None = None, task: Resource | None = None
) -> list[Resource]:
    """[ServiceRequest, EpisodeOfCare, Communication], and the case closed. Raises Problem AKS-CASE-001, AKS-CASE-002."""
    _whole(decision)
    if application is not None:
        _still_open(application)
    granted = request(decision, application)
    made = [granted, _episode(decision, granted), letter.communication(granted, decision.letter, decision.at)]
    if application is not None:
        made.append({**application, "status": "completed"})
    if task is not None:
        made.append({**task, "status": "completed", "statusReason": {"text": "Vedtak er fattet."}})
    return made


def change(decision: Decision, standing: Resource, episode: Resource) -> list[Resource]:
    """[new ServiceRequest, old one ended the day before, EpisodeOfCare, Communication]: one service that goes on."""
    _whole(decision)
    _in_force(standing)
    start, _ = period(standing)
    if decision.start < start:
        raise _refused(
            "AKS-CASE-004", "En endring kan ikke gjelde fra før vedtaket den endrer.", "Velg en senere dag."
        )
    new = request(decision, replaces=standing)
    old = ended_on(standing, decision.start - timedelta(days=1), "revoked")
    began = str((episode.get("period") or {}).get("start") or decision.start.isoformat())
    going_on = {
        **episode,
        "status": "active",
        "managingOrganization": decision.unit,
        "period": {**bounds(decision.start, decision.end), "start": began},
        "referralRequest": [*(episode.get("referralRequest") or []), refer(new)],
    }
    return [new, old, going_on, letter.communication(new, decision.letter, decision.at)]


def end(standing: Resource, episode: Resource, last: date, why: str) -> list[Resource]:
    """[ServiceRequest, EpisodeOfCare]: nothing is given after `last`. `why`: `ended` or `death`."""
    _in_force(standing)
    _, planned_end = period(standing)
    last = min(last, planned_end) if planned_end else last
    ended = ended_on(standing, last, "completed")
    began = str((episode.get("period") or {}).get("start") or last.isoformat())
    closing = min(began, last.isoformat())
    finished = {**episode, "status": "finished", "period": {"start": closing, "end": last.isoformat()}}
    if why == "death":
        ended = {**ended, "reasonCode": [{"text": "Død"}]}
    return [ended, finished]


def complain(decision: Resource, sent: Resource, complaint: Complaint) -> list[Resource]:
    """[ServiceRequest, Task]: a complaint is taken in also when it is late; that it is, stands in its Task."""
    until = letter.complaint_until(decision, sent)
    asked = {
        "resourceType": "ServiceRequest",
        "id": complaint.id,
        "status": "active",
        "intent": "proposal",
        "category": [category("complaint")],
        "code": {"text": complaint.asked},
        "subject": decision["subject"],
        "basedOn": [refer(decision)],
        "authoredOn": stamp(complaint.received),
        "requester": complaint.complainant,
        "performer": [decision["requester"]],
    }
    task = _task("complaint", complaint.task, asked, complaint.owner, complaint.received, "complaint-answer")
    if complaint.received > until.at:
        task["description"] = f"{task['description']} Klagen kom etter fristen ({until.source})."
    return [asked, task]


def _episode(decision: Decision, granted: Resource) -> Resource:
    return {
        "resourceType": "EpisodeOfCare",
        "id": decision.episode,
        "status": "active",
        "type": [granted["code"]],
        "patient": decision.patient,
        "managingOrganization": decision.unit,
        "period": bounds(decision.start, decision.end),
        "referralRequest": [refer(granted)],
    }


def _task(code: str, id: str, focus: Resource, owner: Resource, at: datetime, rule: str) -> Resource:
    due = deadlines.due(rule, at)
    return {
        "resourceType": "Task",
        "id": id,
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": TASKS, "code": code, "display": WORDS[code]}], "text": WORDS[code]},
        "description": f"{due.words} ({due.source}).",
        "focus": refer(focus),
        "for": focus["subject"],
        "authoredOn": stamp(at),
        "owner": owner,
        "restriction": {"period": {"end": stamp(due.at)}},
    }


def _whole(decision: Decision) -> None:
    if decision.end is not None and decision.end < decision.start:
        raise _refused("AKS-CASE-001", "Vedtaket slutter før det begynner.", "Rett perioden.")
    if not decision.grounds.strip():
        raise _refused(
            "AKS-CASE-001", "Vedtaket mangler begrunnelse.", "Skriv begrunnelsen (forvaltningsloven § 24)."
        )


def _still_open(application: Resource) -> None:
    if application.get("status") != "active":
        raise _refused("AKS-CASE-002", "Saken er avsluttet.", "Registrer en ny søknad.")


def _in_force(decision: Resource) -> None:
    if decision.get("status") != "active":
        raise _refused("AKS-CASE-003", "Vedtaket gjelder ikke lenger.", "Åpne vedtaket som gjelder.")


def _refused(id: str, what: str, now: str) -> Problem:
    return Problem(ProblemKind.INVALID, id, what, now=now)


__all__: Sequence[str] = (
    "Application", "Assessment", "Complaint", "apply", "assess", "change", "complain", "decide", "end",
)  # fmt: skip
