"""An attestation as it arrives inside a verified access token: believed only when everything about it agrees.

    authorization_details[nhn:tillitsrammeverk:parameters]
      structure (model.py) → age → practitioner = user → enterprise = key → purpose → patients → id used by nobody else

The token's signature is the attestation's: issuer and key have been checked before (issuers/external.py). A refusal has a
stable id for each kind of fault and names the rule of the framework. Why it travels in the token: docs/adr/0087.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from akson.access.actor import PurposeOfUse
from akson.identity.attestation import refusals
from akson.identity.attestation.checking import faults
from akson.identity.attestation.model import (
    CARE_NAMES,
    D_NUMBER,
    DECISION_ID,
    FNR,
    PARAMETERS_TYPE,
    STATEMENT,
)
from akson.identity.attestation.purposes import PURPOSE_OF
from akson.identity.attestation.refusals import refused
from akson.identity.directory import Directory
from akson.identity.issuers.helseid import Identity
from akson.identity.issuers.trusted import TrustedIssuer
from akson.identity.jws import NotAccepted, claims_unverified
from akson.identity.once import OnceMarks

AHEAD_MAX_S = 5
PATIENTS_MAX = 100
NAME_CHARACTERS_MAX = 200
ORGANISATION_TYPE = "helseid_authorization"

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    patients: tuple[str, ...]
    """Ids here; whom the record does not have is left out, and nobody is told."""
    purpose: PurposeOfUse
    decision: str
    user_selected: bool
    digest: str
    legal_entity: str
    point_of_care: str
    unit_name: str
    authorisation: str
    """Code of 9060, or ""."""
    good_until: float
    """Unix seconds."""


class Receiver:
    """`marks`: whose attestation an id was, for as long as it could come again."""

    def __init__(self, directory: Directory, marks: OnceMarks) -> None:
        self._directory = directory
        self._marks = marks

    async def receive(
        self, claims: Json, identity: Identity, trusted: TrustedIssuer, *, token: str, now: float
    ) -> Received | None:
        """None when the token carries none. Raises Problem UNAUTHENTICATED AKS-ATTEST-…."""
        statement = _carried(claims, identity)
        if statement is None:
            return None
        _check_structure(statement)
        care = next(statement[name] for name in CARE_NAMES if name in statement)
        _check_age(statement["toa"], trusted, now)
        _check_practitioner(statement["practitioner"], identity)
        _check_enterprise(statement["practitioner"], identity, trusted)
        _check_decision(care["decision_ref"])
        purpose_code = care["purpose_of_use"]["code"]
        _check_patients(statement["patients"], purpose_code)
        until = statement["toa"] + trusted.attestation_age_max_s
        mark = f"{trusted.issuer}\0{claims['jti']}"
        if not self._marks.held_by(mark, hashlib.sha256(token.encode()).hexdigest(), until=until):
            raise refused(refusals.REPLAYED)
        return Received(
            patients=await self._here(statement["patients"], trusted.tenant),
            purpose=PURPOSE_OF[purpose_code],
            decision=care["decision_ref"]["id"],
            user_selected=care["decision_ref"]["user_selected"],
            digest=digest(statement),
            legal_entity=identity.legal_entity,
            point_of_care=identity.point_of_care,
            unit_name=_unit_name(statement["practitioner"]),
            authorisation=statement["practitioner"].get("authorization", {}).get("code", ""),
            good_until=until,
        )

    async def _here(self, patients: list[Json], tenant: int) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for patient in patients:
            said = patient["identifier"]
            found |= dict.fromkeys(await self._directory.patients(tenant, said["system"], said["id"]))
        return tuple(found)


def digest(statement: Json) -> str:
    """SHA-256 over one way of writing it, so that both sides can name the same attestation."""
    text = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _carried(claims: Json, identity: Identity) -> Json | None:
    if "assertion_details" in claims:
        # HelseID: HID-DOUBLE-STRUCTURE. What belongs into a client assertion has no place in a token.
        raise refused(refusals.DOUBLE)
    if "authorization_details" not in claims:
        return None
    details = claims["authorization_details"]
    if not isinstance(details, list) or not all(isinstance(d, dict) for d in details):
        raise refused(refusals.UNREADABLE)
    for detail in details:
        if detail.get("type") == ORGANISATION_TYPE:
            _check_organisation(detail, identity)
    ours = [d for d in details if d.get("type") == PARAMETERS_TYPE]
    if len(ours) > 1:
        raise refused(refusals.SEVERAL)
    if not ours:
        return None
    statement = {name: value for name, value in ours[0].items() if name != "type"}
    if "attestation" in statement:
        if len(statement) > 1:
            raise refused(refusals.SEVERAL)
        statement = statement["attestation"]
    return statement


def _check_organisation(detail: Json, identity: Identity) -> None:
    """`NO:ORGNR:<parent>:<child>` or one number: what the client asked for must be what the token says."""
    try:
        said = detail["practitioner_role"]["organization"]["identifier"]["value"]
        numbers = str(said).removeprefix("NO:ORGNR:").split(":")
    except (KeyError, TypeError):
        raise refused(refusals.UNREADABLE) from None
    if not set(filter(None, numbers)) <= {identity.legal_entity, identity.point_of_care}:
        raise refused(refusals.ORGANISATION)


def _check_structure(statement: Any) -> None:
    found = faults(statement, STATEMENT, "attestation")
    if found:
        first = found[0]
        raise refused(refusals.BY_RULE.get(first.rule, refusals.STRUCTURE), f"{first.path}: {first.why}.")


def _check_age(toa: int, trusted: TrustedIssuer, now: float) -> None:
    if toa > now + AHEAD_MAX_S:
        raise refused(refusals.FROM_THE_FUTURE)
    if now - toa > trusted.attestation_age_max_s:
        raise refused(refusals.EXPIRED)


def _check_practitioner(practitioner: Json, identity: Identity) -> None:
    said = practitioner["identifier"]
    if said["id"] != identity.national_id:
        raise refused(refusals.PRACTITIONER)
    if said["system"] != system_of(said["id"]):
        raise refused(refusals.PRACTITIONER_SYSTEM)
    hpr = practitioner.get("hpr_nr", {}).get("id", "")
    if hpr != identity.hpr:
        raise refused(refusals.HPR)
    if "authorization" in practitioner and not hpr:
        raise refused(refusals.AUTHORISATION)


def _check_enterprise(practitioner: Json, identity: Identity, trusted: TrustedIssuer) -> None:
    if practitioner["legal_entity"]["id"] != identity.legal_entity:
        raise refused(refusals.LEGAL_ENTITY)
    if identity.legal_entity not in trusted.own and not trusted.vouches_for(identity.legal_entity):
        raise refused(refusals.NOT_VOUCHED)
    if practitioner["point_of_care"]["id"] != identity.point_of_care:
        raise refused(refusals.POINT_OF_CARE)


def _check_decision(decision: Json) -> None:
    if not re.fullmatch(DECISION_ID, decision["id"]):
        raise refused(refusals.DECISION)


def _check_patients(patients: list[Json], purpose: str) -> None:
    if len(patients) > PATIENTS_MAX:
        raise refused(refusals.TOO_MANY_PATIENTS)
    numbers = [patient["identifier"]["id"] for patient in patients]
    if len(set(numbers)) != len(numbers):
        raise refused(refusals.PATIENT_TWICE)
    if any(not _is_number(n) for n in numbers):
        raise refused(refusals.PATIENT_NUMBER)
    if purpose == "BTG" and len(patients) != 1:
        raise refused(refusals.BREAKS_WHICH_GLASS)


def _is_number(number: str) -> bool:
    return len(number) == 11 and number.isascii() and number.isdecimal()


def system_of(national_id: str) -> str:
    """The series that a number is of: D-numbers have 40 added to the day."""
    return D_NUMBER if "4" <= national_id[:1] <= "7" else FNR


def _unit_name(practitioner: Json) -> str:
    """The nearest place that the patient may know, as the citizen reads it in the log."""
    for name in ("department", "point_of_care", "legal_entity"):
        text = practitioner.get(name, {}).get("name", "")
        if text and text.isprintable():
            return text[:NAME_CHARACTERS_MAX]
    return ""


def attested_persons(token: str) -> tuple[str, ...]:
    """National ids that the attestation in a token names: for a door that has no record of its own to look them up in.

    Of a token that has been verified just before, by `Callers.identify`; () when it names nobody.
    """
    try:
        details = claims_unverified(token).get("authorization_details")
        said = next(d for d in details or [] if d.get("type") == PARAMETERS_TYPE)
        return tuple(str(p["identifier"]["id"]) for p in said.get("attestation", said)["patients"])
    except (NotAccepted, StopIteration, KeyError, TypeError, AttributeError):
        return ()
