"""Daily heads: a sorted tree of every patient's number of events and last leaf, its root stated in the log.

    key   = HMAC-SHA-256(secret of the day, tenant int64 ‖ patient)
    value = SHA-256(seq int64 ‖ leaf of the last event)
    leaf  = SHA-256(0x00 ‖ key ‖ value)            in the order of the keys, hashed as RFC 6962

With her key, her value and a path a citizen knows how many events she must have been given, and which is the last; with two
neighbours and no place between them, that she had none. The secret is new each day, so that neighbours say nothing about
who they are, or are the same as yesterday's. Why so: docs/adr/0008.
"""

import asyncio
import hmac
import struct
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from akson.audit.chain import Head
from akson.audit.merkle import EMPTY_ROOT, TILE_WIDTH, inclusion_proof, root_of
from akson.audit.statements import HeadsStatement
from akson.store.audit_log import AuditLogStore, HeadsPage, HeadsRow, StatementEntry
from akson.world import Random

PAIR_BYTES = 64
KEEP = 8
"""Days of heads whose pages are kept; those before can be made again from the log."""
SECRET_BYTES = 32
_TENANT = struct.Struct(">q")
_SEQ = struct.Struct(">q")
Stored = HeadsRow
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Built:
    """The tree, as pages of 256 pairs (key, value) in order, and their roots."""

    pages: Sequence[bytes]
    roots: Sequence[bytes]
    count: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """One patient's pair at its place in the tree, with its path."""

    position: int
    key: bytes
    value: bytes
    path: Sequence[bytes]


def key_of(secret: bytes, tenant: int, patient: str) -> bytes:
    return hmac.digest(secret, _TENANT.pack(tenant) + patient.encode(), "sha256")


def value_of(head: Head) -> bytes:
    return sha256(_SEQ.pack(head.seq) + head.leaf).digest()


def secret_hash(secret: bytes) -> bytes:
    return sha256(secret).digest()


def leaf_of(pair: bytes) -> bytes:
    return sha256(b"\x00" + pair).digest()


def build(found: Iterable[tuple[Key, Head]], secret: bytes) -> Built:
    """About 5 µs for each patient."""
    pairs = sorted(key_of(secret, *key) + value_of(head) for key, head in found)
    pages = [b"".join(pairs[at : at + TILE_WIDTH]) for at in range(0, len(pairs), TILE_WIDTH)]
    roots = [root_of(_leaves(page)) for page in pages]
    return Built(pages, roots, len(pairs), root_of(roots) if roots else EMPTY_ROOT)


async def make(rows: AuditLogStore, random: Random, day: date, at: datetime) -> HeadsStatement | None:
    """The heads of now, kept and stated in the log; None when there are heads of this very size already."""
    size, found = await rows.heads_now()
    if await rows.heads(size) is not None:
        return None
    secret = random.bytes(SECRET_BYTES)
    pairs = [((h.tenant, h.patient), Head(h.seq, h.head)) for h in found]
    # A large municipality's takes seconds, and others are answered meanwhile.
    built = await asyncio.to_thread(build, pairs, secret)
    stated = HeadsStatement(at, size, built.count, built.root, secret_hash(secret), day)
    entry = StatementEntry(random.bytes(16), at, stated.encode(), random.bytes(16))
    row = HeadsRow(size, day, at, secret, built.count, b"".join(built.roots), entry.event_id)
    pages = [HeadsPage(n, page[:32], page) for n, page in enumerate(built.pages)]
    return stated if await rows.keep_heads(row, pages, entry, keep=KEEP) else None


async def stored(rows: AuditLogStore) -> list[HeadsRow]:
    """Newest first."""
    return await rows.all_heads()


async def place(
    rows: AuditLogStore, day: HeadsRow, tenant: int, patient: str
) -> tuple[Place | None, list[Place]]:
    """(her place, none) or (None, the neighbours between which she would stand)."""
    key = key_of(day.secret, tenant, patient)
    if not day.count:
        return None, []
    n = await rows.heads_page_of(day.size, key)
    page = await rows.heads_page(day.size, n)
    keys = [page[at : at + 32] for at in range(0, len(page), PAIR_BYTES)]
    found = bisect_left(keys, key)
    position = n * TILE_WIDTH + found
    if found < len(keys) and keys[found] == key:
        return await _placed(rows, day, position), []
    around = [p for p in (position - 1, position) if 0 <= p < day.count]
    return None, [await _placed(rows, day, p) for p in around]


async def _placed(rows: AuditLogStore, day: HeadsRow, position: int) -> Place:
    page = await rows.heads_page(day.size, position // TILE_WIDTH)
    leaves = _leaves(page)
    roots = [day.roots[at : at + 32] for at in range(0, len(day.roots), 32)]
    base = position // TILE_WIDTH * TILE_WIDTH

    def hash_of(lo: int, hi: int) -> bytes:
        if base <= lo and hi <= base + len(leaves):
            return root_of(leaves[lo - base : hi - base])
        return root_of(roots[lo // TILE_WIDTH : -(-hi // TILE_WIDTH)])

    path = inclusion_proof(position, day.count, hash_of)
    at = (position - base) * PAIR_BYTES
    return Place(position, page[at : at + 32], page[at + 32 : at + PAIR_BYTES], path)


def _leaves(page: bytes) -> list[bytes]:
    return [leaf_of(page[at : at + PAIR_BYTES]) for at in range(0, len(page), PAIR_BYTES)]
