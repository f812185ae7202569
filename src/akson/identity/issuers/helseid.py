"""The claims of an access token in HelseID's profile, read into plain values. Pure; whom they are here is external.py's.

A missing or odd claim is an error, never a wider view. Spec: https://utviklerportal.nhn.no (HelseID, access tokens).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from akson.fhir.problem import Problem, ProblemKind

_IDENTITY = "helseid://claims/identity/"
_CLIENT = "helseid://claims/client/"
HPR_NUMBER = "helseid://claims/hpr/hpr_number"
PID = f"{_IDENTITY}pid"
SECURITY_LEVEL = f"{_IDENTITY}security_level"
ASSURANCE_LEVEL = f"{_IDENTITY}assurance_level"
NETWORK = f"{_IDENTITY}network"
CLIENT_NAME = f"{_CLIENT}client_name"
TENANCY = f"{_CLIENT}client_tenancy"
PARENT = f"{_CLIENT}claims/orgnr_parent"
CHILD = f"{_CLIENT}claims/orgnr_child"
SUPPLIER = f"{_CLIENT}claims/orgnr_supplier"
LEVEL_REQUIRED = "4"
TEXT_CHARACTERS_MAX = 300
SCOPES_MAX = 100

_ORGANISATION = re.compile(r"\d{9}")
_NATIONAL_ID = re.compile(r"\d{11}")
_HPR = re.compile(r"\d{1,9}")
_TENANCIES = ("none", "single-tenant", "multi-tenant")
_NETWORKS = ("internett", "helsenett")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, through whose system."""

    subject: str
    national_id: str
    hpr: str
    """"" for one who has no authorisation."""
    name: str
    client: str
    client_name: str
    legal_entity: str
    """Organisation number of the main unit."""
    point_of_care: str
    """Of the sub-unit; that of the main unit when none is given."""
    scopes: tuple[str, ...]
    """As registered at the issuer."""
    key: str
    """Thumbprint of the key that the token is bound to."""


def identity(claims: Mapping[str, Any]) -> Identity:
    """Raises Problem UNAUTHENTICATED AKS-TOKEN-003 with the name of the claim."""
    if claims.get(SECURITY_LEVEL) != LEVEL_REQUIRED:
        raise odd(SECURITY_LEVEL, "It must be 4.")
    _one_of(claims, ASSURANCE_LEVEL, ("high",))
    _one_of(claims, NETWORK, _NETWORKS)
    _one_of(claims, TENANCY, _TENANCIES)
    _one_of(claims, "client_amr", ("private_key_jwt",))
    parent = _matching(claims, PARENT, _ORGANISATION)
    child = _matching(claims, CHILD, _ORGANISATION, optional=True)
    _matching(claims, SUPPLIER, _ORGANISATION, optional=True)
    return Identity(
        subject=_text(claims, "sub"),
        national_id=_matching(claims, PID, _NATIONAL_ID),
        hpr=_matching(claims, HPR_NUMBER, _HPR, optional=True),
        name=_text(claims, "name"),
        client=_text(claims, "client_id"),
        client_name=_text(claims, CLIENT_NAME, optional=True),
        legal_entity=parent,
        point_of_care=child or parent,
        scopes=scopes_of(claims),
        key=bound_key(claims),
    )


def odd(claim: str, why: str = "") -> Problem:
    return Problem(
        ProblemKind.UNAUTHENTICATED,
        "AKS-TOKEN-003",
        f"The token's claim '{claim}' is missing or not of the agreed shape.",
        why=why,
        now="Get a new token from the issuer, for a user who has logged in at level 4.",
    )


def _text(claims: Mapping[str, Any], name: str, *, optional: bool = False) -> str:
    if optional and name not in claims:
        return ""
    value = claims.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > TEXT_CHARACTERS_MAX:
        raise odd(name)
    if not value.isprintable():
        raise odd(name)
    return value


def _matching(
    claims: Mapping[str, Any], name: str, pattern: re.Pattern[str], *, optional: bool = False
) -> str:
    value = _text(claims, name, optional=optional)
    if (value or not optional) and not (value.isascii() and pattern.fullmatch(value)):
        raise odd(name)
    return value


def _one_of(claims: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> None:
    if name in claims and claims[name] not in allowed:
        raise odd(name)


def scopes_of(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """A list, as HelseID writes it, or one text, as RFC 9068 does."""
    value = claims.get("scope")
    listed = value.split(" ") if isinstance(value, str) else value
    if not isinstance(listed, list) or not 0 < len(listed) <= SCOPES_MAX:
        raise odd("scope")
    if any(not isinstance(s, str) or not s or " " in s or len(s) > TEXT_CHARACTERS_MAX for s in listed):
        raise odd("scope")
    return tuple(listed)


def bound_key(claims: Mapping[str, Any]) -> str:
    """Thumbprint of the key that the token is bound to. Raises Problem UNAUTHENTICATED AKS-TOKEN-003."""
    bound = claims.get("cnf")
    if not isinstance(bound, dict) or bound.keys() != {"jkt"}:
        raise odd("cnf", "The token must be bound to a key (DPoP).")
    if not isinstance(bound["jkt"], str) or not re.fullmatch(r"[A-Za-z0-9_-]{43}", bound["jkt"]):
        raise odd("cnf")
    return bound["jkt"]
