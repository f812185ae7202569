"""FHIRPath: text -> tokens -> Expression -> closure, model aware.

    compile("name.where(use = 'official').given", "Patient")(patient) -> ["Astrid"]

Spec: https://hl7.org/fhirpath/N1/ and https://hl7.org/fhir/R4/fhirpath.html
"""

from akson.fhir.fhirpath.compiler import compile
from akson.fhir.fhirpath.parser import parse

__all__ = ["compile", "parse"]
