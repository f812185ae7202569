"""What is written when a dose is given, refused or not given, when something is taken as needed, and when a dose was missed.

Spec: https://hl7.org/fhir/R4/medicationadministration.html.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from akson.care.fhir_json import Resource
from akson.care.medication.administration.due import NORWAY, PlannedDose
from akson.care.medication.administration.states import (
    DOSE_KEY,
    REASONS,
    REFUSED_CODE,
    SECOND_WANTED,
    VERIFIER,
    may_confirm,
)
from akson.care.medication.lines import SourceLine

TASKS = "https://akson.no/fhir/CodeSystem/task"
MISSED_TASK = "follow-up"
_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?)(?:\s+(\S.*))?")
_FUNCTIONS = "http://terminology.hl7.org/CodeSystem/med-admin-perform-function"


def given(
    dose: PlannedDose, subject: Resource, by: Resource, at: datetime, second: Resource | None = None
) -> Resource:
    return _of_dose(dose, subject, by, at, status="completed", second=second)


def refused(dose: PlannedDose, subject: Resource, by: Resource, at: datetime) -> Resource:
    reason = {"coding": [{"system": REASONS, "code": REFUSED_CODE, "display": "Ville ikke ta den"}]}
    return _of_dose(dose, subject, by, at, status="not-done", reason={**reason, "text": "Ville ikke ta den"})


def not_given(dose: PlannedDose, subject: Resource, by: Resource, at: datetime, reason: str) -> Resource:
    """`reason` in words; a dose that was not given says why."""
    assert reason.strip()
    return _of_dose(dose, subject, by, at, status="not-done", reason={"text": reason.strip()})


def needed(
    line: SourceLine, amount: str, subject: Resource, by: Resource, at: datetime, why: str = ""
) -> Resource:
    told = _administration(line, subject, by, at, "completed")
    if why.strip():
        told["reasonCode"] = [{"text": why.strip()}]
    return {**told, **_amount(amount)}


def with_second_wanted(administration: Resource) -> Resource:
    """It waits for somebody else to confirm it."""
    wanted = {"url": SECOND_WANTED, "valueBoolean": True}
    return {**administration, "extension": [*(administration.get("extension") or []), wanted]}


def confirmed(administration: Resource, by: Resource) -> Resource:
    """By the second signer; the caller has asked `states.may_confirm`."""
    assert may_confirm(administration, by["reference"])
    return {**administration, "performer": [*administration["performer"], _verifier(by)]}


def taken_back(administration: Resource, by: Resource, at: datetime, reason: str) -> Resource:
    """It was entered in error: the dose is open again. What it said stays, here and in the history."""
    assert reason.strip()
    return {**effect(administration, reason, by, at), "status": "entered-in-error"}


def effect(administration: Resource, words: str, by: Resource, at: datetime) -> Resource:
    """The same administration with what came of it. The earlier version stays in the history."""
    note = {"text": words.strip(), "authorReference": by, "time": at.isoformat(timespec="seconds")}
    return {**administration, "note": [*(administration.get("note") or []), note]}


def missed(doses: Sequence[PlannedDose], subject: Resource, owner: Resource, now: datetime) -> Resource:
    """The item of the doses of one time that nobody has said anything of.

    It names no medicine: Tasks are read by roles that see none.
    """
    at = doses[0].at.astimezone(NORWAY)
    assert all(dose.at == doses[0].at for dose in doses)
    what = "En dose" if len(doses) == 1 else f"{len(doses)} doser"
    return {
        "resourceType": "Task",
        "identifier": [{"system": DOSE_KEY, "value": dose.key} for dose in doses],
        "status": "requested",
        "intent": "order",
        "priority": "urgent",
        "code": {"coding": [{"system": TASKS, "code": MISSED_TASK}], "text": "Dose uten svar"},
        "description": f"{what} {at:%d.%m.} kl. {at:%H:%M} er verken ført som gitt eller som ikke gitt. Se Utdeling.",
        "for": subject,
        "authoredOn": now.isoformat(timespec="seconds"),
        "owner": owner,
    }


def _of_dose(
    dose: PlannedDose,
    subject: Resource,
    by: Resource,
    at: datetime,
    *,
    status: str,
    reason: Resource | None = None,
    second: Resource | None = None,
) -> Resource:
    told = _administration(dose.line, subject, by, at, status)
    told["identifier"] = [{"system": DOSE_KEY, "value": dose.key}]
    if reason:
        told["statusReason"] = [reason]
    told |= _amount(dose.amount)
    if second:
        told["performer"].append(_verifier(second))
    return told


def _verifier(actor: Resource) -> Resource:
    return {"function": {"coding": [{"system": _FUNCTIONS, "code": VERIFIER}]}, "actor": actor}


def _amount(words: str) -> dict[str, Any]:
    """A dose must have a quantity (mad-1): `1–2 tabletter` is told in words beside it."""
    plain = words.strip()
    read = _AMOUNT.fullmatch(plain)
    if read is None:
        return {"note": [{"text": f"Mengde: {plain}"}]} if plain else {}
    number, unit = read.groups()
    quantity = {"value": Decimal(number.replace(",", ".")), **({"unit": unit} if unit else {})}
    return {"dosage": {"text": plain, "dose": quantity}}


def _administration(
    line: SourceLine, subject: Resource, by: Resource, at: datetime, status: str
) -> dict[str, Any]:
    name = " ".join(part for part in (line.name, line.strength, line.form) if part)
    return {
        "resourceType": "MedicationAdministration",
        "status": status,
        "medicationCodeableConcept": {
            **({"coding": [{"system": "http://www.whocc.no/atc", "code": line.atc}]} if line.atc else {}),
            "text": name,
        },
        "subject": subject,
        # `request` takes prescriptions alone: the line it was given by stands here.
        "supportingInformation": [{"reference": line.id}],
        "effectiveDateTime": at.isoformat(timespec="seconds"),
        "performer": [{"actor": by}],
    }
