"""A test root and enterprise certificates below it, shaped as Buypass and Commfides shape theirs. For tests, lab and demo.

Nobody outside trusts them: the root's name says TEST, and no private key of a root is kept on a real node.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from akson.exchange.sealing import certificates
from akson.exchange.sealing.certificates import Use
from akson.exchange.sealing.keyring import Keyring, Pair

ROOT_DAYS, ENTERPRISE_DAYS = 3650, 1095
ROOT_NAME = "Akson TEST root"
RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Authority:
    """A root with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    def __repr__(self) -> str:
        return f"Authority({self.certificate.subject.rfc4514_string()})"


def root(now: datetime, *, name: str = ROOT_NAME) -> Authority:
    key = rsa.generate_private_key(65537, RSA_BITS)
    subject = _name(
        (NameOID.COUNTRY_NAME, "NO"), (NameOID.ORGANIZATION_NAME, name), (NameOID.COMMON_NAME, name)
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=ROOT_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(made, key)


def enterprise(
    issuer: Authority,
    number: str,
    name: str,
    use: Use,
    now: datetime,
    *,
    days: int = ENTERPRISE_DAYS,
    old_form: bool = False,
) -> Pair:
    """A new key and its certificate for organisation `number`; `old_form` has the number in serialNumber alone."""
    key = rsa.generate_private_key(65537, RSA_BITS)
    identified = (NameOID.SERIAL_NUMBER, number)
    if not old_form:
        identified = (NameOID.ORGANIZATION_IDENTIFIER, f"NTRNO-{number}")
    subject = _name(
        (NameOID.COUNTRY_NAME, "NO"),
        (NameOID.ORGANIZATION_NAME, name),
        (NameOID.COMMON_NAME, name),
        identified,
    )
    usage = (
        _usage(content_commitment=True)
        if use is Use.SIGN
        else _usage(key_encipherment=True, data_encipherment=True)
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, now + timedelta(days=days)) - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )
    return Pair(certificates.describe(made), key)


def keyring(issuer: Authority, number: str, name: str, now: datetime) -> Keyring:
    """Both pairs of an organisation."""
    return Keyring(tuple(enterprise(issuer, number, name, use, now) for use in Use))


def revocation_list(
    issuer: Authority, revoked: Sequence[x509.Certificate], now: datetime
) -> x509.CertificateRevocationList:
    """Signed by the issuer; each revoked from `now` on."""
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now)
        .next_update(now + timedelta(days=7))
    )
    for each in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(each.serial_number).revocation_date(now)
        made = made.add_revoked_certificate(entry.build())
    return made.sign(issuer.key, hashes.SHA256())


def _name(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _usage(**given: bool) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: given.get(name, False) for name in every})
