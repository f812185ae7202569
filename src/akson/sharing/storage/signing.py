"""Two registered officers sign a storage policy before it counts, as they sign the access policy. Pure; Ed25519."""

import hashlib
from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from akson.access.policies.signing import SIGNATURES_NEEDED, Officer
from akson.sharing.storage.policy import StoragePolicy, canonical

_PURPOSE = b"akson storage policy v1\n"


def signed_bytes(policy: StoragePolicy) -> bytes:
    """What an officer's key signs: never what another kind of policy is signed by."""
    return _PURPOSE + hashlib.sha256(canonical(policy)).hexdigest().encode()


def holds(policy: StoragePolicy, signatures: Mapping[str, bytes], officers: Iterable[Officer]) -> bool:
    """Two different registered persons, with two different keys, signed exactly this policy."""
    keys = {officer.id: officer.public_key for officer in officers}
    signed = {
        keys[id] for id, value in signatures.items() if id in keys and _verified(policy, value, keys[id])
    }
    return len(signed) >= SIGNATURES_NEEDED


def _verified(policy: StoragePolicy, value: bytes, key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(value, signed_bytes(policy))
    except (InvalidSignature, ValueError):
        return False
    return True
