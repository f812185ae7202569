"""Two persons sign a policy before it counts. Pure: keys and signatures come in, a yes or no goes out.

What is signed is the digest of the canonical bytes, with the name of the purpose before it, so that no signature given for
something else can stand for a policy. Ed25519 (RFC 8032).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from akson.access.policies.values import Policy

SIGNATURES_NEEDED = 2
_PURPOSE = b"akson policy activation v1\n"


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who may sign policies of this municipality."""

    id: str
    name: str
    public_key: bytes
    """32 bytes, Ed25519."""


@dataclass(frozen=True, slots=True)
class Signature:
    officer: str
    """Id of the Officer."""
    value: bytes
    """64 bytes."""


def canonical(policy: Policy) -> bytes:
    """The same for the same policy, however its file is laid out: JSON with sorted keys and no space."""
    return msgspec.json.encode(msgspec.to_builtins(policy), order="sorted")


def digest(policy: Policy) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal: what tells two policies apart."""
    return hashlib.sha256(canonical(policy)).hexdigest()


def signed_bytes(policy: Policy) -> bytes:
    """What an officer's key signs."""
    return _PURPOSE + digest(policy).encode()


def verified(policy: Policy, signature: Signature, officer: Officer) -> bool:
    """Whether this officer signed this policy. A key or signature of another shape is a no."""
    if signature.officer != officer.id:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(officer.public_key).verify(signature.value, signed_bytes(policy))
    except (InvalidSignature, ValueError):
        return False
    return True


def activated(policy: Policy, signatures: Iterable[Signature], officers: Iterable[Officer]) -> bool:
    """Two different registered persons, with two different keys, signed exactly this policy."""
    registered = {officer.id: officer for officer in officers}
    signed = {
        officer.id: officer.public_key
        for signature in signatures
        if (officer := registered.get(signature.officer)) and verified(policy, signature, officer)
    }
    return len(signed) >= SIGNATURES_NEEDED and len(set(signed.values())) >= SIGNATURES_NEEDED
