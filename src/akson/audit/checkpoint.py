"""Checkpoints as C2SP signed notes: the log's size and root, signed with the node's Ed25519 key.

    akson/storvik/access/1
    1187
    <root, base64>

    — akson/storvik/access/1 <key hash and signature, base64>

Spec: https://c2sp.org/tlog-checkpoint, https://c2sp.org/signed-note
"""

import base64
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def key_hash(origin: str, key: Ed25519PublicKey) -> bytes:
    """The four bytes that name a key in a note."""
    return sha256(origin.encode() + b"\n" + _ED25519 + key.public_bytes_raw()).digest()[:4]


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> bytes:
    text = checkpoint.text()
    mark = key_hash(checkpoint.origin, key.public_key()) + key.sign(text.encode())
    return f"{text}\n\u2014 {checkpoint.origin} {base64.b64encode(mark).decode()}\n".encode()


def verify(note: bytes, key: Ed25519PublicKey, origin: str) -> Checkpoint | None:
    """The checkpoint, or None when the note is not one of this log signed by this key."""
    try:
        text, _, signatures = note.decode().partition("\n\n")
        named, size, root = text.split("\n")[:3]
        for line in signatures.splitlines():
            dash, signer, mark = line.split(" ", 2)
            raw = base64.b64decode(mark, validate=True)
            if (dash, signer, raw[:4]) == ("\u2014", origin, key_hash(origin, key)) and named == origin:
                key.verify(raw[4:], (text + "\n").encode())
                return Checkpoint(named, int(size), base64.b64decode(root, validate=True))
    except (ValueError, InvalidSignature):
        return None
    return None
