"""Our own keys and certificates on disk, one folder for each organisation; keys 0600, never on a command line or in a log.

    keys/post/974760673/
      signature.key.pem    PKCS#8, unencrypted, 0600          signature.pem    the certificate
      encryption.key.pem                                       encryption.pem
      encryption-2025.key.pem  encryption-2025.pem             an older pair, kept to open what was sealed for it

Renewal: put the new pair beside the old one. The pair that is valid and lasts longest signs; every pair opens.
"""

import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from akson.exchange.sealing import certificates, refusals
from akson.exchange.sealing.certificates import Certificate, Use

KEY_SUFFIX, CERTIFICATE_SUFFIX = ".key.pem", ".pem"


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and the private key that belongs to it."""

    certificate: Certificate
    key: rsa.RSAPrivateKey

    def __repr__(self) -> str:
        return f"Pair({self.certificate!r})"


@dataclass(frozen=True, slots=True)
class Keyring:
    """Every pair of one organisation."""

    pairs: tuple[Pair, ...]

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        return tuple(pair.certificate for pair in self.pairs)

    def signer(self, now: datetime) -> Pair:
        """The pair to sign by. Raises Problem AKS-SEAL-501."""
        valid = [p for p in self._for(Use.SIGN) if _valid(p, now)]
        if not valid:
            raise refusals.keys(
                501,
                "None of our certificates for signing is valid.",
                "Order one and put it beside the old one.",
            )
        return max(valid, key=lambda pair: pair.certificate.valid_until)

    def openers(self) -> tuple[Pair, ...]:
        """Pairs that what comes may be sealed for, also those that have run out."""
        return self._for(Use.ENCRYPT)

    def _for(self, use: Use) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if use in pair.certificate.uses)


def load(folder: Path) -> Keyring:
    """Raises Problem AKS-SEAL-502…505."""
    pairs = [_pair(folder, path) for path in sorted(folder.glob(f"*{KEY_SUFFIX}"))]
    if not pairs:
        raise refusals.keys(
            502, f"There is no key in {folder.name}.", "akson certificate make, for a test; else order one."
        )
    return Keyring(tuple(pairs))


def _pair(folder: Path, path: Path) -> Pair:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise refusals.keys(503, f"Others than its owner may read {path.name}.", f"chmod 600 {path.name}")
    name = path.name.removesuffix(KEY_SUFFIX)
    try:
        certificate = certificates.read((folder / f"{name}{CERTIFICATE_SUFFIX}").read_bytes())
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise refusals.keys(
            504, f"The pair {name} cannot be read.", "It is a PKCS#8 key and its certificate, in PEM."
        ) from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != certificate.public_key:
        raise refusals.keys(
            505, f"Key and certificate {name} do not belong together.", "Replace one of them."
        )
    return Pair(certificate, key)


def save(folder: Path, name: str, pair: Pair) -> None:
    """Both files, whole and on disk. Never over another key. Raises Problem AKS-SEAL-506."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    public = pair.certificate.x509.public_bytes(serialization.Encoding.PEM)
    write_new(folder / f"{name}{KEY_SUFFIX}", private_pem(pair.key), mode=0o600)
    write_new(folder / f"{name}{CERTIFICATE_SUFFIX}", public, mode=0o644)


def private_pem(key: rsa.RSAPrivateKey) -> bytes:
    """PKCS#8. For `write_new` with 0600, and for nothing else."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_new(path: Path, content: bytes, *, mode: int) -> None:
    """A file that was not there before, never readable by more than `mode` says. Raises Problem AKS-SEAL-506."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise refusals.keys(
            506, f"{path.name} is there already.", "Choose another folder; no key is ever overwritten."
        ) from error
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _valid(pair: Pair, now: datetime) -> bool:
    return pair.certificate.valid_from <= now <= pair.certificate.valid_until
