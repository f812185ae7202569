"""The Merkle tree of the log: RFC 6962 hashing over 256-wide tiles (C2SP tlog-tiles). Pure.

A tree of N leaves is kept as full tiles (256 hashes of one level each, immutable) and the *edge*: the hashes of every
level that do not fill a tile yet. Appending hashes each leaf once and touches the edge only.

    level 0   leaf hashes                 tile (0, n) holds leaves 256 n … 256 n + 255
    level 1   roots of full level-0 tiles tile (1, n) …

Spec: https://www.rfc-editor.org/rfc/rfc6962#section-2, https://c2sp.org/tlog-tiles
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

TILE_WIDTH = 256
HASH_BYTES = 32
TILE_BYTES = TILE_WIDTH * HASH_BYTES
EMPTY_ROOT = sha256(b"").digest()
_COUNT = struct.Struct(">H")


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The RFC 6962 root over these hashes of one level (any number)."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


@dataclass(frozen=True, slots=True)
class Tile:
    level: int
    n: int
    data: bytes
    """256 hashes, 8,192 bytes."""


@dataclass(slots=True)
class Edge:
    """The right edge of the tree: for each level the hashes that do not fill a tile yet."""

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=list)

    @classmethod
    def decode(cls, size: int, data: bytes) -> "Edge":
        levels, at = [], 0
        while at < len(data):
            (count,) = _COUNT.unpack_from(data, at)
            at += _COUNT.size
            levels.append([data[at + i * HASH_BYTES : at + (i + 1) * HASH_BYTES] for i in range(count)])
            at += count * HASH_BYTES
        return cls(size, levels)

    def encode(self) -> bytes:
        return b"".join(_COUNT.pack(len(level)) + b"".join(level) for level in self.levels)

    def append(self, leaves: Sequence[bytes]) -> list[Tile]:
        """Add leaves; gives back the tiles that became full, lowest level first."""
        full: list[Tile] = []
        at = 0
        while at < len(leaves):
            if not self.levels:
                self.levels.append([])
            part = leaves[at : at + TILE_WIDTH - len(self.levels[0])]
            self.levels[0].extend(part)
            self.size += len(part)
            at += len(part)
            if len(self.levels[0]) == TILE_WIDTH:
                self._close(0, full)
        return full

    def _close(self, level: int, full: list[Tile]) -> None:
        """The edge of this level fills a tile; its root moves one level up."""
        edge = self.levels[level]
        full.append(Tile(level, (self.size >> 8 * (level + 1)) - 1, b"".join(edge)))
        self.levels[level] = []
        if level + 1 == len(self.levels):
            self.levels.append([])
        self.levels[level + 1].append(root_of(edge))
        if len(self.levels[level + 1]) == TILE_WIDTH:
            self._close(level + 1, full)

    def root(self) -> bytes:
        """The root of the whole tree: the edges joined from the lowest level up."""
        carried: bytes | None = None
        for level in self.levels:
            hashes = level if carried is None else [*level, carried]
            carried = root_of(hashes) if hashes else None
        return EMPTY_ROOT if carried is None else carried


HashOf = Callable[[int, int], bytes]
"""(lo, hi) -> the root over leaves [lo, hi)."""


def inclusion_proof(index: int, size: int, hash_of: HashOf) -> list[bytes]:
    """RFC 6962 2.1.1: the audit path of leaf `index` in a tree of `size` leaves."""
    path: list[bytes] = []
    lo, hi = 0, size
    while hi - lo > 1:
        split = lo + _split(hi - lo)
        if index < split:
            path.append(hash_of(split, hi))
            hi = split
        else:
            path.append(hash_of(lo, split))
            lo = split
    return path[::-1]


def consistency_proof(old: int, size: int, hash_of: HashOf) -> list[bytes]:
    """RFC 6962 2.1.2: that the tree of `old` leaves is a beginning of the tree of `size` leaves."""

    def sub(m: int, lo: int, hi: int, whole: bool) -> list[bytes]:
        if m == hi - lo:
            return [] if whole else [hash_of(lo, hi)]
        k = _split(hi - lo)
        if m <= k:
            return [*sub(m, lo, lo + k, whole), hash_of(lo + k, hi)]
        return [*sub(m - k, lo + k, hi, False), hash_of(lo, lo + k)]

    return [] if old in (0, size) else sub(old, 0, size, True)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 2.1.3.2."""
    if not 0 <= index < size:
        return False
    fn, sn, found = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = node_hash(step, found)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            found = node_hash(found, step)
        fn >>= 1
        sn >>= 1
    return sn == 0 and found == root


def verify_consistency(old: int, size: int, path: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """RFC 9162 2.1.4.2."""
    if old == size:
        return not path and old_root == root
    if old == 0:
        return not path
    if not path:
        return False
    steps = list(path) if old & (old - 1) else [old_root, *path]
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    first = second = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first, second = node_hash(step, first), node_hash(step, second)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            second = node_hash(second, step)
        fn >>= 1
        sn >>= 1
    return sn == 0 and first == old_root and second == root


def _split(n: int) -> int:
    """The largest power of two smaller than n."""
    return 1 << (n - 1).bit_length() - 1
