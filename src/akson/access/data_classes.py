"""Which kind of data each resource type is. Rules speak of data classes, never of single types.

What is not named here is CLINICAL: a type that nobody has placed is treated as the most protected kind.
Source of the patient's classes: the Patient compartment of FHIR R4 (https://hl7.org/fhir/R4/compartmentdefinition-patient.html).
"""

from enum import StrEnum


class DataClass(StrEnum):
    REFERENCE = "reference"
    """Belongs to no patient: organisations, professionals, definitions, words."""
    DEMOGRAPHIC = "demographic"
    """Who the patient is and who stands near."""
    SERVICE = "service"
    """What the municipality has granted and planned."""
    MESSAGE = "message"
    """Correspondence and the work it makes."""
    CLINICAL = "clinical"


_REFERENCE = """
    ActivityDefinition CapabilityStatement CatalogEntry ChargeItemDefinition CodeSystem CompartmentDefinition ConceptMap
    DeviceDefinition EffectEvidenceSynthesis Endpoint EventDefinition Evidence EvidenceVariable ExampleScenario
    GraphDefinition HealthcareService ImplementationGuide InsurancePlan Library Location Measure Medication
    MedicationKnowledge MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication
    MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured
    MedicinalProductPackaged MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition
    NamingSystem ObservationDefinition OperationDefinition Organization OrganizationAffiliation PlanDefinition
    Practitioner PractitionerRole Questionnaire ResearchDefinition ResearchElementDefinition RiskEvidenceSynthesis
    SearchParameter SpecimenDefinition StructureDefinition StructureMap Substance SubstanceNucleicAcid
    SubstancePolymer SubstanceProtein SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification
    TerminologyCapabilities TestScript ValueSet
"""
_TYPES: dict[DataClass, str] = {
    DataClass.REFERENCE: _REFERENCE,
    DataClass.DEMOGRAPHIC: "Patient Person RelatedPerson",
    DataClass.SERVICE: "Appointment AppointmentResponse CareTeam Coverage EpisodeOfCare Schedule ServiceRequest Slot",
    DataClass.MESSAGE: "Communication CommunicationRequest Encounter Provenance Task",
}

CLASS_OF: dict[str, DataClass] = {name: kind for kind, names in _TYPES.items() for name in names.split()}


def data_class(type: str) -> DataClass:
    """The class of a resource type; CLINICAL for whatever is not placed."""
    return CLASS_OF.get(type, DataClass.CLINICAL)
