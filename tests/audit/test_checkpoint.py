"""Checkpoints are C2SP signed notes: read with the right key and name, or not at all."""

import base64
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.audit.checkpoint import Checkpoint, sign, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "akson/storvik/access/1"
POINT = Checkpoint(ORIGIN, 1187, sha256(b"root").digest())
NOTE = sign(POINT, KEY)


def test_a_note_says_what_the_specification_says() -> None:
    text, _, signature = NOTE.decode().partition("\n\n")
    assert text.split("\n") == [ORIGIN, "1187", base64.b64encode(POINT.root).decode()]
    dash, name, mark = signature.removesuffix("\n").split(" ")
    assert (dash, name) == ("\u2014", ORIGIN)
    named = sha256(ORIGIN.encode() + b"\n\x01" + KEY.public_key().public_bytes_raw()).digest()[:4]
    assert base64.b64decode(mark)[:4] == named
    assert len(base64.b64decode(mark)) == 4 + 64
    assert verify(NOTE, KEY.public_key(), ORIGIN) == POINT


def test_a_witness_may_add_its_line() -> None:
    other = base64.b64encode(bytes(68)).decode()
    assert verify(NOTE + f"\u2014 witness.example {other}\n".encode(), KEY.public_key(), ORIGIN) == POINT


@pytest.mark.parametrize(
    "note",
    [
        NOTE.replace(b"\n1187\n", b"\n1188\n"),
        NOTE.replace(ORIGIN.encode(), b"akson/lillefjord/access/1"),
        NOTE.replace(ORIGIN.encode(), b"akson/lillefjord/access/1", 1),
        sign(POINT, Ed25519PrivateKey.generate()),
        NOTE.partition(b"\n\n")[0] + b"\n\n",
        NOTE[:-10],
        b"",
        b"\xff\xfe",
        b"\n\n\n\n",
    ],
)
def test_every_other_note_is_refused(note: bytes) -> None:
    assert verify(note, KEY.public_key(), ORIGIN) is None
