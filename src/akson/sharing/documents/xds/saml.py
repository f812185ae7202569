"""The assertion of a question by SOAP: verified, and read into plain values.

    saml:Assertion → its form → signature by the issuer's pinned certificate → times, audience → attributes → Asserted

Only what `signxml` says was signed is read: an assertion that was wrapped or moved has nothing to point at. Bearer, as the
national profile says: whoever holds it may use it until it ends, so TLS and its short life are what keeps it.
Spec: SAML 2.0; IHE XUA; the national profile's attributes (SamlAttributes.json, no-SamlAttributes_No.json).
"""

import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from akson.fhir import markup
from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.documents.codes import NATIONAL_IDS
from akson.sharing.documents.declared import SamlIssuer
from akson.sharing.documents.reading import instant
from akson.sharing.documents.xds.names import DS, SAML

AHEAD_MAX = timedelta(seconds=5)
LIFE_MAX = timedelta(hours=1)
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
LEVEL_REQUIRED = "4"
TEXT_MAX = 300
_TRANSFORMS = (f"{DS}enveloped-signature", "http://www.w3.org/2001/10/xml-exc-c14n#")
_XSPA = "urn:oasis:names:tc:xspa"
_XACML = "urn:oasis:names:tc:xacml"
_NO = "urn:no:ehelse:saml:1.0:subject"
_TRUST = "urn:nhn:trust-framework:1.0:ext"
_NAMES: dict[str, tuple[str, ...]] = {
    "name": (f"{_XSPA}:1.0:subject:subject-id", f"{_XACML}:1.0:subject:subject-id"),
    "provider": ("urn:ihe:iti:xua:2017:subject:provider-identifier",),
    "role": (f"{_XSPA}:1.0:subject:role", f"{_XACML}:2.0:subject:role"),
    "organisation": (f"{_XSPA}:1.0:subject:organization-id",),
    "organisation_name": (f"{_XSPA}:1.0:subject:organization",),
    "unit": (f"{_XSPA}:1.0:subject:child-organization",),
    "unit_name": (f"{_TRUST}:subject:child-organization-name",),
    "purpose": (
        f"{_XSPA}:1.0:subject:purposeOfUse",
        f"{_XSPA}:1.0:subject:purposeofuse",
        f"{_XACML}:2.0:action:purpose",
    ),
    "resource": (f"{_XACML}:2.0:resource:resource-id", f"{_XACML}:1.0:resource:resource-id"),
    "level": (f"{_NO}:SecurityLevel", "SecurityLevel"),
    "scope": (f"{_NO}:Scope", "Scope"),
    "client": (f"{_NO}:client_id", "client_id"),
    "decision": (f"{_TRUST}:care-relationship:decision-ref",),
    "service": (f"{_TRUST}:care-relationship:healthcare-service",),
    "acp": ("urn:ihe:iti:xua:2012:acp",),
}
"""What we call it -> the attributes that say it. Where two do, they must agree."""
_ATTRIBUTE = re.compile(r'([A-Za-z]+)\s*=\s*"([^"]*)"')
_CX = re.compile(r"(\d{11})\^\^\^&([0-9.]+)&ISO")
CITIZEN_PURPOSE = "13"
"""ISO 14265: subject of care uses."""
_ACP = "2.16.578.1.12.4.1.7.2.1"
CONSENTS = {
    "0": "", "1": "representerer barn under 12 år", "2": "representerer en annen",
    "3": "representerer en som ikke kan samtykke", "4": "samtykke er ikke nødvendig", "5": "uttrykkelig samtykke",
    "6": "kan ikke samtykke", "7": "unntak fra samtykke", "8": "har samtykke",
}  # fmt: skip
"""Access control policies (no-Acp.json): last part of the OID -> in words, for the log."""
REPRESENTING = ("1", "2", "3")


@dataclass(frozen=True, slots=True)
class Asserted:
    """Who asks, for whom she is at work, about whom and why. The national id never leaves for a log."""

    issuer: SamlIssuer
    national_id: str
    name: str
    hpr: str
    role: str
    """Code of 9060; "" for a citizen."""
    organisation: str
    unit: str
    unit_name: str
    purpose: str
    scopes: tuple[str, ...]
    client: str
    decision: str
    patient: str
    patient_system: str
    acp: str
    """Last part of the OID; "" when none is stated."""
    digest: str
    """SHA-256 of what was signed, in hex."""

    @property
    def citizen(self) -> bool:
        return self.purpose == CITIZEN_PURPOSE


Trusted = Mapping[str, tuple[SamlIssuer, Sequence[x509.Certificate]]]
"""Issuer, exactly as it writes itself -> what is declared of it and its certificates."""


def verified(assertion: bytes | None, trusted: Trusted, now: datetime) -> Asserted:
    """Raises UNAUTHENTICATED AKS-SAML-001 (none), 002 (form), 003 (issuer), 004 (signature), 005 (times), 006 (audience),
    007 (not bearer), 010 (an attribute)."""
    if assertion is None:
        raise _refused("001", "There is no assertion in the security header.")
    root = markup.read(assertion)
    _check_form(root)
    issuer = _text(root.find(f"{{{SAML}}}Issuer"))
    found = trusted.get(issuer)
    if found is None:
        raise _refused("003", "Its issuer is not one that this node trusts.")
    signed = _signed(assertion, found[1], now)
    if _text(signed.find(f"{{{SAML}}}Issuer")) != issuer:
        raise _refused("003", "Its issuer is not one that this node trusts.")
    _check_conditions(signed, found[0], now)
    return asserted(signed, found[0])


def asserted(signed: etree._Element, issuer: SamlIssuer) -> Asserted:
    """What a verified assertion says. Raises UNAUTHENTICATED AKS-SAML-010 with the name of the attribute."""
    told = {name: _value(signed, names) for name, names in _NAMES.items()}
    national_id = _text(signed.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID"))
    purpose = _code(told["purpose"]) or told["purpose"]
    resource = _CX.fullmatch(html.unescape(html.unescape(told["resource"])))
    if not re.fullmatch(r"\d{11}", national_id):
        raise _odd("NameID")
    if resource is None or resource[2] not in NATIONAL_IDS:
        raise _odd("resource-id")
    if told["level"] != LEVEL_REQUIRED:
        raise _odd("SecurityLevel")
    acp = told["acp"].removeprefix("urn:oid:")
    if acp and (acp.rpartition(".")[0] != _ACP or acp.rpartition(".")[2] not in CONSENTS):
        raise _odd("acp")
    citizen = purpose == CITIZEN_PURPOSE
    organisation = _extension(told["organisation"]) or told["organisation"]
    if not citizen and not re.fullmatch(r"\d{9}", organisation):
        raise _odd("organization-id")
    provider = _attributes(told["provider"])
    professional = provider.get("root", "").removeprefix("urn:oid:") == "2.16.578.1.12.4.1.4.4"
    return Asserted(
        issuer=issuer,
        national_id=national_id,
        name=told["name"],
        hpr=provider.get("extension", "") if professional else "",
        role="" if citizen else _code(told["role"]),
        organisation=organisation,
        unit=_extension(told["unit"]) or organisation,
        unit_name=told["unit_name"] or told["organisation_name"],
        purpose=purpose,
        scopes=tuple(s.strip() for s in re.split(r"[,\s]+", told["scope"]) if s.strip()),
        client=told["client"],
        decision=_decision(told["decision"]),
        patient=resource[1],
        patient_system=resource[2],
        acp=acp.rpartition(".")[2] if acp else "",
        digest=hashlib.sha256(markup.canonical(signed)).hexdigest(),
    )


def _signed(assertion: bytes, certificates: Sequence[x509.Certificate], now: datetime) -> etree._Element:
    config = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=frozenset([SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256]),
        digest_algorithms=frozenset([DigestAlgorithm.SHA256]),
        verification_time=now,
    )
    for certificate in certificates:
        signed = _signed_by(certificate, assertion, config)
        if signed is not None and signed.tag == f"{{{SAML}}}Assertion":
            return signed
    raise _refused("004", "Its signature does not hold.")


def _signed_by(
    certificate: x509.Certificate, assertion: bytes, config: SignatureConfiguration
) -> etree._Element | None:
    try:
        found = XMLVerifier().verify(
            assertion, x509_cert=certificate, id_attribute="ID", expect_config=config
        )
    except Exception:
        # SignXMLException, and whatever the libraries below it make of hostile bytes: one answer.
        return None
    result = found[0] if isinstance(found, list) else found
    return markup.read(result.signed_data)


def _check_form(root: etree._Element) -> None:
    """One signature, in its place, over the whole assertion and nothing else."""
    signatures = list(root.iter(f"{{{DS}}}Signature"))
    references = list(root.iter(f"{{{DS}}}Reference"))
    right = (
        root.tag == f"{{{SAML}}}Assertion"
        and root.get("Version") == "2.0"
        and bool(root.get("ID"))
        and len(signatures) == 1
        and signatures[0].getparent() is root
        and len(references) == 1
        and references[0].get("URI") == f"#{root.get('ID')}"
        and all(t.get("Algorithm") in _TRANSFORMS for t in root.iter(f"{{{DS}}}Transform"))
        and len({e.get("ID") for e in root.iter() if e.get("ID")})
        == sum(1 for e in root.iter() if e.get("ID"))
        and len(list(root.iter(f"{{{SAML}}}Assertion"))) == 1
    )
    if not right:
        raise _refused("002", "It is not one signed SAML 2.0 assertion.")


def _check_conditions(signed: etree._Element, issuer: SamlIssuer, now: datetime) -> None:
    conditions = signed.findall(f"{{{SAML}}}Conditions")
    if len(conditions) != 1:
        raise _refused("005", "It does not say when it is valid.")
    begins, ends = (instant(conditions[0].get(name)) for name in ("NotBefore", "NotOnOrAfter"))
    issued = instant(signed.get("IssueInstant"))
    if begins is None or ends is None or issued is None:
        raise _refused("005", "It does not say when it is valid.")
    if now >= ends or max(begins, issued) > now + AHEAD_MAX or ends - begins > LIFE_MAX + AHEAD_MAX:
        raise _refused("005", "It has expired, is not valid yet, or lasts too long.")
    audiences = [_text(a) for a in conditions[0].iterfind(f".//{{{SAML}}}Audience")]
    if audiences != [issuer.audience]:
        raise _refused("006", "It is for another audience.")
    methods = {c.get("Method") for c in signed.iterfind(f"{{{SAML}}}Subject/{{{SAML}}}SubjectConfirmation")}
    if methods != {BEARER}:
        raise _refused("007", "Its subject is confirmed otherwise than as bearer.")


def _value(signed: etree._Element, names: Sequence[str]) -> str:
    """What these attributes say: text, or an element of HL7 written out. "" for none; several must agree."""
    found: dict[str, str] = {}
    for attribute in signed.iterfind(f"{{{SAML}}}AttributeStatement/{{{SAML}}}Attribute"):
        if attribute.get("Name") in names:
            for value in attribute.findall(f"{{{SAML}}}AttributeValue"):
                text = _said(value)
                if text:
                    found.setdefault(
                        _code(text) or _extension(text) or html.unescape(html.unescape(text)), text
                    )
    if len(found) > 1:
        raise _odd(names[0])
    return next(iter(found.values()), "")


def _said(value: etree._Element) -> str:
    if len(value):
        return etree.tostring(value[0], encoding="unicode", with_tail=False)[: TEXT_MAX * 4]
    return (value.text or "").strip()[: TEXT_MAX * 4]


def _attributes(text: str) -> dict[str, str]:
    return dict(_ATTRIBUTE.findall(text))


def _code(text: str) -> str:
    return _attributes(text).get("code", "")


def _extension(text: str) -> str:
    return _attributes(text).get("extension", "")


def _decision(text: str) -> str:
    found = re.search(r'<id\s+value="([A-Za-z0-9_.\-]{1,64})"', text)
    return found[1] if found else ""


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip()[:TEXT_MAX] if element is not None else ""


def _refused(number: str, why: str) -> Problem:
    return Problem(
        ProblemKind.UNAUTHENTICATED, f"AKS-SAML-{number}", "The assertion is not accepted.", why=why
    )


def _odd(name: str) -> Problem:
    return Problem(
        ProblemKind.UNAUTHENTICATED,
        "AKS-SAML-010",
        "An attribute of the assertion is missing or not of the agreed shape.",
        why=f"It is `{name.rpartition(':')[2]}`.",
    )
