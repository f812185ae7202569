"""A screenshot made small: a true-colour PNG to one with a palette of at most 256 colours. Standard library alone.

Screens hold few colours and many shades at the edges of letters; shades are rounded until they fit. Spec: PNG (RFC 2083).
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PALETTE_MAX = 256
KEPT_BY_USE = 96
UNLIKE = 24**2
"""Square of the distance in colour from which two shades are told apart at a glance."""


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    near = ((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))
    return min(near)[2]


def _row(kind: int, line: bytearray, above: bytes, step: int) -> bytearray:
    """The bytes of a row before its filter was put on."""
    if kind == 0:
        return line
    for i in range(len(line)):
        left = line[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        add = (
            (left, above[i], (left + above[i]) >> 1)[kind - 1] if kind < 4 else _paeth(left, above[i], corner)
        )
        line[i] = (line[i] + add) & 255
    return line


def _pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height, and each pixel as three bytes."""
    found: dict[bytes, bytes] = {}
    for name, data in _chunks(png):
        found[name] = found.get(name, b"") + data
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", found[b"IHDR"])
    assert depth == 8 and colour in (2, 6) and not interlaced, "not a screenshot as Chromium makes them"
    step = 3 if colour == 2 else 4
    raw, stride, pixels, above = zlib.decompress(found[b"IDAT"]), width * step, [], bytes(width * step)
    for y in range(height):
        start = y * (stride + 1)
        above = bytes(_row(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above, step))
        pixels += [above[x : x + 3] for x in range(0, stride, step)]
    return width, height, pixels


def _distance(one: bytes, other: bytes) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2


def _palette(counts: Counter[bytes]) -> tuple[list[bytes], dict[bytes, int]]:
    """The most used colours as they are, then those unlike them: few dots of red must stay red. The rest goes to the
    nearest."""
    by_use = [colour for colour, _ in counts.most_common()]
    kept = by_use[:KEPT_BY_USE]
    for colour in by_use[KEPT_BY_USE:]:
        if len(kept) < PALETTE_MAX and all(_distance(colour, k) > UNLIKE for k in kept):
            kept.append(colour)
    place = {colour: n for n, colour in enumerate(kept)}
    for colour in counts.keys() - place.keys():
        place[colour] = min((_distance(colour, k), n) for n, k in enumerate(kept))[1]
    return kept, place


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_palette(png: bytes) -> bytes:
    width, height, pixels = _pixels(png)
    kept, place = _palette(Counter(pixels))
    indexed = bytes(map(place.__getitem__, pixels))
    rows = b"".join(b"\0" + indexed[y * width : (y + 1) * width] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", b"".join(kept)), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(name, data) for name, data in parts)
