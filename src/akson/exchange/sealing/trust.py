"""Whether a partner's certificate is believed: issued below a root that the operator trusts, valid then, not revoked.

Rules 44, 104 and 105 of HITS 1172 ask it at the time the message was sealed, so `at` is a parameter. The chain is built and
checked by `cryptography.x509.verification`, which refuses SHA-1 and short keys by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from akson.exchange.sealing import refusals
from akson.exchange.sealing.certificates import Certificate, Use

CLOCK_SKEW = timedelta(minutes=5)
FILES_MAX = 200


@dataclass(frozen=True, slots=True)
class Compatibility:
    """What is refused unless the operator has said, for a partner that cannot do better, that it may be read."""

    sha1: bool = False
    """rsa-sha1 and sha1 in signatures (HIS 1037 before 2022). Never written."""
    triple_des: bool = False
    """3DES in CMS. Never written."""


STRICT = Compatibility()


@dataclass(frozen=True, slots=True)
class Trust:
    """Roots and what stands below them; revocation lists when the operator fetches them."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...] = ()
    revocations: tuple[x509.CertificateRevocationList, ...] = ()
    compatibility: Compatibility = STRICT

    def check(self, certificate: Certificate, use: Use, at: datetime) -> None:
        """Raises Problem AKS-SEAL-210…215 (8221 S02) or AKS-SEAL-301 (S03)."""
        if use not in certificate.uses:
            raise refusals.certificate(210, f"The certificate is not for {use.value}.")
        if not certificate.valid_from - CLOCK_SKEW <= at <= certificate.valid_until:
            raise refusals.certificate(211, "The certificate is not valid at that time.")
        self._chain(certificate, at)
        self._standing(certificate, at)

    def _chain(self, certificate: Certificate, at: datetime) -> None:
        if not self.roots:
            raise refusals.certificate(212, "No root is trusted here.")
        within = max(at, certificate.valid_from)
        verifier = (
            PolicyBuilder()
            .store(Store(list(self.roots)))
            .time(within)
            .extension_policies(
                ee_policy=ExtensionPolicy.permit_all(), ca_policy=ExtensionPolicy.webpki_defaults_ca()
            )
            .build_client_verifier()
        )
        try:
            verifier.verify(certificate.x509, list(self.intermediates))
        except (VerificationError, ValueError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
            raise refusals.certificate(
                213, "The certificate does not stand below a root that is trusted here."
            ) from error

    def _standing(self, certificate: Certificate, at: datetime) -> None:
        """A list counts when the issuer signed it. One that has run out is no news of anybody: it refuses none."""
        issuers = [c for c in (*self.intermediates, *self.roots) if c.subject == certificate.x509.issuer]
        for listed in self.revocations:
            if listed.issuer != certificate.x509.issuer or not any(_signed(listed, c) for c in issuers):
                continue
            found = listed.get_revoked_certificate_by_serial_number(certificate.x509.serial_number)
            if found is not None and found.revocation_date_utc <= at:
                raise refusals.revoked("The certificate was revoked by its issuer.")

    def stale_lists(self, now: datetime) -> tuple[str, ...]:
        """Issuers whose revocation list has run out: the operator fetches a new one."""
        return tuple(
            listed.issuer.rfc4514_string()
            for listed in self.revocations
            if listed.next_update_utc is not None and listed.next_update_utc < now
        )


def _signed(listed: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        return listed.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def load(folder: Path, *, compatibility: Compatibility = STRICT) -> Trust:
    """Every `.pem`, `.cer` and `.crt` (certificates) and `.crl` of a folder. Raises Problem AKS-SEAL-520."""
    certificates: list[x509.Certificate] = []
    lists: list[x509.CertificateRevocationList] = []
    for path in sorted(folder.iterdir())[:FILES_MAX] if folder.is_dir() else ():
        try:
            if path.suffix in (".pem", ".cer", ".crt"):
                certificates += _certificates(path.read_bytes())
            elif path.suffix == ".crl":
                lists.append(_list(path.read_bytes()))
        except ValueError as error:
            raise refusals.keys(
                520, f"The file {path.name} of trusted roots cannot be read.", "Replace it, or take it away."
            ) from error
    return of(certificates, lists, compatibility=compatibility)


def of(
    certificates: Iterable[x509.Certificate],
    revocations: Iterable[x509.CertificateRevocationList] = (),
    *,
    compatibility: Compatibility = STRICT,
) -> Trust:
    """Those that issued themselves are roots, the others stand below them."""
    every = tuple(certificates)
    return Trust(
        tuple(c for c in every if c.issuer == c.subject),
        tuple(c for c in every if c.issuer != c.subject),
        tuple(revocations),
        compatibility,
    )


def _certificates(content: bytes) -> list[x509.Certificate]:
    if content.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_certificates(content)
    return [x509.load_der_x509_certificate(content)]


def _list(content: bytes) -> x509.CertificateRevocationList:
    if content.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_crl(content)
    return x509.load_der_x509_crl(content)


def aware(at: datetime) -> datetime:
    """A time without a zone in an envelope is UTC (ebXML 2.0, section 3.1.6.2)."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)
