"""What the MHD door offers, as a CapabilityStatement. Pure."""

from typing import Any

PARAMETERS = {
    "patient": "reference", "patient.identifier": "token", "status": "token", "creation": "date", "date": "date",
    "author.family": "string", "author.given": "string", "category": "token", "type": "token", "setting": "token",
    "facility": "token", "security-label": "token", "format": "token", "identifier": "token",
}  # fmt: skip
_IHE = "https://profiles.ihe.net/ITI/MHD/CapabilityStatement/IHE.MHD"


def capability(base: str, at: str) -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": at,
        "kind": "instance",
        "instantiates": [f"{_IHE}.DocumentResponder", f"{_IHE}.DocumentRecipient"],
        "implementation": {"description": "Akson, documents", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "interaction": [{"code": "transaction"}],
                "resource": [
                    {
                        "type": "DocumentReference",
                        "interaction": [{"code": "search-type"}],
                        "searchParam": [{"name": n, "type": t} for n, t in PARAMETERS.items()],
                    }
                ],
            }
        ],
    }
