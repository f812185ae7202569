"""The kinds of data a sharing policy speaks of: finer than the access classes, as a council would name them."""

from enum import StrEnum


class SharedClass(StrEnum):
    CRITICAL = "critical"
    """Critical information: allergies, implants, what must be known first."""
    MEDICATION = "medication"
    PLAN = "plan"
    RESULTS = "results"
    MEASUREMENTS = "measurements"
    NOTES = "notes"
    DOCUMENTS = "documents"
    SERVICES = "services"
    PROBLEMS = "problems"
    PERSON = "person"
    OTHER = "other"


_TYPES: dict[SharedClass, str] = {
    SharedClass.CRITICAL: "AllergyIntolerance Flag DeviceUseStatement",
    SharedClass.MEDICATION: "MedicationStatement MedicationRequest MedicationAdministration MedicationDispense",
    SharedClass.PLAN: "CarePlan Goal Task",
    SharedClass.RESULTS: "DiagnosticReport Specimen ImagingStudy",
    SharedClass.NOTES: "Composition ClinicalImpression",
    SharedClass.DOCUMENTS: "DocumentReference DocumentManifest List",
    SharedClass.SERVICES: "EpisodeOfCare ServiceRequest Appointment Encounter CareTeam",
    SharedClass.PROBLEMS: "Condition Procedure Immunization FamilyMemberHistory",
    SharedClass.PERSON: "Patient RelatedPerson Person Consent",
}
_CLASS_OF = {name: kind for kind, names in _TYPES.items() for name in names.split()}


def types_of(kind: SharedClass) -> tuple[str, ...]:
    """The resource types that are of this kind; Observation is told apart by its category and stands in neither list."""
    return tuple(_TYPES.get(kind, "").split())


def class_of(type: str, categories: frozenset[str] = frozenset()) -> SharedClass:
    """The kind of one resource: by its type, and for an Observation by its category codes.

    >>> class_of("Observation", frozenset({"laboratory"})).value
    'results'
    """
    if type == "Observation":
        return SharedClass.RESULTS if "laboratory" in categories else SharedClass.MEASUREMENTS
    return _CLASS_OF.get(type, SharedClass.OTHER)
