"""FHIRPath functions by name, one module for each family of them.

Spec: https://hl7.org/fhirpath/N1/#functions and https://hl7.org/fhir/R4/fhirpath.html#functions
"""

from collections.abc import Mapping

from akson.fhir.fhirpath.functions import (
    conversion,
    existence,
    factory,
    fhir,
    filtering,
    math,
    moments,
    strings,
    subsetting,
    tree,
)
from akson.fhir.fhirpath.functions.building import Build

FUNCTIONS: Mapping[str, Build] = dict(
    sorted(
        (name, build)
        for family in (
            conversion,
            existence,
            factory,
            fhir,
            filtering,
            math,
            moments,
            strings,
            subsetting,
            tree,
        )
        for name, build in family.FUNCTIONS.items()
    )
)
