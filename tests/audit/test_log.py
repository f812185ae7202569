"""The log on a real PostgreSQL: durable before it answers, one order for all who append, and every tampering found."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.audit.test_canonical import IDA_READS

from akson.audit import canonical, checkpoint, merkle
from akson.audit.chain import Chains
from akson.audit.log import AccessLog, Prepared
from akson.audit.verification import Report, verify
from akson.fhir.problem import Problem, ProblemKind
from akson.store.audit_log import AuditLogStore
from akson.world import FixedClock, SeededRandom

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "akson/test/access/1"


@dataclass
class Stage:
    """One log's database, and as many processes' views of it as a test wants."""

    rows: AuditLogStore
    clock: FixedClock
    dsn: str

    def log(self, seed: int = 1) -> AccessLog:
        return AccessLog(self.rows, key=KEY, origin=ORIGIN, clock=self.clock, random=SeededRandom(seed))

    async def sql(self, text: str) -> None:
        """As one who holds the database, past every trigger."""
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute(f"set session_replication_role = replica; {text}")
        finally:
            await connection.close()


@pytest_asyncio.fixture
async def stage(log_database: str) -> AsyncIterator[Stage]:
    rows = await AuditLogStore.open(log_database, pool_size=6)
    yield Stage(rows, FixedClock(IDA_READS.at), log_database)
    await rows.close()


def event(n: int, patient: str = "astrid") -> Prepared:
    at = IDA_READS.at + timedelta(seconds=n)
    return Prepared.of(replace(IDA_READS, id=n.to_bytes(16, "big"), patient=patient, at=at))


async def filled(stage: Stage, count: int) -> AccessLog:
    """A log of `count` events with checkpoints at two sizes."""
    log = stage.log()
    await log.append([event(n) for n in range(count // 2)])
    await log.grow()
    await log.append([event(n) for n in range(count // 2, count)])
    await log.close()
    assert (await verify(log)).sound
    return log


async def test_durable_when_append_returns(stage: Stage) -> None:
    await stage.log().append([event(1), event(2, "bjarne")])
    found = await stage.log(2).events_of(1, "astrid")
    assert found == [(0, event(1).event)]


async def test_everyone_who_waits_is_answered_and_nothing_is_written_twice(stage: Stage) -> None:
    """Four processes, each with many requests at once; every event stands there once and the tree is one tree."""
    logs = [stage.log(seed) for seed in range(4)]
    await asyncio.gather(*(logs[n % 4].append([event(n)]) for n in range(400)))
    await asyncio.gather(*(log.close() for log in logs))
    report = await verify(logs[0])
    assert (report.events, report.tiles, report.faults) == (400, 1, [])
    assert {row.event_id for row in await stage.rows.events(0, 500)} == {
        event(n).event.id for n in range(400)
    }


async def test_requests_at_once_share_flushes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Group commit: while one flush is on its way the others gather."""
    flushes = 0
    append = stage.rows.append

    async def counted(*arguments: object) -> int:
        nonlocal flushes
        flushes += 1
        return await append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(stage.rows, "append", counted)
    log = stage.log()
    await asyncio.gather(*(log.append([event(n)]) for n in range(200)))
    assert flushes <= 3


async def test_recovery_beside_the_commit_it_would_heal(stage: Stage) -> None:
    """The healer reads pending events of a commit that is alive and waiting for the very same events."""
    log = stage.log()
    await log.append([event(0)])
    events = [event(1), event(2)]
    await asyncio.gather(
        log.append([event(3)]),
        log.append(events),
        log.recover([e.canonical for e in events]),
        log.append(events[:1]),
    )
    assert await stage.rows.size() == 4
    assert (await verify(log)).sound


async def test_two_processes_recover_the_same_leftovers(stage: Stage) -> None:
    leftovers = [event(n).canonical for n in range(50)]
    await asyncio.gather(*(stage.log(seed).recover(leftovers) for seed in range(3)))
    await stage.log().recover(leftovers)
    report = await verify(stage.log())
    assert (report.events, report.faults) == (50, [])


async def test_what_cannot_be_logged_is_told_to_everyone_who_waits(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> int:
        raise ConnectionError("the log's disk is gone")

    log = stage.log()
    with monkeypatch.context() as broken:
        broken.setattr(stage.rows, "append", lost)
        answers = await asyncio.gather(*(log.append([event(n)]) for n in range(3)), return_exceptions=True)
    assert [type(a) for a in answers] == [Problem] * 3
    assert {a.kind for a in answers if isinstance(a, Problem)} == {ProblemKind.OVERLOADED}
    await log.append([event(9)])
    assert [row.event_id for row in await stage.rows.events(0, 9)] == [event(9).event.id]


async def test_a_reader_who_gives_up_takes_nobody_along(stage: Stage) -> None:
    log = stage.log()
    leaves = asyncio.create_task(log.append([event(1)]))
    stays = asyncio.create_task(log.append([event(2)]))
    await asyncio.sleep(0)
    leaves.cancel()
    await stays
    assert {row.event_id for row in await stage.rows.events(0, 9)} >= {event(2).event.id}


async def test_an_answer_lost_after_the_commit_does_not_write_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, lost = stage.rows.append, []

    async def forgets(*arguments: object) -> int:
        done = await append(*arguments)  # type: ignore[arg-type]
        if not lost:
            lost.append(done)
            raise ConnectionResetError("the connection died after the commit")
        return done

    monkeypatch.setattr(stage.rows, "append", forgets)
    log = stage.log()
    await log.append([event(1)])
    await log.append([event(2)])
    assert await stage.rows.size() == 2
    assert (await verify(log)).sound


async def test_the_tree_follows_at_most_once_a_second_and_at_close(stage: Stage) -> None:
    log = stage.log()
    await log.append([event(0)])
    await eventually(stage, 1)
    for n in range(1, 5):
        await log.append([event(n)])
    assert (await stage.rows.tree()).size == 1
    await log.close()
    assert [point.size for point in await stage.rows.checkpoints(10)] == [5, 1]
    for point in await stage.rows.checkpoints(10):
        signed = checkpoint.verify(point.note, KEY.public_key(), ORIGIN)
        assert signed is not None and signed.size == point.size


async def test_the_last_events_come_under_the_tree_though_nobody_asks_again(stage: Stage) -> None:
    log = stage.log()
    await log.append([event(0)])
    await eventually(stage, 1)
    await log.append([event(1)])
    await eventually(stage, 2)
    assert (await verify(log)).sound
    await log.close()


async def test_two_processes_grow_one_tree(stage: Stage) -> None:
    logs = [stage.log(seed) for seed in range(3)]
    for n in range(60):
        await logs[n % 3].append([event(10 * n + k) for k in range(10)])
        await asyncio.gather(*(log.grow() for log in logs))
    await asyncio.gather(*(log.close() for log in logs))
    report = await verify(logs[0])
    assert (report.events, report.under_tree, report.tiles, report.faults) == (600, 600, 2, [])


async def test_one_process_may_grow_the_tree_twice_at_once(stage: Stage) -> None:
    log = stage.log()
    for n in range(30):
        await log.append([event(10 * n + k, f"p{k}") for k in range(10)])
        await asyncio.gather(log.grow(), log.grow(), log.catch_up())
    await log.close()
    assert (await verify(log)).faults == [] and (await stage.rows.tree()).size == 300


async def eventually(stage: Stage, size: int) -> None:
    for _ in range(200):
        if (await stage.rows.tree()).size == size:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the tree did not follow")


async def test_stored_checkpoints_prove_each_other(stage: Stage) -> None:
    """What a witness will ask: that the later log begins with the earlier one."""
    await filled(stage, 300)
    later, earlier = (
        checkpoint.verify(p.note, KEY.public_key(), ORIGIN) for p in await stage.rows.checkpoints(2)
    )
    assert later is not None and earlier is not None and (later.size, earlier.size) == (300, 150)
    rows = await stage.rows.events(0, 300)
    leaves = Chains().leaves(rows)
    path = merkle.consistency_proof(150, 300, lambda lo, hi: merkle.root_of(leaves[lo:hi]))
    assert merkle.verify_consistency(150, 300, path, earlier.root, later.root)


Forger = Callable[[Stage, AccessLog], Awaitable[None]]


async def edits_an_event(stage: Stage, log: AccessLog) -> None:
    row = (await stage.rows.events(7, 1))[0]
    forged = canonical.encode(
        replace(canonical.decode(row.canonical), actor_id="siri", actor_name="Siri Dahl")
    )
    await stage.sql(
        f"update log.access_event set canonical = '\\x{forged.hex()}', actor = 'siri' where idx = 7"
    )


async def edits_a_column_beside(stage: Stage, log: AccessLog) -> None:
    await stage.sql("update log.access_event set patient = 'bjarne' where idx = 7")


async def moves_the_time(stage: Stage, log: AccessLog) -> None:
    await stage.sql("update log.access_event set at = at - interval '1 microsecond' where idx = 299")


async def drops_an_event(stage: Stage, log: AccessLog) -> None:
    await stage.sql("delete from log.access_event where idx = 120")


async def drops_and_closes_the_gap(stage: Stage, log: AccessLog) -> None:
    await stage.sql(
        "delete from log.access_event where idx = 120;"
        "update log.access_event set idx = idx + 1000000 where idx > 120;"
        "update log.access_event set idx = idx - 1000001 where idx > 1000000;"
        "update log.log_state set size = 299"
    )


async def swaps_two(stage: Stage, log: AccessLog) -> None:
    await stage.sql(
        "update log.access_event set idx = -1 where idx = 3;"
        "update log.access_event set idx = 3 where idx = 4;"
        "update log.access_event set idx = 4 where idx = -1"
    )


async def swaps_two_in_the_unfinished_tile(stage: Stage, log: AccessLog) -> None:
    await stage.sql(
        "update log.access_event set idx = -1 where idx = 290;"
        "update log.access_event set idx = 290 where idx = 291;"
        "update log.access_event set idx = 291 where idx = -1"
    )


async def edits_a_tile(stage: Stage, log: AccessLog) -> None:
    await stage.sql("update log.log_tile set data = set_byte(data, 5, get_byte(data, 5) # 1)")


async def loses_a_tile(stage: Stage, log: AccessLog) -> None:
    await stage.sql("delete from log.log_tile")


async def edits_the_edge(stage: Stage, log: AccessLog) -> None:
    await stage.sql("update log.log_tree set edge = set_byte(edge, 9, get_byte(edge, 9) # 1)")


async def adds_behind_the_tree(stage: Stage, log: AccessLog) -> None:
    """Without the tree: one event more, and the size with it."""
    await stage.sql(
        "insert into log.access_event (idx, event_id, tenant, at, patient, actor, canonical, salt) "
        "select 300, '\\x00', tenant, at, patient, actor, canonical, salt from log.access_event where idx = 0;"
        "update log.log_state set size = 301"
    )


async def rewrites_the_whole_tree(stage: Stage, log: AccessLog) -> None:
    """Everything made anew around another history, by one who has the database and not the key."""
    rows = await stage.rows.events(0, 300)
    rows[7] = replace(
        rows[7], canonical=canonical.encode(replace(canonical.decode(rows[7].canonical), words=""))
    )
    edge = merkle.Edge()
    tiles = edge.append(Chains().leaves(rows))
    await stage.sql(
        f"update log.access_event set canonical = '\\x{rows[7].canonical.hex()}' where idx = 7;"
        f"update log.log_tile set data = '\\x{tiles[0].data.hex()}';"
        f"update log.log_tree set edge = '\\x{edge.encode().hex()}'"
    )


async def cuts_the_end_off(stage: Stage, log: AccessLog) -> None:
    rows = await stage.rows.events(0, 290)
    edge = merkle.Edge()
    edge.append(Chains().leaves(rows))
    await stage.sql(
        "delete from log.access_event where idx >= 290;"
        "update log.log_state set size = 290;"
        f"update log.log_tree set size = 290, edge = '\\x{edge.encode().hex()}'"
    )


async def signs_with_another_key(stage: Stage, log: AccessLog) -> None:
    point = checkpoint.Checkpoint(ORIGIN, 300, bytes(32))
    note = checkpoint.sign(point, Ed25519PrivateKey.generate())
    await stage.sql(f"update log.log_checkpoint set note = '\\x{note.hex()}' where size = 300")


async def signs_another_root(stage: Stage, log: AccessLog) -> None:
    note = checkpoint.sign(checkpoint.Checkpoint(ORIGIN, 150, bytes(32)), KEY)
    await stage.sql(f"update log.log_checkpoint set note = '\\x{note.hex()}' where size = 150")


FORGERS: tuple[tuple[Forger, str], ...] = (
    (adds_behind_the_tree, "columns beside"),
    (cuts_the_end_off, "beyond the log's end"),
    (drops_an_event, "place 120 is missing"),
    (drops_and_closes_the_gap, "tile 0/0"),
    (edits_a_column_beside, "columns beside"),
    (edits_a_tile, "tile 0/0"),
    (edits_an_event, "tile 0/0"),
    (edits_the_edge, "edge"),
    (loses_a_tile, "tile 0/0"),
    (moves_the_time, "columns beside"),
    (rewrites_the_whole_tree, "signed over another history"),
    (signs_another_root, "signed over another history"),
    (signs_with_another_key, "not signed by this node's key"),
    (swaps_two, "tile 0/0"),
    (swaps_two_in_the_unfinished_tile, "edge"),
)


@pytest.mark.parametrize(("forger", "said"), FORGERS, ids=lambda value: getattr(value, "__name__", ""))
async def test_tampering_is_found_and_named(stage: Stage, forger: Forger, said: str) -> None:
    log = await filled(stage, 300)
    await forger(stage, log)
    report: Report = await verify(log)
    assert not report.sound
    assert any(said in fault for fault in report.faults), report.faults
    assert "astrid" not in " ".join(report.faults), "a report goes to people who may not read the log"
