"""The node's own keys, as files in `<data>/keys`: made once, readable by the node's user alone.

token.pem   ECDSA P-256, signs access tokens and web sessions of the local issuer
log.pem     Ed25519, signs checkpoints of the access log
witness.pem Ed25519, signs as a witness of other nodes' logs; lies in the witness's folder
client-ID.pem   P-256 (or RSA, put there by hand): says to the issuer ID which client this node is
binding-ID.pem  P-256, what tokens of the issuer ID are bound to (DPoP)
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from akson.fhir.problem import Problem, ProblemKind

_OTHERS = 0o077
RSA_BITS_MIN = 3072
IssuerKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def token_key(folder: Path) -> ec.EllipticCurvePrivateKey:
    """The key of the local issuer, made when absent. Raises Problem AKS-IDENTITY-001/002."""
    key = _load_or_make(folder / "token.pem", _p256)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _wrong(folder / "token.pem", "an ECDSA key")
    return key


def log_key(folder: Path) -> ed25519.Ed25519PrivateKey:
    """The key of the access log, made when absent. Raises Problem AKS-IDENTITY-001/002."""
    key = _load_or_make(folder / "log.pem", ed25519.Ed25519PrivateKey.generate)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise _wrong(folder / "log.pem", "an Ed25519 key")
    return key


def witness_key(folder: Path) -> ed25519.Ed25519PrivateKey:
    """The key of a witness, made when absent. Raises Problem AKS-IDENTITY-001/002."""
    key = _load_or_make(folder / "witness.pem", ed25519.Ed25519PrivateKey.generate)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise _wrong(folder / "witness.pem", "an Ed25519 key")
    return key


def issuer_keys(folder: Path, issuer: str) -> tuple[IssuerKey, ec.EllipticCurvePrivateKey]:
    """The client key and the binding key of one issuer, made when absent. Raises Problem AKS-IDENTITY-001/002."""
    client = _load_or_make(folder / f"client-{issuer}.pem", _p256)
    if isinstance(client, ec.EllipticCurvePrivateKey):
        if not isinstance(client.curve, ec.SECP256R1):
            raise _wrong(folder / f"client-{issuer}.pem", "on the curve P-256")
    elif not isinstance(client, rsa.RSAPrivateKey) or client.key_size < RSA_BITS_MIN:
        raise _wrong(folder / f"client-{issuer}.pem", f"an ECDSA key or an RSA key of {RSA_BITS_MIN} bits")
    binding = _load_or_make(folder / f"binding-{issuer}.pem", _p256)
    if not isinstance(binding, ec.EllipticCurvePrivateKey):
        raise _wrong(folder / f"binding-{issuer}.pem", "an ECDSA key")
    return client, binding


def _p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _load_or_make(path: Path, make: Callable[[], PrivateKeyTypes]) -> PrivateKeyTypes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _write_once(path, make())
    if path.stat().st_mode & _OTHERS:
        raise Problem(
            ProblemKind.INTERNAL,
            "AKS-IDENTITY-001",
            f"The key file {path.name} can be read by others.",
            why="Whoever reads it can act as anyone on this node.",
            now=f"Run chmod 600 on it; if others may have read it, delete it and all tokens end: {path}",
            permanent=True,
        )
    try:
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as unreadable:
        raise _wrong(path, "a private key in PEM form") from unreadable


def _write_once(path: Path, key: PrivateKeyTypes) -> None:
    """Whole or not at all, also when two processes start at once: the first link wins."""
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor, name = tempfile.mkstemp(
        dir=path.parent, prefix=f"{path.name}."
    )  # mode 0600, whatever the umask
    draft = Path(name)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _wrong(path: Path, wanted: str) -> Problem:
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-IDENTITY-002",
        f"The key file {path.name} is not {wanted}.",
        now="Restore it from backup, or delete it: a new one is made and all tokens of the old one end.",
        permanent=True,
    )
