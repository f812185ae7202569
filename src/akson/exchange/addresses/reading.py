"""The register's JSON, in both models that NHN gives, read into an Entry. What an entry means does not belong here.

| model | herId | names the type | queues | certificates |
| --- | --- | --- | --- | --- |
| simplified (2025) | `herId` | `type` | none; `amqpTransportStatus` | `currentSigningCertificate`, … |
| as in the SOAP service | `herId`, `communicationParty.HerId` | `Type` | `ElectronicAddresses` by 9044 | LDAP address only |

An entry that cannot be read is an error and never a wider right: AKS-ADDRESS-001.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from akson.exchange.addresses.entry import Certificate, Entry, PartyType, Queues
from akson.exchange.times import NORWAY
from akson.fhir.problem import Problem, ProblemKind

_TYPES = {**{t.value: t for t in PartyType}, "OrganizationPerson": PartyType.PERSON}
_QUEUES = {
    "E_SB_ASYNC": "asynchronous",
    "E_SB_SYNC": "synchronous",
    "E_SB_SYNCREPLY": "synchronous_reply",
    "E_SB_ERROR": "error",
}
"""Code in 9044 -> which queue."""
_EDI = "E_EDI"
TEXT_CHARACTERS_MAX = 500

Json = Mapping[str, Any]


def read(body: bytes) -> Entry:
    """Raises Problem INVALID AKS-ADDRESS-001 with the name of what is odd."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as odd:
        raise _odd("it is no JSON") from odd
    if not isinstance(told, dict):
        raise _odd("it is no object")
    legacy = told.get("communicationParty")
    return _legacy(legacy) if isinstance(legacy, dict) else _simplified(told)


def _simplified(told: Json) -> Entry:
    details = _object(told, f"{str(told.get('type', '')).lower()}Details")
    organisation = _object(told, "organizationDetails") or _object(told, "parentOrganization")
    service = _object(details, "serviceType") or _object(told, "serviceType")
    return Entry(
        her=_her(told.get("herId")),
        type=_type(told.get("type")),
        name=_text(told.get("displayName") or told.get("name")),
        parent=_optional_her(told.get("parentHerId")),
        parent_name=_text(told.get("parentName")),
        organisation_number=_text(told.get("organizationNumber") or organisation.get("organizationNumber")),
        service=_code(service.get("codeListId"), service.get("value")),
        edi_address=_text(told.get("ediAddress")),
        queues=_named_queues(_object(told, "amqpQueues")),
        signing=_certificate(told.get("currentSigningCertificate")),
        encryption=_certificate(told.get("currentEncryptionCertificate")),
        begins=_time(told.get("validFrom")),
        ends=_time(told.get("validTo")),
    )


def _legacy(told: Json) -> Entry:
    addresses = {}
    for each in told.get("ElectronicAddresses") or ():
        if isinstance(each, dict):
            addresses[str(each.get("TypeCodeValue"))] = _text(each.get("Address"))
    code, valid = _object(told, "Code"), _object(told, "Valid")
    return Entry(
        her=_her(told.get("HerId")),
        type=_type(told.get("Type")),
        name=_text(told.get("DisplayName") or told.get("Name")),
        parent=_optional_her(told.get("ParentHerId")),
        parent_name=_text(told.get("ParentName")),
        organisation_number=_number(told.get("OrganizationNumber") or told.get("ParentOrganizationNumber")),
        service=_code(code.get("OID"), code.get("CodeValue")),
        edi_address=addresses.get(_EDI, ""),
        queues=Queues(**{name: addresses.get(code, "") for code, name in _QUEUES.items()}),
        begins=_time(valid.get("From")),
        ends=_time(valid.get("To")),
        # An organisation is marked as no valid party too; which it is, its type says.
        active=told.get("Active") is True,
    )


def _her(value: object) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
    if not text.isdecimal() or text == "0":
        raise _odd("herId")
    return text


def _optional_her(value: object) -> str:
    return str(value) if isinstance(value, int) and value > 0 else ""


def _type(value: object) -> PartyType:
    found = _TYPES.get(value) if isinstance(value, str) else None
    if found is None:
        raise _odd("type")
    return found


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > TEXT_CHARACTERS_MAX:
        raise _odd("a text")
    return value.strip()


def _number(value: object) -> str:
    return str(value) if isinstance(value, int) and value > 0 else ""


def _code(list: object, code: object) -> tuple[str, str] | None:
    return (str(list), str(code)) if list and code else None


def _named_queues(told: Json) -> Queues:
    names = ("asynchronous", "synchronous", "synchronousReply", "error")
    return Queues(*(_text(told.get(name)) for name in names))


def _certificate(told: object) -> Certificate | None:
    if not isinstance(told, dict):
        return None
    begins, ends = _time(told.get("validFrom")), _time(told.get("validTo"))
    if begins is None or ends is None:
        raise _odd("a certificate's validity")
    try:
        der = base64.b64decode(str(told.get("certificate") or ""), validate=True)
    except binascii.Error as odd:
        raise _odd("a certificate") from odd
    return Certificate(_text(told.get("thumbprint")).upper(), begins, ends, der)


def _time(value: object) -> datetime | None:
    """Aware; without zone it is Norwegian local time. The register's 9999-12-31 is no end."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as odd:
        raise _odd("a time") from odd
    if found.year >= 9999:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=NORWAY)).astimezone(UTC)


def _object(told: Json, name: str) -> Json:
    found = told.get(name)
    return found if isinstance(found, dict) else {}


def _odd(what: str) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-ADDRESS-001",
        "An entry of the address register cannot be read.",
        why=f"Odd: {what}.",
        now="Nothing is sent to that HER-id; tell Norsk helsenett.",
    )
