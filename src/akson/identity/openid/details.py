"""Fine-grained content of a request (RFC 9396): the organisation one works for, and the trust framework's parameters.

Sources: HelseID's developer portal; information model 1.1 of the national trust framework. In a pushed request the
parameter is `authorization_details`; HelseID refuses a request that has it in the client assertion too.
"""

from dataclasses import dataclass
from typing import Any

from akson.identity.openid.issuer import Issuer

ORGANISATION_NUMBER = "urn:oid:2.16.578.1.12.4.1.4.101"
MULTI_TENANT = "urn:oid:1.0.6523"
AUTHORISATION = "urn:oid:2.16.578.1.12.4.1.1.9060"
MUNICIPAL_SERVICE = "urn:oid:2.16.578.1.12.4.1.1.8663"
PURPOSE_OF_USE = "urn:oid:2.16.840.1.113883.1.11.20448"
PURPOSE_DETAILS = "urn:oid:2.16.578.1.12.4.1.1.9151"


def organisation(issuer: Issuer) -> list[dict[str, Any]]:
    """What asks for the organisation claims; [] when the issuer's configuration names no organisation."""
    if not issuer.parent:
        return []
    value = {"system": ORGANISATION_NUMBER, "type": "ENH", "value": issuer.child or issuer.parent}
    if issuer.multi_tenant:
        number = ":".join(filter(None, ("NO:ORGNR", issuer.parent, issuer.child)))
        value = {"system": MULTI_TENANT, "type": "ENH", "value": number}
    return [{"type": "helseid_authorization", "practitioner_role": {"organization": {"identifier": value}}}]


@dataclass(frozen=True, slots=True)
class TrustParameters:
    """Where and why somebody gives care, as HelseID is told it. Who she is, HelseID adds itself."""

    authorisation: str
    """9060: `SP`."""
    legal_entity: str
    point_of_care: str
    department: tuple[str, str]
    """Local id, and a system that is unique in the world."""
    service: str
    """8663: `KP02`."""
    purpose: str
    """`TREAT`, `ETREAT`, `COC`, `BTG`."""
    purpose_details: str
    """9151: `15`."""
    decision: str
    """Id of the local decision; `[A-Za-z0-9_.-]`, at most 64."""
    user_selected: bool
    patients_at: tuple[str, ...] = ()
    """For each patient the organisation number of her point of care."""


def trust_framework(given: TrustParameters) -> dict[str, Any]:
    """The `nhn:tillitsrammeverk:parameters` object of one request."""

    def place(number: str) -> dict[str, str]:
        return {"id": number, "system": ORGANISATION_NUMBER}

    return {
        "type": "nhn:tillitsrammeverk:parameters",
        "practitioner": {
            "authorization": {"code": given.authorisation, "system": AUTHORISATION},
            "legal_entity": place(given.legal_entity),
            "point_of_care": place(given.point_of_care),
            "department": {"id": given.department[0], "system": given.department[1]},
        },
        "care_relationship": {
            "healthcare_service": {"code": given.service, "system": MUNICIPAL_SERVICE},
            "purpose_of_use": {"code": given.purpose, "system": PURPOSE_OF_USE},
            "purpose_of_use_details": {"code": given.purpose_details, "system": PURPOSE_DETAILS},
            "decision_ref": {"id": given.decision, "user_selected": given.user_selected},
        },
        "patients": [{"point_of_care": place(number)} for number in given.patients_at],
    }
