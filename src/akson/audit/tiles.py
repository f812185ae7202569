"""The tree as C2SP tlog-tiles lays it out: paths of tiles, and hashes over any part of it from tiles and edge.

    tile/0/x001/x234/067        full: 256 hashes, 8,192 bytes
    tile/0/273.p/112            partial: the 112 hashes that stand there so far

Spec: https://c2sp.org/tlog-tiles
"""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from akson.audit.merkle import HASH_BYTES, TILE_WIDTH, Edge, HashOf, node_hash, root_of
from akson.store.audit_log import AuditLogStore

T = TypeVar("T")

LEVELS = 64
MANY = 200
"""Parts of the tree whose hashes are worked out beside the event loop; fewer take a few milliseconds."""
HEIGHT = 8
"""Levels of the binary tree that one tile spans."""
_PATH = re.compile(r"(0|[1-9][0-9]?)/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class TileName:
    """`width` is 256 for a full tile."""

    level: int
    n: int
    width: int = TILE_WIDTH

    def path(self) -> str:
        """What follows `tile/`."""
        digits = f"{self.n:03}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        partial = f".p/{self.width}" if self.width < TILE_WIDTH else ""
        return "/".join([str(self.level), *(f"x{part}" for part in parts[:-1]), parts[-1]]) + partial


def named(path: str) -> TileName | None:
    """The tile that a path names, in the one way it may be written; None otherwise."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level, above, last, width = found.groups()
    name = TileName(int(level), int(above.replace("x", "").replace("/", "") + last), int(width or TILE_WIDTH))
    return name if name.level < LEVELS and name.path() == path else None


async def tile(rows: AuditLogStore, name: TileName) -> bytes | None:
    """Its bytes; None when the tree has none such (yet)."""
    edge = await _edge(rows)
    whole = edge.size >> HEIGHT * (name.level + 1)
    if name.n < whole:
        data = await rows.tile(name.level, name.n)
        return None if data is None else data[: name.width * HASH_BYTES]
    hashes = edge.levels[name.level] if name.level < len(edge.levels) else []
    if name.n > whole or name.width == TILE_WIDTH or name.width > len(hashes):
        return None
    return b"".join(hashes[: name.width])


async def answered(rows: AuditLogStore, ask: Callable[[HashOf], T]) -> T:
    """What `ask` makes of the hashes over parts [lo, hi) of the tree; it is called twice: to learn which, and with them."""
    wanted: list[tuple[int, int]] = []

    def noted(lo: int, hi: int) -> bytes:
        wanted.append((lo, hi))
        return bytes(HASH_BYTES)

    ask(noted)
    edge = await _edge(rows)
    places = {
        (h // HEIGHT, lo >> (h // HEIGHT + 1) * HEIGHT) for part in wanted for h, lo in _subtrees(*part)
    }
    stored = await rows.tiles_at([(level, n) for level, n in places if n < edge.size >> HEIGHT * (level + 1)])

    def known(lo: int, hi: int) -> bytes:
        return _hash_of(edge, stored, lo, hi)

    # A proof of a long life hashes for a tenth of a second, and others are answered meanwhile (docs/adr/0070).
    return await asyncio.to_thread(ask, known) if len(wanted) > MANY else ask(known)


async def _edge(rows: AuditLogStore) -> Edge:
    tree = await rows.tree()
    return Edge.decode(tree.size, tree.edge)


def _hash_of(edge: Edge, stored: Mapping[tuple[int, int], bytes], lo: int, hi: int) -> bytes:
    hashes = [_subtree(edge, stored, height, first) for height, first in _subtrees(lo, hi)]
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def _subtrees(lo: int, hi: int) -> Iterator[tuple[int, int]]:
    """(height, first leaf) of the perfect subtrees that make [lo, hi), from the left."""
    while lo < hi:
        height = (hi - lo).bit_length() - 1
        while lo & (1 << height) - 1:
            height -= 1
        yield height, lo
        lo += 1 << height


def _subtree(edge: Edge, stored: Mapping[tuple[int, int], bytes], height: int, lo: int) -> bytes:
    level, above = divmod(height, HEIGHT)
    n, at = divmod(lo >> level * HEIGHT, TILE_WIDTH)
    data = stored.get((level, n))
    if data is None:
        return root_of(edge.levels[level][at : at + (1 << above)])
    return root_of(
        [
            data[i : i + HASH_BYTES]
            for i in range(at * HASH_BYTES, (at + (1 << above)) * HASH_BYTES, HASH_BYTES)
        ]
    )
