"""The post that Bjarne has got: an early notice and its change, a letter from the clinic, and three reports of results.

The facts are read from his record; the messages themselves are the lab's to write (`akson_lab.letters`).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from akson.app.demo.admission import AdmissionArguments, astrid_admission_arguments
from akson.care.fhir_json import Resource

PATIENT = "bjarne"


def bjarne_arguments(patient: Resource, now: datetime) -> AdmissionArguments:
    """`patient` is his Patient, as it stands in the record; `now` is aware."""
    name = patient["name"][0]
    address = (patient.get("address") or [{}])[0]
    return replace(
        astrid_admission_arguments(now),
        national_id=str(patient["identifier"][0]["value"]),
        given=" ".join(name.get("given") or []),
        family=str(name["family"]),
        born=datetime.fromisoformat(patient["birthDate"]).date(),
        female=patient.get("gender") == "female",
        street=", ".join(address.get("line") or []),
        admitted_at=now - timedelta(hours=20),
        sent_at=now - timedelta(hours=3),
        ward="Ortopedisk avdeling, sengepost 1",
        ward_phone="05500211",
        responsible_given="Jonas",
        responsible_family="Vik",
        description="",
    )
