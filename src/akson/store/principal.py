"""Per type: the date its rows are ordered by, and whether it is about one patient only. Facts, no behaviour.

The principal date stands in columns of its own beside the patient, so that "the newest of this patient" is one walk in
an index. Other dates stand in arrays. Changing a line asks for `akson reindex`. Source: the elements' cardinalities in
https://hl7.org/fhir/R4/resourcelist.html.
"""

PRINCIPAL_DATE = {
    "AllergyIntolerance": "date",
    "Appointment": "date",
    "AuditEvent": "date",
    "CarePlan": "date",
    "CareTeam": "date",
    "Claim": "created",
    "ClinicalImpression": "date",
    "Communication": "sent",
    "CommunicationRequest": "authored",
    "Composition": "date",
    "Condition": "onset-date",
    "Consent": "date",
    "DeviceRequest": "authored-on",
    "DiagnosticReport": "date",
    "DocumentReference": "date",
    "Encounter": "date",
    "EpisodeOfCare": "date",
    "ExplanationOfBenefit": "created",
    "FamilyMemberHistory": "date",
    "Flag": "date",
    "Goal": "start-date",
    "ImagingStudy": "started",
    "Immunization": "date",
    "List": "date",
    "Media": "created",
    "MedicationAdministration": "effective-time",
    "MedicationDispense": "whenhandedover",
    "MedicationRequest": "authoredon",
    "MedicationStatement": "effective",
    "NutritionOrder": "datetime",
    "Observation": "date",
    "Patient": "birthdate",
    "Person": "birthdate",
    "Procedure": "date",
    "Provenance": "recorded",
    "QuestionnaireResponse": "authored",
    "RelatedPerson": "birthdate",
    "RiskAssessment": "date",
    "ServiceRequest": "authored",
    "Slot": "start",
    "Specimen": "collected",
    "Task": "authored-on",
}
"""Type -> search parameter. Each is one date or period at most; a Timing counts as one period from first to last."""

PATIENT_PARAMS = ("patient", "subject")
"""The search parameters that name the patient a resource is about, in order of trust."""

ONE_PATIENT = frozenset({
    "AllergyIntolerance", "CarePlan", "CareTeam", "Claim", "ClinicalImpression", "Communication", "Composition",
    "Condition", "DeviceRequest", "DiagnosticReport", "DocumentReference", "Encounter", "EpisodeOfCare",
    "ExplanationOfBenefit", "FamilyMemberHistory", "Flag", "Goal", "ImagingStudy", "Immunization", "List", "Media",
    "MedicationAdministration", "MedicationDispense", "MedicationRequest", "MedicationStatement", "NutritionOrder",
    "Observation", "Procedure", "QuestionnaireResponse", "RiskAssessment", "ServiceRequest", "Specimen", "Task",
})  # fmt: skip
"""Types whose patient/subject is one reference at most: the column `patient` then answers for the parameter."""

WHOLE_COMPOSITES = {
    "Observation": {
        "code-value-concept": ("code", "value-concept"),
        "code-value-date": ("code", "value-date"),
        "code-value-quantity": ("code", "value-quantity"),
        "code-value-string": ("code", "value-string"),
    }
}
"""Composites whose parts stand once in the resource itself: asking for both parts says the same, so nothing is indexed."""

UNIONS = {
    "Observation": {
        "combo-code": ("code", "component-code"),
        "combo-value-concept": ("value-concept", "component-value-concept"),
        "combo-value-quantity": ("value-quantity", "component-value-quantity"),
        "combo-code-value-concept": ("code-value-concept", "component-code-value-concept"),
        "combo-code-value-quantity": ("code-value-quantity", "component-code-value-quantity"),
    }
}
"""Parameters that are one or the other of two: nothing is indexed for them either."""
