"""K-001: the server states what it can do. Spec: https://hl7.org/fhir/R4/http.html#capabilities"""

from akson_kit.target import Finding, Requirement, Target


def check(target: Target) -> Finding:
    answer = target.ask("GET", "metadata", token=None)
    statement = answer.resource()
    if answer.status != 200 or statement.get("resourceType") != "CapabilityStatement":
        return Finding(False, f"GET metadata answered {answer.status} without a CapabilityStatement.")
    if not str(statement.get("fhirVersion", "")).startswith("4.0"):
        return Finding(False, f"fhirVersion is {statement.get('fhirVersion')!r}, not 4.0.x.")
    types = [r.get("type") for rest in statement.get("rest", []) for r in rest.get("resource", [])]
    missing = {"Patient", "Observation", "MedicationStatement", "EpisodeOfCare", "Task"} - set(types)
    if missing:
        return Finding(False, f"The statement lacks {', '.join(sorted(missing))}.")
    return Finding(True, f"FHIR {statement['fhirVersion']}, {len(types)} resource types.")


REQUIREMENT = Requirement(
    "K-001", "The server states what it can do, in FHIR R4", "HL7 FHIR R4, http.html#capabilities", check
)
