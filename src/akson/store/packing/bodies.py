"""Bodies to and from the bytes that are stored, and the codecs they are told apart by. Pure. Spec: RFC 1951 (deflate).

PLAIN     the bytes as they are: what packing does not make smaller, and what is too large to be unpacked in passing
WHOLE     deflated with the dictionary
HEADLESS  the same without its beginning `{"resourceType":"T","id":"…","meta":{"versionId":"…","lastUpdated":"…"`,
          which says what the row says in its columns
"""

import zlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from akson.fhir.codec.splice import instant
from akson.fhir.problem import Problem, ProblemKind

PLAIN, WHOLE, HEADLESS = 0, 1, 2
PACKED_MAX = 256 * 1024
"""Bytes of a body that is packed: unpacking one of these takes a millisecond."""
_LEVEL = 6
_WINDOW_BITS = 15

_DICTIONARY = (
    (Path(__file__).parent / "dictionary_1.txt").read_text(encoding="utf-8").replace("\n", "").encode()
)
# Both have read the dictionary already, and are copied for each body.
_PACKER = zlib.compressobj(_LEVEL, zlib.DEFLATED, -_WINDOW_BITS, zdict=_DICTIONARY)
_UNPACKER = zlib.decompressobj(-_WINDOW_BITS, zdict=_DICTIONARY)


def pack(body: bytes, type: str, id: str, version: int, updated: datetime) -> tuple[int, bytes]:
    """(codec, stored bytes) of the body of that version."""
    if len(body) > PACKED_MAX:
        return PLAIN, body
    head = _head(type, id, version, updated)
    codec, rest = (HEADLESS, body[len(head) :]) if body.startswith(head) else (WHOLE, body)
    packer = _PACKER.copy()
    packed = packer.compress(rest) + packer.flush()
    return (codec, packed) if len(packed) < len(body) else (PLAIN, body)


def unpack(codec: int, stored: bytes, type: str, id: str, version: int, updated: datetime) -> bytes:
    """The body as it was given to `pack`. Raises INTERNAL AKS-STORE-012 for a codec of a newer program."""
    if codec == PLAIN:
        return stored
    if codec not in (WHOLE, HEADLESS):
        raise Problem(
            ProblemKind.INTERNAL,
            "AKS-STORE-012",
            f"A body is stored in a form this program does not know (codec {codec}).",
            now="Start the version of Akson that was used last, or a newer one.",
            permanent=True,
        )
    rest = _UNPACKER.copy().decompress(stored)
    return rest if codec == WHOLE else _head(type, id, version, updated) + rest


def _head(type: str, id: str, version: int, updated: datetime) -> bytes:
    """How `splice` begins what was written without spaces. An id needs no escapes."""
    return b'{"resourceType":"%b","id":"%b","meta":{%b' % (
        type.encode(),
        id.encode(),
        _meta(version, updated),
    )


# What came in one Bundle is of one instant, and so is much of what a page shows.
@lru_cache(maxsize=1_000)
def _meta(version: int, updated: datetime) -> bytes:
    return f'"versionId":"{version}","lastUpdated":"{instant(updated)}"'.encode()
