"""Daily heads: every patient's number of events and last leaf, or the two neighbours between which nobody stands."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.audit.test_log import Stage, event, stage

from akson.audit import heads, merkle, statements
from akson.audit.chain import Head
from akson.audit.verification import verify

__all__ = ["stage"]

DAY = date(2026, 11, 24)


async def test_heads_are_stated_in_the_log_once_for_each_size(stage: Stage) -> None:
    log = stage.log()
    await log.append([event(n, f"p{n % 3}") for n in range(10)])
    stated = await log.close_day(DAY)
    assert stated is not None and (stated.size, stated.count, stated.day) == (10, 3, DAY)
    rows = await stage.rows.events(10, 5)
    assert [statements.decode(row.canonical) for row in rows] == [stated]
    assert (await stage.rows.tree()).size == 11, "the statement itself is under the tree"
    report = await verify(log)
    assert (report.events, report.heads, report.faults) == (11, 1, [])


async def test_two_who_close_the_same_day_state_it_once(stage: Stage) -> None:
    first, second = stage.log(1), stage.log(2)
    await first.append([event(1)])
    await first.grow()
    assert await heads.make(stage.rows, first._random, DAY, event(1).event.at)
    assert await heads.make(stage.rows, second._random, DAY, event(1).event.at) is None


@pytest.mark.parametrize("count", [0, 1, 2, 255, 256, 257, 700])
async def test_everyone_finds_her_place_and_a_stranger_two_neighbours(stage: Stage, count: int) -> None:
    log = stage.log()
    chosen = random.Random(count)
    await log.append([event(n, f"p{n}") for n in range(count)] or [event(0, "")])
    stated = await log.close_day(DAY)
    assert stated is not None and stated.count == count
    day = (await heads.stored(stage.rows))[0]
    held = {h.patient: Head(h.seq, h.head) for h in await stage.rows.patient_heads()}
    for patient in chosen.sample(sorted(held), min(20, count)):
        place, none = await heads.place(stage.rows, day, 1, patient)
        assert place is not None and none == []
        assert place.value == heads.value_of(held[patient])
        assert holds(place, count, stated.root)
    for stranger in ("nobody", "q1", "q2", "q3"):
        place, around = await heads.place(stage.rows, day, 1, stranger)
        assert place is None and all(holds(neighbour, count, stated.root) for neighbour in around)
        key = heads.key_of(day.secret, 1, stranger)
        positions = [n.position for n in around]
        if len(around) == 2:
            assert positions[1] == positions[0] + 1 and around[0].key < key < around[1].key
        elif around:
            assert positions in ([0], [count - 1])
            assert (key < around[0].key) == (positions == [0]) or count == 1
        else:
            assert count == 0


def holds(place: heads.Place, count: int, root: bytes) -> bool:
    leaf = heads.leaf_of(place.key + place.value)
    return merkle.verify_inclusion(leaf, place.position, count, place.path, root)


async def test_heads_made_over_another_history_are_found(stage: Stage) -> None:
    log = stage.log()
    await log.append([event(n, f"p{n % 3}") for n in range(10)])
    await log.close_day(DAY)
    await stage.sql("update log.heads set secret = set_byte(secret, 3, get_byte(secret, 3) # 1)")
    assert any("are not those of that time" in fault for fault in (await verify(log)).faults)


async def test_a_moved_patient_head_is_found(stage: Stage) -> None:
    log = stage.log()
    await log.append([event(n, f"p{n % 3}") for n in range(10)])
    await log.grow()
    await stage.sql("update log.patient_head set seq = seq + 1 where patient = 'p1'")
    assert any("heads of patients" in fault for fault in (await verify(log)).faults)


async def test_old_pages_go_and_the_newest_stay(stage: Stage) -> None:
    log = stage.log()
    for day in range(heads.KEEP + 3):
        await log.append([event(day)])
        stage.clock.advance(timedelta(days=1))
        await log.close_day(DAY + timedelta(days=day))
    kept = await heads.stored(stage.rows)
    assert len(kept) == heads.KEEP + 3
    assert (
        await stage.rows.heads_page(kept[0].size, 0) and await stage.rows.heads_page(kept[-1].size, 0) is None
    )


def test_statements_are_read_as_they_were_written() -> None:
    at = event(0).event.at
    said = statements.HeadsStatement(at, 12, 3, bytes(32), bytes(range(32)), DAY)
    assert statements.decode(said.encode()) == said
    epoch = statements.EpochStatement(at, 2, 40, "Gjenopprettet etter diskfeil.", "akson/x/access/1\n44\n…\n")
    assert statements.decode(epoch.encode()) == epoch
    for odd in (b"", b"\x02", said.encode()[:-1], epoch.encode() + b"x", replace(said, day=DAY).encode()[1:]):
        with pytest.raises(ValueError):
            statements.decode(odd)
