"""An attestation made from a local decision on access: what we vouch for when one of ours asks another enterprise.

    Actor + care relation + patient → Statement → parameters for HelseID, or the whole for an enterprise that trusts us

The parameters go as `authorization_details` to PAR, or as `assertion_details` in the client assertion. Never both: HelseID
answers HID-DOUBLE-STRUCTURE. Spec: information model 1.1; HelseID, profile for the trust framework.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from akson.access.actor import Actor, PurposeOfUse
from akson.access.facts import Relation
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.attestation.checking import faults
from akson.identity.attestation.model import (
    ATTESTATION,
    AUTHORISATIONS,
    HPR,
    MUNICIPAL_SERVICES,
    ORGANISATION,
    PARAMETERS,
    PARAMETERS_TYPE,
    PURPOSES,
    SERVICE_TYPES,
)
from akson.identity.attestation.purposes import CODE_OF, WORDS
from akson.identity.attestation.receiving import system_of

SELF_CHOSEN = frozenset({"self-declared", "emergency"})
"""Kinds of relation that the user has stated herself (ATT-48)."""
_DECISION_CHARACTERS = 40
_AUTHORISATION_OF = {"doctor": ("LE", "Lege"), "gp": ("LE", "Lege"), "nurse": ("SP", "Sykepleier")}
_REGISTER = "https://www.brreg.no"
_TAX = "https://www.skatteetaten.no"
_HEALTH = "https://www.helsedirektoratet.no/"


@dataclass(frozen=True, slots=True)
class Unit:
    number: str
    """Organisation number, or the local id of a department."""
    name: str
    system: str = ORGANISATION
    authority: str = _REGISTER


@dataclass(frozen=True, slots=True)
class Place:
    """Where the care is given: never the temp agency (ATT-15)."""

    legal_entity: Unit
    point_of_care: Unit | None = None
    """None where there is no sub-unit: then the main unit is given (ATT-19)."""
    department: Unit | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """All that is vouched for, before it is written for one receiver or the other."""

    actor: Actor
    national_id: str
    place: Place
    purpose: PurposeOfUse
    decision: str
    user_selected: bool
    service: tuple[str, str] | None
    """Code and text of 8663."""
    details: tuple[str, str] | None
    """Code and text of 9151."""
    patients: tuple[str, ...]
    """National ids; none for a list (ATT-6)."""


def decision_id(tenant: int, relation: Relation) -> str:
    """The same for the same relation, and no way back to patient or grantee (ATT-46)."""
    text = "|".join(
        (str(tenant), relation.patient, relation.grantee, relation.kind, relation.valid_from.isoformat())
    )
    return f"akson-{hashlib.sha256(text.encode()).hexdigest()[:_DECISION_CHARACTERS]}"


def stated(
    actor: Actor,
    relation: Relation,
    *,
    national_id: str,
    place: Place,
    purpose: PurposeOfUse,
    service: tuple[str, str] | None,
    details: tuple[str, str] | None,
    patients: Sequence[str],
) -> Statement:
    """Raises FORBIDDEN AKS-ATTEST-090 when the relation is not the actor's, 091 for a purpose nobody is asked for."""
    if relation.grantee not in actor.grantees:
        raise _unmade("090", "The care relation is not the user's.")
    if purpose not in CODE_OF:
        raise _unmade("091", "Nobody is asked for this purpose.")
    return Statement(
        actor=actor,
        national_id=national_id,
        place=place,
        purpose=purpose,
        decision=decision_id(actor.tenant, relation),
        user_selected=relation.kind in SELF_CHOSEN or purpose is PurposeOfUse.EMERGENCY,
        service=service,
        details=details,
        patients=tuple(patients),
    )


def attestation(statement: Statement, at: datetime) -> dict[str, Any]:
    """The whole of it, `{"attestation": {…}}`. Raises Problem INTERNAL AKS-ATTEST-092 when it would not be accepted."""
    practitioner = {
        "identifier": {
            "id": statement.national_id,
            "name": statement.actor.name,
            "system": system_of(statement.national_id),
            "authority": _TAX,
        },
        **_registered(statement.actor),
        **_units(statement.place),
    }
    found = {
        "attestation": {
            "toa": int(at.timestamp()),
            "practitioner": practitioner,
            "care_relation": _care(statement),
            "patients": [
                {"identifier": {"id": number, "system": system_of(number), "authority": _TAX}}
                for number in statement.patients
            ],
        }
    }
    return _accepted(found, ATTESTATION)


def parameters(statement: Statement) -> dict[str, Any]:
    """The entry for HelseID, which adds identifiers, names and the time. No national id leaves us in it."""
    place = {
        name: {"id": unit["id"], "system": unit["system"]} for name, unit in _units(statement.place).items()
    }
    authorisation = _registered(statement.actor).get("authorization")
    coded = {"authorization": _bare(authorisation)} if authorisation else {}
    care = {
        name: value if name == "decision_ref" else _bare(value) for name, value in _care(statement).items()
    }
    found = {
        "type": PARAMETERS_TYPE,
        "practitioner": {**coded, **place},
        "care_relationship": care,
        # Where the patient is treated is given only with a registered contact here (ATT-49 to 51).
        "patients": [{} for _ in statement.patients],
    }
    return _accepted(found, PARAMETERS)


def organisation(parent: str, child: str = "") -> dict[str, Any]:
    """The organisation number request of a client that serves several, or one."""
    if child:
        identifier = {"system": "urn:oid:1.0.6523", "type": "ENH", "value": f"NO:ORGNR:{parent}:{child}"}
    else:
        identifier = {"system": ORGANISATION, "type": "ENH", "value": parent}
    return {
        "type": "helseid_authorization",
        "practitioner_role": {"organization": {"identifier": identifier}},
    }


def request_details(
    details: Sequence[dict[str, Any]], *, in_assertion: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(claims of the client assertion, parameters of the request): the details stand in one of the two, never both."""
    listed = list(details)
    if in_assertion:
        return {"assertion_details": listed}, {}
    return {}, {"authorization_details": listed}


def _registered(actor: Actor) -> dict[str, Any]:
    """HPR number and authorisation of one who has them; left out of one who has not (ATT-29)."""
    if not actor.hpr:
        return {}
    found: dict[str, Any] = {"hpr_nr": {"id": actor.hpr, "system": HPR, "authority": _HEALTH}}
    if actor.role in _AUTHORISATION_OF:
        code, text = _AUTHORISATION_OF[actor.role]
        found["authorization"] = {"code": code, "text": text, "system": AUTHORISATIONS, "assigner": _HEALTH}
    return found


def _units(place: Place) -> dict[str, dict[str, str]]:
    units = {
        "legal_entity": place.legal_entity,
        "point_of_care": place.point_of_care or place.legal_entity,
        **({"department": place.department} if place.department else {}),
    }
    return {
        name: {"id": u.number, "name": u.name, "system": u.system, "authority": u.authority}
        for name, u in units.items()
    }


def _care(statement: Statement) -> dict[str, Any]:
    code = CODE_OF[statement.purpose]
    found: dict[str, Any] = {}
    if statement.service:
        found["healthcare_service"] = _coded(MUNICIPAL_SERVICES, *statement.service)
    found["purpose_of_use"] = _coded(PURPOSES, code, WORDS[code])
    if statement.details:
        found["purpose_of_use_details"] = _coded(SERVICE_TYPES, *statement.details)
    found["decision_ref"] = {"id": statement.decision, "user_selected": statement.user_selected}
    return found


def _coded(system: str, code: str, text: str) -> dict[str, str]:
    return {"code": code, "text": text, "system": system}


def _bare(coded: dict[str, str]) -> dict[str, str]:
    return {"code": coded["code"], "system": coded["system"]}


def _accepted(found: dict[str, Any], model: Any) -> dict[str, Any]:
    wrong = faults(found, model)
    if wrong:
        raise Problem(
            ProblemKind.INTERNAL,
            "AKS-ATTEST-092",
            "The attestation cannot be made.",
            why=f"{wrong[0].path}: {wrong[0].why} ({wrong[0].rule or 'information model 1.1'}).",
            now="See that organisation numbers, service and decision are registered for the unit.",
            permanent=True,
        )
    return found


def _unmade(number: str, why: str) -> Problem:
    return Problem(
        ProblemKind.FORBIDDEN,
        f"AKS-ATTEST-{number}",
        "No attestation is made of this.",
        why=why,
        now="It is made from a care relation that gives the user access here.",
    )
