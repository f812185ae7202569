"""In which of 1,024 buckets a resource lives, and the ids that say so themselves. Pure.

A bucket is the unit of distribution: everything of one patient stands in the patient's. It is fixed when the resource
is created and never computed again. The hash is not keyed and does not know the tenant: the same on every node, forever.
Design: design.md section 3.
"""

import hashlib
import re
from datetime import datetime

BUCKETS = 1024
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_SERVER_MADE = re.compile(r"[0-9a-v]{26}")
_TIME_BYTES = 6
_CHANCE_BYTES = 9


def bucket_of(id: str) -> int:
    """The bucket by hash: of a Patient with a client-made id, or of a resource that belongs to no patient."""
    named = named_bucket(id)
    if named is not None:
        return named
    return int.from_bytes(hashlib.blake2b(id.encode(), digest_size=2).digest(), "big") % BUCKETS


def named_bucket(id: str) -> int | None:
    """The bucket a server-made id carries in its first two characters; None for ids of another shape.

    A client may send an id of this very shape. It is then placed where it says, which is as good as any place.
    """
    if _SERVER_MADE.fullmatch(id) is None:
        return None
    return _DIGITS.index(id[0]) * 32 + _DIGITS.index(id[1])


def server_id(bucket: int, at: datetime, chance: bytes) -> str:
    """26 characters: bucket (2), milliseconds since 1970 so that new ones stand together (6 bytes), chance (9 bytes)."""
    assert 0 <= bucket < BUCKETS
    assert len(chance) == _CHANCE_BYTES
    moment = int(at.timestamp() * 1000).to_bytes(_TIME_BYTES, "big")
    number = int.from_bytes(moment + chance, "big")
    return (
        _DIGITS[bucket >> 5]
        + _DIGITS[bucket & 31]
        + "".join(_DIGITS[number >> 5 * i & 31] for i in range(23, -1, -1))
    )


def keeps_place(type: str, id: str) -> bool:
    """Whether the bucket follows from type and id alone; otherwise `idmap` knows it."""
    return type == "Patient" or named_bucket(id) is not None
