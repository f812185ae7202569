"""Who an issuer says has logged in: claims of its profile, read strictly.

A missing or odd claim is an error, never a wider view.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from akson.fhir.problem import Problem, ProblemKind
from akson.identity.openid.issuer import Issuer, Profile

IDENTITY = "helseid://claims/identity/"
ORGANISATIONS = "helseid://claims/client/claims/"
HPR_NUMBER = "helseid://claims/hpr/hpr_number"
LEVEL_DEMANDED = 4
ID_PORTEN_HIGH = "idporten-loa-high"
_NATIONAL_ID = re.compile(r"[0-9]{11}", re.ASCII)
_HPR = re.compile(r"[0-9]{7,9}", re.ASCII)
_ORGANISATION = re.compile(r"[0-9]{9}", re.ASCII)
_NAME_CHARACTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class Person:
    """Level 4 or high is certain: nobody else becomes a Person."""

    issuer: Issuer
    subject: str
    """The issuer's own word for her; no national id."""
    name: str
    national_id: str
    hpr: str
    """"" for one who is not in the register of health personnel, and for citizens."""
    parent: str
    """Organisation number of the main unit the login is for; "" where the issuer's configuration asks for none."""
    child: str
    session: str
    """The issuer's id of its own session, by which it may end ours; "" when it gives none."""
    id_token: str
    """Handed back when she logs out, and for nothing else."""


def person(
    issuer: Issuer, claims: Mapping[str, Any], client_claims: Mapping[str, Any], id_token: str
) -> Person:
    """`claims` of the ID token; `client_claims` where the organisation stands, the access token's when there is one.

    Raises Problem FORBIDDEN AKS-LOGIN-021 (level), -034 (organisation), UNAUTHENTICATED -022 (odd claim).
    """
    _demand_level(issuer, claims)
    staff = issuer.profile is Profile.HELSEID
    parent = child = ""
    if staff and issuer.parent:
        parent = _shaped(client_claims, f"{ORGANISATIONS}orgnr_parent", _ORGANISATION)
        child = _shaped(
            client_claims, f"{ORGANISATIONS}orgnr_child", _ORGANISATION, needed=bool(issuer.child)
        )
        if parent != issuer.parent or (issuer.child and child != issuer.child):
            raise _other_organisation(issuer)
    name = claims.get("name", "")
    return Person(
        issuer=issuer,
        subject=str(claims["sub"]),
        name=name[:_NAME_CHARACTERS_MAX] if isinstance(name, str) else "",
        national_id=_shaped(claims, f"{IDENTITY}pid" if staff else "pid", _NATIONAL_ID),
        hpr=_shaped(claims, HPR_NUMBER, _HPR, needed=False) if staff else "",
        parent=parent,
        child=child,
        session=claims["sid"] if isinstance(claims.get("sid"), str) else "",
        id_token=id_token,
    )


def _demand_level(issuer: Issuer, claims: Mapping[str, Any]) -> None:
    """What was asked for is not always what one gets: the token decides."""
    if issuer.profile is Profile.HELSEID:
        enough = claims.get(f"{IDENTITY}security_level") == str(LEVEL_DEMANDED)
    else:
        enough = claims.get("acr") == ID_PORTEN_HIGH
    if not enough:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-LOGIN-021",
            "The login is not strong enough.",
            why="Health data needs a login of level 4 (level high).",
            now="Log in again with BankID, Buypass, Commfides or another electronic ID of that level.",
        )


def _shaped(claims: Mapping[str, Any], name: str, shape: re.Pattern[str], *, needed: bool = True) -> str:
    value = claims.get(name)
    if value in (None, "") and not needed:
        return ""
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise Problem(
            ProblemKind.UNAUTHENTICATED,
            "AKS-LOGIN-022",
            "The login lacks something that this node needs.",
            why=f"The claim '{name}' is missing or not of the agreed shape.",
            now="Check that the client is registered for the scope that gives it.",
        )
    return value


def _other_organisation(issuer: Issuer) -> Problem:
    return Problem(
        ProblemKind.FORBIDDEN,
        "AKS-LOGIN-034",
        "The login is for another organisation.",
        why=f"{issuer.name} gave organisation numbers that are not those of this node.",
        now="Choose the municipality when you log in, or correct `parent` and `child` in issuers.toml.",
    )
