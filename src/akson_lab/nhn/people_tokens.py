"""What the lab's HelseID asks before it vouches for a person: who she is by its registers, and what her enterprise attests.

    client assertion .assertion_details[nhn:tillitsrammeverk:parameters].attestation    what the enterprise says
    + subject_token                                                                    who has logged in there
    → claims of the access token, with the attestation under `authorization_details`

HelseID: an attestation in both places is HID-DOUBLE-STRUCTURE; one that does not fit the user or the client is refused with
`invalid_authorization_details`. Source: information model 1.1 of the trust framework; https://utviklerportal.nhn.no.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
PARAMETERS = "nhn:tillitsrammeverk:parameters"
TOA_AGE_MAX_S = 3_600
AHEAD_MAX_S = 5


@dataclass(frozen=True, slots=True)
class Person:
    """As the registers have her."""

    national_id: str
    name: str
    hpr: str = ""


@dataclass(frozen=True, slots=True)
class Enterprise:
    number: str
    """Of the main unit."""
    name: str


class Unfit(Exception):
    """`word` is the error word that is answered."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def attested(
    assertion: Mapping[str, Any],
    form: Mapping[str, str],
    person: Person,
    enterprise: Enterprise,
    now: float,
) -> list[dict[str, Any]]:
    """The `authorization_details` of the token. Raises Unfit."""
    if "authorization_details" in form:
        raise Unfit("access_denied")
    found = [
        d
        for d in assertion.get("assertion_details", [])
        if isinstance(d, dict) and d.get("type") == PARAMETERS
    ]
    if len(found) != 1:
        raise Unfit("invalid_authorization_details")
    try:
        said = found[0]["attestation"]
        practitioner = said["practitioner"]
        right = (
            practitioner["identifier"]["id"] == person.national_id
            and practitioner.get("hpr_nr", {}).get("id", "") == person.hpr
            and practitioner["legal_entity"]["id"] == enterprise.number
            and now - TOA_AGE_MAX_S <= said["toa"] <= now + AHEAD_MAX_S
        )
    except (KeyError, TypeError, AttributeError):
        raise Unfit("invalid_authorization_details") from None
    if not right:
        raise Unfit("invalid_authorization_details")
    return [{"type": PARAMETERS, "attestation": said}]


def claims(person: Person, enterprise: Enterprise) -> dict[str, Any]:
    """Who asks, in HelseID's claims."""
    found = {
        "sub": f"lab-{person.hpr or person.national_id[:6]}",
        "name": person.name,
        "client_amr": "private_key_jwt",
        "helseid://claims/identity/pid": person.national_id,
        "helseid://claims/identity/security_level": "4",
        "helseid://claims/identity/network": "helsenett",
        "helseid://claims/client/claims/orgnr_parent": enterprise.number,
        "helseid://claims/client/client_name": enterprise.name,
        "helseid://claims/client/client_tenancy": "single-tenant",
    }
    if person.hpr:
        found["helseid://claims/hpr/hpr_number"] = person.hpr
    return found


def machine(enterprise: Enterprise | None) -> dict[str, Any]:
    """Whose system asks, with nobody behind it."""
    if enterprise is None:
        return {}
    return {
        "client_amr": "private_key_jwt",
        "helseid://claims/client/claims/orgnr_parent": enterprise.number,
        "helseid://claims/client/client_name": enterprise.name,
    }
