"""Whose a resource is: R4's Patient compartment, and the four types it leaves out though they name a patient."""

import pytest

from akson.fhir.extraction import extract

ASTRID = {"reference": "Patient/astrid"}


@pytest.mark.parametrize(
    ("resource", "patients"),
    [
        ({"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "subject": ASTRID}, ("astrid",)),
        ({"resourceType": "Task", "status": "requested", "intent": "order", "for": ASTRID}, ("astrid",)),
        ({"resourceType": "Device", "patient": ASTRID}, ("astrid",)),
        ({"resourceType": "Contract", "subject": [ASTRID]}, ("astrid",)),
        ({"resourceType": "GuidanceResponse", "moduleUri": "urn:x", "status": "success", "subject": ASTRID}, ("astrid",)),
        ({"resourceType": "Task", "status": "requested", "intent": "order"}, ()),
        # A task that only points at a patient's message or is owned by someone is not thereby hers.
        ({"resourceType": "Task", "status": "requested", "intent": "order", "focus": ASTRID}, ()),
        ({"resourceType": "Organization", "name": "Storvik"}, ()),
    ],
)  # fmt: skip
def test_patients(resource: dict[str, object], patients: tuple[str, ...]) -> None:
    assert extract(resource).patients == patients
