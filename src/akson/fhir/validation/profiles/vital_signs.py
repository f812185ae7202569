"""Which of R4's profiles a vital sign must follow whatever it claims: the code says so.

Spec: https://hl7.org/fhir/R4/observation-vitalsigns.html ("if implementations of Observation … they SHALL conform")
"""

from collections.abc import Iterator
from typing import Any

_PROFILE = "http://hl7.org/fhir/StructureDefinition/"
_LOINC = "http://loinc.org"
_BY_CODE = {
    "85353-1": "vitalspanel",
    "9279-1": "resprate",
    "8867-4": "heartrate",
    "2708-6": "oxygensat",
    "8310-5": "bodytemp",
    "8302-2": "bodyheight",
    "9843-4": "headcircum",
    "29463-7": "bodyweight",
    "39156-5": "bmi",
    "85354-9": "bp",
}
"""The table of the specification: the code that each profile asks for."""


def profiles(resource: Any) -> Iterator[str]:
    """The urls, of a resource that is well formed."""
    if resource["resourceType"] != "Observation":
        return
    for coding in resource.get("code", {}).get("coding", ()):
        name = _BY_CODE.get(coding.get("code", "")) if coding.get("system") == _LOINC else None
        if name is not None:
            yield _PROFILE + name
