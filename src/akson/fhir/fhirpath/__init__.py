"""FHIRPath: text -> tokens -> Expression -> closure, model aware.

    compile("name.where(use = 'official').given", "Patient")(patient) -> ["Astrid"]

Spec: https://hl7.org/fhirpath/N1/ and https://hl7.org/fhir/R4/fhirpath.html
"""

from akson.fhir.fhirpath.checking import check
from akson.fhir.fhirpath.compiler import compile, compile_items
from akson.fhir.fhirpath.item import Context, Environment, Item
from akson.fhir.fhirpath.parser import parse

__all__ = ["Context", "Environment", "Item", "check", "compile", "compile_items", "parse"]
