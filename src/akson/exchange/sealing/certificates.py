"""An organisation's certificate (virksomhetssertifikat), read: whose it is, what it is for, and until when.

The organisation number stands in `organizationIdentifier` (2.5.4.97, `NTRNO-974760673`, ETSI EN 319 412-1) since 2023 and
in `serialNumber` (2.5.4.5, nine digits) before, as Buypass and Commfides issue them. A pair of certificates belongs to one
organisation: one to sign by (nonRepudiation), one to be written to (key or data encipherment), HIS 1037 chapter 5.5.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from akson.exchange.sealing import refusals
from akson.fhir.problem import Problem

CERTIFICATE_BYTES_MAX = 32 * 1024
RSA_BITS_MIN = 2048
_NUMBER = re.compile(r"(?:NTRNO-|NO-?)?([0-9]{9})(?:MVA)?", re.ASCII)


class Use(Enum):
    SIGN = "signature"
    ENCRYPT = "encryption"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate. `x509` is the whole of it; the rest is what is asked of it."""

    x509: x509.Certificate
    organisation_number: str
    """Nine digits."""
    name: str
    uses: frozenset[Use]
    valid_from: datetime
    valid_until: datetime

    @property
    def fingerprint(self) -> str:
        """SHA-256 in hex: what people compare."""
        return self.x509.fingerprint(hashes.SHA256()).hex()

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        key = self.x509.public_key()
        assert isinstance(key, rsa.RSAPublicKey)  # read() lets no other in
        return key

    def __repr__(self) -> str:
        uses = "+".join(sorted(use.value for use in self.uses))
        return f"Certificate({self.organisation_number} {uses} until {self.valid_until:%Y-%m-%d})"


def read(content: bytes) -> Certificate:
    """One certificate in PEM or DER, of anybody. Raises Problem AKS-SEAL-201…204."""
    if len(content) > CERTIFICATE_BYTES_MAX:
        raise refusals.certificate(201, "The certificate is larger than any certificate is.")
    try:
        pem = content.lstrip().startswith(b"-----BEGIN")
        found = x509.load_pem_x509_certificate(content) if pem else x509.load_der_x509_certificate(content)
        return describe(found)
    except Problem:
        raise
    except Exception as error:
        # Hostile bytes bring a dozen kinds of exception out of the library, one for each field that is odd.
        raise refusals.certificate(202, "The certificate cannot be read.") from error


def describe(found: x509.Certificate) -> Certificate:
    """Raises Problem AKS-SEAL-203 (no organisation number), 204 (not RSA of at least 2048 bits)."""
    number = organisation_number(found.subject)
    if not number:
        raise refusals.certificate(203, "The certificate names no Norwegian organisation number.")
    key = found.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < RSA_BITS_MIN:
        raise refusals.certificate(204, f"The certificate's key is not RSA of at least {RSA_BITS_MIN} bits.")
    return Certificate(
        found,
        number,
        _first(found.subject, NameOID.ORGANIZATION_NAME) or _first(found.subject, NameOID.COMMON_NAME),
        _uses(found),
        found.not_valid_before_utc,
        found.not_valid_after_utc,
    )


def organisation_number(subject: x509.Name) -> str:
    """Nine digits, or "". When both fields are there they must say the same."""
    found = {
        match.group(1)
        for oid in (NameOID.ORGANIZATION_IDENTIFIER, NameOID.SERIAL_NUMBER)
        for value in [_first(subject, oid)]
        if (match := _NUMBER.fullmatch(value.replace(" ", "")))
    }
    return found.pop() if len(found) == 1 else ""


def _first(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    found = subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def _uses(found: x509.Certificate) -> frozenset[Use]:
    """A certificate that says nothing of its use is for nothing here."""
    try:
        usage = found.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return frozenset()
    uses = set()
    if usage.content_commitment or usage.digital_signature:
        uses.add(Use.SIGN)
    if usage.key_encipherment or usage.data_encipherment:
        uses.add(Use.ENCRYPT)
    return frozenset(uses)
