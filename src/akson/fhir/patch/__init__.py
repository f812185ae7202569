"""A resource and a list of changes to the resource as it becomes. Nothing is changed in place.

    json_patch(patient, [{"op": "replace", "path": "/birthDate", "value": "1942-02-28"}])
    fhirpath_patch(patient, {"resourceType": "Parameters", "parameter": [...]})

Spec: https://hl7.org/fhir/R4/http.html#patch. Whether the outcome is good FHIR is validation's to say; whether the
change is allowed is the record's.
"""

from akson.fhir.patch.fhirpath_patch import fhirpath_patch
from akson.fhir.patch.json_patch import json_patch

__all__ = ["fhirpath_patch", "json_patch"]
