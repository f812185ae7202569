"""Policy files, keys and signatures as they lie on disk beside the commands that use them.

NEW.json            the policy
NEW.json.per.sig    `per` and 128 hexadecimal digits: who signed, and the Ed25519 signature
per.key             PEM, PKCS 8, mode 0600: never in the data folder of the node, never on the command line
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from akson.fhir.problem import Problem, ProblemKind

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from akson.access.policies import Policy
    from akson.access.policies.signing import Signature


def read(path: str) -> bytes:
    """Raises Problem NOT_FOUND AKS-APP-071."""
    try:
        return Path(path).read_bytes()
    except OSError as refused:
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-APP-071",
            f"{path} cannot be read.",
            why=f"{refused.strerror}.",
            now="Check the path.",
        ) from refused


def policy(path: str) -> "Policy":
    from akson.access import policies

    return policies.parse(read(path))


def new_key(path: str) -> "Ed25519PrivateKey":
    """Makes a key where no file is yet. Raises Problem CONFLICT AKS-APP-072 where one is."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    made = Ed25519PrivateKey.generate()
    data = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Problem(
            ProblemKind.CONFLICT, "AKS-APP-072", f"{path} is there already.", now="Name a file that is not."
        ) from None
    with os.fdopen(opened, "wb") as file:
        file.write(data)
    return made


def key(path: str) -> "Ed25519PrivateKey":
    """Raises Problem INVALID AKS-APP-073 for a file that holds no such key."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        found = serialization.load_pem_private_key(read(path), None)
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, Ed25519PrivateKey):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-APP-073",
            f"{path} holds no key to sign policies with.",
            now="Make one with `akson policy officer`.",
        )
    return found


def signature(path: str) -> "Signature":
    """Raises Problem INVALID AKS-APP-074 for a file of another shape."""
    from akson.access.policies.signing import Signature

    parts = read(path).decode("ascii", "replace").split()
    try:
        officer, value = parts
        return Signature(officer, bytes.fromhex(value))
    except ValueError:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-APP-074",
            f"{path} holds no signature.",
            now="Make one with `akson policy sign`.",
        ) from None
