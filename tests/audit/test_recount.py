"""L-07: a bit that flips between hash and signature is never signed, wherever it flips."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.audit.test_log import Stage, event, stage

from akson.audit.merkle import EMPTY_ROOT, Edge
from akson.audit.recount import Disagreement, recount
from akson.audit.verification import verify
from akson.fhir.problem import Problem
from akson.store.audit_log import Growth, Outcome, Stored, UngrownRow

__all__ = ["stage"]

TRIALS = 100


def flipped(data: bytes, chance: random.Random) -> bytes:
    bit = chance.randrange(8 * len(data))
    out = bytearray(data)
    out[bit // 8] ^= 1 << bit % 8
    return bytes(out)


class BrokenCore:
    """Stands between audit and its store, and flips one bit of what passes, at a place that chance names."""

    def __init__(self, stage: Stage, monkeypatch: pytest.MonkeyPatch, chance: random.Random) -> None:
        self.chance = chance
        self.armed = ""
        self._ungrown, self._grow = stage.rows.ungrown, stage.rows.grow
        monkeypatch.setattr(stage.rows, "ungrown", self.ungrown)
        monkeypatch.setattr(stage.rows, "grow", self.grow)

    async def ungrown(self, first: int, count: int) -> list[UngrownRow]:
        rows = await self._ungrown(first, count)
        if rows and self.armed in ("salt", "canonical", "head"):
            # A patient's head is taken from her first row.
            at = self.chance.randrange(9 if self.armed == "head" else len(rows))
            rows[at] = replace(rows[at], **{self.armed: flipped(getattr(rows[at], self.armed), self.chance)})
        if rows and self.armed == "seq":
            rows = [replace(row, seq=row.seq ^ 4) for row in rows]
        return rows

    async def grow(self, expected: int, growth: Growth, seal: Callable[[Stored], bytes]) -> Outcome:
        if self.armed in ("edge", "leaves"):
            growth = replace(growth, **{self.armed: flipped(getattr(growth, self.armed), self.chance)})
        if self.armed == "tile":
            tiles = list(growth.tiles)
            at = self.chance.randrange(len(tiles))
            tiles[at] = replace(tiles[at], data=flipped(tiles[at].data, self.chance))
            growth = replace(growth, tiles=tiles)
        return await self._grow(expected, growth, seal)


async def test_a_flipped_bit_is_never_signed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    core = BrokenCore(stage, monkeypatch, chance)
    log = stage.log()
    await log.append([event(n, f"p{n % 9}") for n in range(400)])
    await log.grow()
    count = 400
    for trial in range(TRIALS):
        more = chance.randrange(256, 300)
        before = await stage.rows.tree()
        core.armed = ("salt", "canonical", "head", "seq", "edge", "leaves", "tile")[trial % 7]
        await log.append([event(count + n, f"p{n % 9}") for n in range(more)])
        count += more
        with pytest.raises(Problem) as found:
            await log.grow()
        assert found.value.id == "AKS-AUDIT-012"
        assert await stage.rows.tree() == before
        assert [point.size for point in await stage.rows.checkpoints(1)] == [before.size]
        core.armed = ""
        await log.grow()
    assert (await verify(log)).faults == []


async def test_a_tree_without_a_signature_of_ours_is_not_grown(stage: Stage) -> None:
    log = stage.log()
    await log.append([event(n) for n in range(5)])
    await log.close()
    await stage.sql("update log.log_checkpoint set note = set_byte(note, 30, get_byte(note, 30) # 1)")
    await stage.log().append([event(9)])
    with pytest.raises(Problem) as found:
        await stage.log().grow()
    assert found.value.id == "AKS-AUDIT-012" and len(await stage.rows.checkpoints(9)) == 1


def test_both_ways_of_counting_agree_at_every_size() -> None:
    chance = random.Random(3)
    edge, root = Edge(), EMPTY_ROOT
    while edge.size < 140_000:
        leaves = [chance.randbytes(32) for _ in range(chance.choice((1, 2, 255, 256, 257, 4_000)))]
        before = Edge(edge.size, [list(level) for level in edge.levels])
        tiles = {(tile.level, tile.n): tile.data for tile in edge.append(leaves)}
        counted = recount(before, root, leaves, tiles, edge.encode())
        assert counted == edge.root()
        if tiles:
            with pytest.raises(Disagreement):
                recount(before, root, leaves, {}, edge.encode())
        with pytest.raises(Disagreement):
            recount(before, bytes(32), leaves, tiles, edge.encode())
        root = counted
