"""What FHIR R4 4.0.1 says: types, elements, search parameters, compartments, codes. Data, no behaviour.

Spec: https://hl7.org/fhir/R4/. Compiled by scripts/compile_definitions.py into r4.json.gz; rules that
read it (validation, FHIRPath, extraction) do not belong here.
"""

from akson.fhir.definitions.loading import Definitions, load
from akson.fhir.definitions.model import (
    Binding,
    Component,
    Constraint,
    ElementDefinition,
    ElementType,
    SearchParameter,
    TypeDefinition,
)
from akson.fhir.definitions.shape import Property, Shape, shape

__all__ = [
    "Binding",
    "Component",
    "Constraint",
    "Definitions",
    "ElementDefinition",
    "ElementType",
    "Property",
    "SearchParameter",
    "Shape",
    "TypeDefinition",
    "load",
    "shape",
]
