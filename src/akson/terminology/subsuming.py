"""`$subsumes`: which of two codes is above the other. https://hl7.org/fhir/R4/codesystem-operation-subsumes.html"""

from akson.terminology.concepts import CodeSystem
from akson.terminology.describing import known_concept


def outcome(system: CodeSystem, one: str, other: str) -> str:
    """`equivalent`, `subsumes` (the first is above), `subsumed-by` or `not-subsumed`. Raises Refused for an unknown code."""
    a, b = known_concept(system, one).code, known_concept(system, other).code
    if a == b:
        return "equivalent"
    if b in system.below(a):
        return "subsumes"
    return "subsumed-by" if a in system.below(b) else "not-subsumed"
