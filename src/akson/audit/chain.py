"""Leaves of the tree, each bound to the patient's one before: nothing can be left out between two of her events. Pure.

    c    = SHA-256(salt 16 ‖ seq int64 ‖ leaf of her event before, 32 ‖ canonical)
    leaf = SHA-256(0x00 ‖ c)

The first has seq 1 and 32 zero bytes before it. What concerns no patient has seq 0 and zero bytes: it is in no chain. The
tree holds commitments only: tiles may be given to anyone, and salt and body can be erased while the leaf stays.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

NOTHING_BEFORE = bytes(32)
_SEQ = struct.Struct(">q")
_NO_PATIENT = _SEQ.pack(0) + NOTHING_BEFORE


@dataclass(frozen=True, slots=True)
class Head:
    """How many events of a patient there are, and the leaf of the last."""

    seq: int = 0
    leaf: bytes = NOTHING_BEFORE


NO_HEAD = Head()


class Row(Protocol):
    """What a leaf is made of."""

    @property
    def tenant(self) -> int: ...
    @property
    def patient(self) -> str: ...
    @property
    def salt(self) -> bytes: ...
    @property
    def canonical(self) -> bytes: ...


class Chains:
    """The heads of patients, moved on leaf by leaf."""

    def __init__(self) -> None:
        self.heads: dict[tuple[int, str], Head] = {}

    def leaves(self, rows: Iterable[Row]) -> list[bytes]:
        """Of rows in the order of their places."""
        return [self.leaf(row.tenant, row.patient, row.salt, row.canonical) for row in rows]

    def leaf(self, tenant: int, patient: str, salt: bytes, canonical: bytes) -> bytes:
        """The next leaf; the patient's head moves on to it."""
        if not patient:
            return loose_leaf(salt, canonical)
        before = self.heads.get((tenant, patient), NO_HEAD)
        made = leaf_hash(salt, before.seq + 1, before.leaf, canonical)
        self.heads[tenant, patient] = Head(before.seq + 1, made)
        return made


def leaf_hash(salt: bytes, seq: int, before: bytes, canonical: bytes) -> bytes:
    commitment = sha256(salt + _SEQ.pack(seq) + before + canonical).digest()
    return sha256(b"\x00" + commitment).digest()


def loose_leaf(salt: bytes, canonical: bytes) -> bytes:
    """Of what concerns no patient: a statement of the log itself, or an access to what is nobody's."""
    return sha256(b"\x00" + sha256(salt + _NO_PATIENT + canonical).digest()).digest()


def preimage(salt: bytes, seq: int, before: bytes, canonical: bytes) -> bytes:
    """What the commitment is the hash of: with it, one who has a tile can check one leaf."""
    return salt + _SEQ.pack(seq) + before + canonical
