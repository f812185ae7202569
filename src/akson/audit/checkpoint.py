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
    found = verify_any(note, key)
    return found if found and found.origin == origin else None


def verify_any(note: bytes, key: Ed25519PublicKey) -> Checkpoint | None:
    """As `verify`, whatever the log is called."""
    try:
        text, signatures = split(note)
        origin, size, root = text.split("\n")[:3]
        for signer, mark in signatures:
            if signer == origin and mark[:4] == key_hash(origin, key):
                key.verify(mark[4:], text.encode())
                return Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
    except (ValueError, InvalidSignature):
        return None
    return None


def split(note: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """The signed text with its last line feed, and (signer, key hash and signature) of each line. Raises ValueError."""
    text, gap, lines = note.decode().partition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise ValueError("a note is a text, an empty line and signatures")
    found = []
    for line in lines[:-1].split("\n"):
        dash, signer, mark = line.split(" ")
        if dash != "\u2014":
            raise ValueError("a signature begins with a dash")
        found.append((signer, base64.b64decode(mark, validate=True)))
    return text + "\n", found
