"""Who the tests of neighbours are about: one citizen known in several municipalities, and those who ask about her."""

import json
from typing import Any

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.playing.neighbourhood import Neighbour
from akson.record.values import Change
from akson_lab.nhn.people_tokens import Person

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
ASTRID, BO = "13816099990", "01857090027"
IDA = Person("01827090057", "Ida Nilsen", "9900001")
NADIA = Person("02827190061", "Nadia Berg", "9900004")
UNIT = {"reference": "Organization/hjemmetjenesten-ost"}


def patient(id: str, number: str, family: str = "Bakken") -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": id,
        "identifier": [{"system": FNR, "value": number}],
        "name": [{"family": family, "given": ["Astrid"]}],
    }


def practitioner(id: str, person: Person) -> dict[str, Any]:
    return {
        "resourceType": "Practitioner",
        "id": id,
        "active": True,
        "identifier": [
            {"system": HPR, "value": person.hpr},
            {"system": FNR, "value": person.national_id},
        ],
        "name": [{"text": person.name}],
    }


def episode(id: str, of: str) -> dict[str, Any]:
    return {
        "resourceType": "EpisodeOfCare",
        "id": id,
        "status": "active",
        "patient": {"reference": f"Patient/{of}"},
        "managingOrganization": UNIT,
        "period": {"start": "2026-01-03"},
    }


def medicine(id: str, of: str, text: str, label: str = "", status: str = "active") -> dict[str, Any]:
    found: dict[str, Any] = {
        "resourceType": "MedicationStatement",
        "id": id,
        "status": status,
        "subject": {"reference": f"Patient/{of}"},
        "medicationCodeableConcept": {"text": text},
    }
    if label:
        system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
        found["meta"] = {"security": [{"system": system, "code": label}]}
    return found


def allergy(id: str, of: str, text: str) -> dict[str, Any]:
    return {
        "resourceType": "AllergyIntolerance",
        "id": id,
        "patient": {"reference": f"Patient/{of}"},
        "clinicalStatus": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
                    "code": "active",
                }
            ]
        },
        "code": {"text": text},
        "criticality": "high",
    }


def closed_to(id: str, of: str, person: str) -> dict[str, Any]:
    """What Akson keeps of a block: `person` never sees `of` (docs/consents.md)."""
    return {
        "resourceType": "Consent",
        "id": id,
        "status": "active",
        "scope": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}
            ]
        },
        "category": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7608", "code": "BL"}]}],
        "patient": {"reference": f"Patient/{of}"},
        "dateTime": "2026-02-01",
        "provision": {"type": "deny", "actor": [{"role": {"text": "x"}, "reference": {"reference": person}}]},
    }


async def put(one: Neighbour, *resources: dict[str, Any]) -> None:
    session = one.node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    await session.commit(
        [
            Change("PUT", r["resourceType"], id=r["id"], body=json.dumps(r).encode(), resource=r)
            for r in resources
        ]
    )
