"""FHIR R4's own codes that people meet on screen, in bokmål. Which codes exist is said by the definitions.

Spec: https://hl7.org/fhir/R4/valueset-administrative-gender.html and its kin.
"""

from akson.terminology.codelist import CodeList
from akson.terminology.tables import read_lists

VALUE_SETS = {
    "http://hl7.org/fhir/administrative-gender": "http://hl7.org/fhir/ValueSet/administrative-gender",
    "http://hl7.org/fhir/appointmentstatus": "http://hl7.org/fhir/ValueSet/appointmentstatus",
    "http://hl7.org/fhir/episode-of-care-status": "http://hl7.org/fhir/ValueSet/episode-of-care-status",
    "http://hl7.org/fhir/task-status": "http://hl7.org/fhir/ValueSet/task-status",
    "http://terminology.hl7.org/CodeSystem/condition-clinical": "http://hl7.org/fhir/ValueSet/condition-clinical",
}
"""System -> the value set of the definitions that holds exactly its codes; the contract test compares."""


class FhirCore:
    name = "fhir_core"

    def lists(self) -> tuple[CodeList, ...]:
        return read_lists(__package__ or "")
