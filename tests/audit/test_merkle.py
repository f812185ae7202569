"""The tree against a second implementation, written straight from RFC 6962 section 2.1, and its published vectors."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from akson.audit import merkle
from akson.audit.merkle import Edge, node_hash

# Leaf hashes of the test data that Certificate Transparency's own implementations share.
CT_DATA = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
WIDE = 70_000
"""More than 256 times 256: three levels of tiles."""


def mth(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def leaves(count: int) -> list[bytes]:
    return [sha256(b"\x00" + n.to_bytes(4, "big")).digest() for n in range(count)]


LEAVES = leaves(700)
sizes = st.integers(1, len(LEAVES))


def hash_of(lo: int, hi: int) -> bytes:
    return mth(LEAVES[lo:hi])


def test_published_vectors() -> None:
    edge = Edge()
    for data, root in zip(CT_DATA, CT_ROOTS, strict=True):
        edge.append([sha256(b"\x00" + bytes.fromhex(data)).digest()])
        assert edge.root().hex() == root


@given(st.lists(st.integers(0, 300), max_size=6))
def test_root_does_not_depend_on_batches(batches: list[int]) -> None:
    edge, taken = Edge(), 0
    for count in batches:
        edge.append(LEAVES[taken : taken + count])
        taken = min(taken + count, len(LEAVES))
        edge = Edge.decode(edge.size, edge.encode())
    assert edge.size == taken
    assert edge.root() == mth(LEAVES[:taken])


def test_tiles_of_three_levels_hold_what_the_specification_says() -> None:
    all_leaves = leaves(WIDE)
    edge = Edge()
    tiles = {(tile.level, tile.n): tile.data for tile in edge.append(all_leaves)}
    assert {level for level, _ in tiles} == {0, 1}
    assert len(tiles) == WIDE // 256 + WIDE // 65_536
    assert tiles[0, 3] == b"".join(all_leaves[768:1024])
    assert tiles[1, 0][32:64] == mth(all_leaves[256:512])
    assert [len(level) for level in edge.levels] == [WIDE % 256, WIDE // 256 % 256, 1]
    assert edge.levels[2] == [mth(all_leaves[:65_536])]
    assert edge.root() == mth(all_leaves)


@given(st.data(), sizes)
def test_inclusion_is_proved_for_the_leaf_and_for_no_other(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(index, size, hash_of)
    root = hash_of(0, size)
    assert merkle.verify_inclusion(LEAVES[index], index, size, path, root)
    other = data.draw(st.integers(0, size))
    if other != index:
        assert not merkle.verify_inclusion(LEAVES[index], other, size, path, root)
    assert not merkle.verify_inclusion(node_hash(LEAVES[index], b""), index, size, path, root)
    assert not merkle.verify_inclusion(LEAVES[index], index, size, [*path, root], root)
    for broken in range(len(path)):
        assert not merkle.verify_inclusion(
            LEAVES[index], index, size, path[:broken] + path[broken + 1 :], root
        )


@given(st.data(), sizes)
def test_consistency_is_proved_for_a_beginning_and_for_nothing_else(data: st.DataObject, size: int) -> None:
    old = data.draw(st.integers(1, size))
    path = merkle.consistency_proof(old, size, hash_of)
    root = hash_of(0, size)
    assert merkle.verify_consistency(old, size, path, hash_of(0, old), root)
    another_past = mth([*LEAVES[: old - 1], sha256(b"another event").digest()])
    assert not merkle.verify_consistency(old, size, path, another_past, root)
    if old < size:
        assert not merkle.verify_consistency(old, size, [*path, root], hash_of(0, old), root)
        assert not merkle.verify_consistency(old, size, path[:-1], hash_of(0, old), root)


def test_the_empty_tree() -> None:
    assert Edge().root() == mth([]) == merkle.EMPTY_ROOT
    assert not merkle.verify_inclusion(LEAVES[0], 0, 0, [], merkle.EMPTY_ROOT)
