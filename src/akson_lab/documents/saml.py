"""The national issuer of SAML assertions for document sources, as far as a source can see it.

Written from the published examples: bearer, one hour at most, RSA-SHA256 over the whole assertion by exclusive C14N, HL7
elements as text inside the attributes.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.signer import XMLSigner

from akson.fhir import markup

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
_XSPA = "urn:oasis:names:tc:xspa:1.0:subject"
_NO = "urn:no:ehelse:saml:1.0:subject"
_TRUST = "urn:nhn:trust-framework:1.0:ext"


@dataclass(frozen=True, slots=True)
class Asking:
    """One who asks, with what her enterprise vouches for. The defaults are a doctor of another region."""

    patient: str
    national_id: str = "05898597468"
    name: str = "GRØNN VITS"
    hpr: str = "565501872"
    role: str = "LE"
    organisation: str = "100100673"
    organisation_name: str = "Sørvest sykehus HF"
    unit: str = ""
    purpose: str = "TREAT"
    decision: str = "b3d1a1c2-0001"
    level: str = "4"
    acp: str = ""
    scope: str = "journaldokumenter_helsepersonell"
    series: str = "2.16.578.1.12.4.1.4.1"


def citizen(number: str, name: str = "Astrid Bakken", **more: str) -> Asking:
    """The citizen herself, through the national service."""
    return Asking(
        number, national_id=number, name=name, hpr="", role="", purpose="13",
        scope="innsynregisterbruk,innsynpasientjournal,prover", decision="", **more,
    )  # fmt: skip


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certificate_of(key: rsa.RSAPrivateKey, at: datetime, name: str = "Lab SAML") -> x509.Certificate:
    """Self-signed: it is pinned, nobody follows a chain."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=365))
        .add_extension(
            x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True
        )
        .sign(key, hashes.SHA256())
    )


@dataclass
class SamlIssuer:
    """`name` and `audience` as a source has them in its configuration."""

    at: datetime
    name: str = "https://saml.lab.example"
    audience: str = "nhn:dokumentdeling-saml"
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    certificate: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        self.certificate = certificate_of(self.key, self.at)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def assertion(
        self,
        asking: Asking,
        *,
        at: datetime | None = None,
        life: timedelta = timedelta(hours=1),
        audience: str = "",
    ) -> bytes:
        """Signed; as it is put into a message."""
        begins = at or self.at
        text = _TEMPLATE.format(
            id=f"_{secrets.token_hex(16)}",
            begins=_time(begins),
            ends=_time(begins + life),
            issuer=escape(self.name),
            audience=escape(audience or self.audience),
            subject=asking.national_id,
            attributes="".join(_attribute(name, value) for name, value in _attributes(asking) if value),
        )
        signer = XMLSigner(
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
            signature_algorithm=SignatureMethod.RSA_SHA256,
        )
        root = markup.read(text.encode())
        signed = signer.sign(
            root, key=self.key, cert=[self.certificate], reference_uri=root.get("ID"), id_attribute="ID"
        )
        return etree.tostring(signed)


_TEMPLATE = (
    f'<saml:Assertion xmlns:saml="{SAML}" ID="{{id}}" IssueInstant="{{begins}}" Version="2.0">'
    "<saml:Issuer>{issuer}</saml:Issuer>"
    f'<ds:Signature xmlns:ds="{DS}" Id="placeholder"/>'
    "<saml:Subject><saml:NameID>{subject}</saml:NameID>"
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"/></saml:Subject>'
    '<saml:Conditions NotBefore="{begins}" NotOnOrAfter="{ends}"><saml:AudienceRestriction>'
    "<saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
    "<saml:AttributeStatement>{attributes}</saml:AttributeStatement>"
    '<saml:AuthnStatement AuthnInstant="{begins}"><saml:AuthnContext><saml:AuthnContextClassRef>'
    "urn:oasis:names:tc:SAML:2.0:ac:classes:X509</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
    "</saml:Assertion>"
)


def _attributes(asking: Asking) -> list[tuple[str, str]]:
    person = asking.purpose == "13"
    number = asking.national_id if person else asking.hpr
    series = "2.16.578.1.12.4.1.4.1" if person else "2.16.578.1.12.4.1.4.4"
    told = [
        (f"{_XSPA}:subject-id", asking.name),
        ("urn:ihe:iti:xua:2017:subject:provider-identifier", f'<id extension="{number}" root="{series}"/>'),
        ("urn:oasis:names:tc:xacml:2.0:resource:resource-id", f"{asking.patient}^^^&{asking.series}&ISO"),
        (f"{_NO}:SecurityLevel", asking.level),
        (f"{_NO}:Scope", asking.scope),
        ("urn:ihe:iti:xua:2012:acp", asking.acp),
    ]
    if person:
        return [*told, (f"{_XSPA}:purposeofuse", _coded("PurposeOfUse", "13", "1.0.14265.1"))]
    return [
        *told,
        (f"{_XSPA}:role", _coded("Role", asking.role, "urn:oid:2.16.578.1.12.4.1.1.9060")),
        (
            f"{_XSPA}:purposeOfUse",
            _coded("PurposeOfUse", asking.purpose, "urn:oid:2.16.840.1.113883.1.11.20448"),
        ),
        (f"{_XSPA}:organization", asking.organisation_name),
        (
            f"{_XSPA}:organization-id",
            f'<id extension="{asking.organisation}" root="urn:oid:2.16.578.1.12.4.1.4.101"/>',
        ),
        (f"{_XSPA}:child-organization", f'<id extension="{asking.unit}"/>' if asking.unit else ""),
        (
            f"{_TRUST}:care-relationship:decision-ref",
            f'<decision-ref><id value="{asking.decision}" /><user-selected value="False" /></decision-ref>',
        ),
    ]


def _coded(element: str, code: str, system: str) -> str:
    return f'<{element} xmlns="urn:hl7-org:v3" code="{code}" codeSystem="{system}"/>'


def _attribute(name: str, value: str) -> str:
    return f'<saml:Attribute Name="{name}"><saml:AttributeValue>{escape(value)}</saml:AttributeValue></saml:Attribute>'


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
