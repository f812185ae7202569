"""The second computation: what a batch made of the tree, counted anew another way before its root is signed. Pure.

A flipped bit that is signed can never be taken back: the log Yeti 2022 ended so
(https://groups.google.com/a/chromium.org/g/ct-policy, entry 65,562,066). `merkle.Edge` works by tiles; here stands a stack
of perfect subtrees, joined as soon as two are equally high, and what the database gives back is compared with it. The
leaves themselves the database has counted a second time (store/sql/log_grow.sql).
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from akson.audit.merkle import EMPTY_ROOT, TILE_WIDTH, Edge

HEIGHT_OF_TILE = 8


class Disagreement(Exception):
    """What is stored is not what was counted; nothing may be signed."""


def recount(
    before: Edge,
    root_before: bytes,
    leaves: Sequence[bytes],
    stored: Mapping[tuple[int, int], bytes],
    edge: bytes,
) -> bytes:
    """The root after `leaves`, when tiles and edge as stored are right. Raises Disagreement otherwise.

    `root_before` is the root that was signed last, over `before`; `stored` is (level, n) -> data of tiles that became full.
    """
    stack = _subtrees(before)
    if _fold(stack) != root_before:
        raise Disagreement("the tree does not go on from the root that was signed last")
    levels = _grow(stack, leaves)
    wanted, rest = _tiles(before, levels)
    if wanted != dict(stored):
        raise Disagreement("a tile that became full is not the one its hashes make")
    if rest != edge:
        raise Disagreement("the edge is not the one that the leaves make")
    return _fold(stack)


def _subtrees(before: Edge) -> list[tuple[int, bytes]]:
    """(height, root) of the perfect subtrees that make the tree, from the left."""
    stack: list[tuple[int, bytes]] = []
    for level in reversed(range(len(before.levels))):
        hashes = before.levels[level]
        for bit in reversed(range(HEIGHT_OF_TILE)):
            if len(hashes) & 1 << bit:
                part, hashes = hashes[: 1 << bit], hashes[1 << bit :]
                stack.append((HEIGHT_OF_TILE * level + bit, _perfect(part)))
    return stack


def _perfect(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    half = len(hashes) // 2
    return _join(_perfect(hashes[:half]), _perfect(hashes[half:]))


def _join(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _grow(stack: list[tuple[int, bytes]], leaves: Sequence[bytes]) -> dict[int, list[bytes]]:
    """Moves the stack on; gives back the new hashes of each tile level."""
    levels: dict[int, list[bytes]] = {0: list(leaves)}
    for leaf in leaves:
        height, hash = 0, leaf
        while stack and stack[-1][0] == height:
            height, hash = height + 1, _join(stack.pop()[1], hash)
            if height % HEIGHT_OF_TILE == 0:
                levels.setdefault(height // HEIGHT_OF_TILE, []).append(hash)
        stack.append((height, hash))
    return levels


def _tiles(before: Edge, levels: Mapping[int, list[bytes]]) -> tuple[dict[tuple[int, int], bytes], bytes]:
    """The tiles that these hashes fill, and the bytes of the edge that is left."""
    full: dict[tuple[int, int], bytes] = {}
    edge = b""
    for level in range(max(len(before.levels), *(level + 1 for level in levels))):
        old = before.levels[level] if level < len(before.levels) else []
        hashes = [*old, *levels.get(level, ())]
        first = before.size >> HEIGHT_OF_TILE * (level + 1)
        count, left = divmod(len(hashes), TILE_WIDTH)
        for n in range(count):
            full[level, first + n] = b"".join(hashes[n * TILE_WIDTH : (n + 1) * TILE_WIDTH])
        edge += left.to_bytes(2, "big") + b"".join(hashes[count * TILE_WIDTH :])
    return full, edge


def _fold(stack: Sequence[tuple[int, bytes]]) -> bytes:
    if not stack:
        return EMPTY_ROOT
    root = stack[-1][1]
    for _, left in reversed(stack[:-1]):
        root = _join(left, root)
    return root
