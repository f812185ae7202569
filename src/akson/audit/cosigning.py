"""A witness's signature under a log's checkpoint. Pure.

The message is `cosignature/v1`, the time and the checkpoint's text; the line is name, key id, time and signature.
Spec: https://c2sp.org/tlog-cosignature (Ed25519; ML-DSA-44 is not made yet: a browser cannot check it, docs/adr/0009).
"""

import base64
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.audit.policy import WITNESS_KEY, VerifierKey

_TIME = struct.Struct(">Q")
MARK_BYTES = 4 + _TIME.size + 64


def witness_key(name: str, key: Ed25519PrivateKey) -> VerifierKey:
    return VerifierKey(name, WITNESS_KEY, key.public_key().public_bytes_raw())


def cosign(text: str, name: str, key: Ed25519PrivateKey, time_s: int) -> str:
    """The signature line with its line feed, under a checkpoint's signed text."""
    mark = witness_key(name, key).id + _TIME.pack(time_s) + key.sign(_message(text, time_s))
    return f"\u2014 {name} {base64.b64encode(mark).decode()}\n"


def cosigned_at(text: str, line: str, key: VerifierKey) -> int | None:
    """The time in seconds at which `key` signed under the text; None when the line is no such signature."""
    try:
        dash, name, encoded = line.removesuffix("\n").split(" ")
        mark = base64.b64decode(encoded, validate=True)
        if (dash, name, mark[:4], len(mark)) != ("\u2014", key.name, key.id, MARK_BYTES):
            return None
        (time_s,) = _TIME.unpack_from(mark, 4)
        key.key.verify(mark[12:], _message(text, time_s))
    except (ValueError, InvalidSignature):
        return None
    return time_s


def _message(text: str, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()
