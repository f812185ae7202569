"""L-03, L-04, L-05: one who holds the database, the program and the log's key makes another history, and is found.

The witness has signed a state some time ago; the forger changes what lies under it and lets the node's own code build and
sign everything anew, so that nothing inside the node disagrees. At the next interval the witness is asked, and refuses.
AKSON_SEEDS=0-99 (make nightly) is the thousand trials of docs/security/log.md.
"""

import json
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from tests.audit.test_log import KEY, Stage, event, stage
from tests.audit.test_proofs import DAY, resigned
from tests.audit.test_witnesses import Town

import akson_verify
from akson.audit import canonical, checkpoint, proofs, tiles
from akson.audit.verification import verify
from akson.audit.witnesses import Said

__all__ = ["stage"]

TABLES = (
    "access_event",
    "log_tile",
    "log_state",
    "log_tree",
    "log_checkpoint",
    "patient_head",
    "heads",
    "heads_page",
)
SMOKE = 40
EACH_SEED = 10
PEOPLE = 5
SEEN = 280
"""Events under the state that the witness has signed."""


def trials() -> list[tuple[int, int]]:
    """(seed, how many)."""
    asked = os.environ.get("AKSON_SEEDS")
    if not asked:
        return [(0, SMOKE)]
    first, _, last = asked.partition("-")
    return [(seed, EACH_SEED) for seed in range(int(first), int(last or first) + 1)]


@dataclass
class Scene:
    stage: Stage
    town: Town
    chance: random.Random

    async def restore(self) -> None:
        """The honest history back, as it was."""
        await self.stage.sql(
            "".join(f"truncate log.{t} cascade;" for t in TABLES if t != "heads_page")
            + "".join(f"insert into log.{t} select * from honest.{t};" for t in TABLES)
        )

    async def rebuild(self) -> None:
        """Tree, heads and checkpoint of whatever rows there are now, made and signed by the node's own code."""
        await self.stage.sql(
            "truncate log.log_tile, log.log_checkpoint, log.patient_head;"
            "update log.log_tree set size = 0, edge = '';"
            "update log.log_state set size = (select count(*) from log.access_event)"
        )
        await self.stage.log().grow()

    def below(self, count: int = 1) -> list[int]:
        """Places that the witness has seen."""
        return sorted(self.chance.sample(range(SEEN), count))


@pytest_asyncio.fixture
async def scene(stage: Stage, tmp_path: Path) -> AsyncIterator[Scene]:
    town = Town(tmp_path, stage, "a b")
    log = stage.log()
    await log.append([event(n, f"p{n % PEOPLE}") for n in range(SEEN)])
    await log.close()
    assert await town.ask(log) == [Said.SIGNED] * 2
    await stage.rows.append([log._entry(event(n, f"p{n % PEOPLE}")) for n in range(SEEN, SEEN + 30)])
    await stage.log().grow()
    await stage.sql(
        "create schema honest;" + "".join(f"create table honest.{t} as table log.{t};" for t in TABLES)
    )
    yield Scene(stage, town, random.Random(0))


Forger = Callable[[Scene], Awaitable[None]]


async def edits(scene: Scene) -> None:
    (at,) = scene.below()
    row = (await scene.stage.rows.events(at, 1))[0]
    was = canonical.decode(row.canonical)
    later = was.at + timedelta(microseconds=1)
    changes = (
        ("actor_name", "Ingen"),
        ("words", ""),
        ("outcome", "deny"),
        ("count", was.count + 1),
        ("at", later),
    )
    name, value = scene.chance.choice(changes)
    forged = canonical.encode(replace(was, **{name: value}))
    at_column = ", at = at + interval '1 microsecond'" if name == "at" else ""
    await scene.stage.sql(
        f"update log.access_event set canonical = '\\x{forged.hex()}'{at_column} where idx = {at}"
    )


async def removes(scene: Scene) -> None:
    (at,) = scene.below()
    await _closed(scene, at)


async def removes_and_puts_another_in(scene: Scene) -> None:
    (at,) = scene.below()
    other = stage_entry(scene, 50_000)
    await scene.stage.sql(
        f"delete from log.access_event where idx = {at};"
        "insert into log.access_event (idx, event_id, tenant, at, patient, actor, canonical, salt) values "
        f"({at}, '\\x{other.event_id.hex()}', 1, '{other.at}', '{other.patient}', '{other.actor}', "
        f"'\\x{other.canonical.hex()}', '\\x{other.salt.hex()}')"
    )


async def reorders(scene: Scene) -> None:
    one, other = scene.below(2)
    await scene.stage.sql(
        f"update log.access_event set idx = -1 where idx = {one};"
        f"update log.access_event set idx = {one} where idx = {other};"
        f"update log.access_event set idx = {other} where idx = -1"
    )


async def cuts_the_end(scene: Scene) -> None:
    (at,) = scene.below()
    await scene.stage.sql(f"delete from log.access_event where idx >= {at}")


async def forks(scene: Scene) -> None:
    """Another future from some place on, longer than the one that was seen."""
    (at,) = scene.below()
    await scene.stage.sql(
        f"delete from log.access_event where idx >= {at}; update log.log_state set size = {at}"
    )
    await scene.stage.rows.append([stage_entry(scene, 60_000 + n) for n in range(SEEN + 60 - at)])


async def gives_another_salt(scene: Scene) -> None:
    (at,) = scene.below()
    await scene.stage.sql(
        f"update log.access_event set salt = '\\x{scene.chance.randbytes(16).hex()}' where idx = {at}"
    )


async def moves_to_another_patient(scene: Scene) -> None:
    (at,) = scene.below()
    row = (await scene.stage.rows.events(at, 1))[0]
    forged = canonical.encode(replace(canonical.decode(row.canonical), patient="somebody"))
    await scene.stage.sql(
        f"update log.access_event set canonical = '\\x{forged.hex()}', patient = 'somebody' where idx = {at}"
    )


async def signs_another_root_of_the_same_size(scene: Scene) -> None:
    """No row is touched: a state that never was, under a true signature."""
    size = (await scene.stage.rows.tree()).size
    note = checkpoint.sign(
        checkpoint.Checkpoint("akson/test/access/1", size, scene.chance.randbytes(32)), KEY
    )
    await scene.stage.sql(f"update log.log_checkpoint set note = '\\x{note.hex()}' where size = {size}")


def stage_entry(scene: Scene, n: int):
    return scene.stage.log(scene.chance.randrange(1 << 30))._entry(event(n, f"p{n % PEOPLE}"))


async def _closed(scene: Scene, at: int) -> None:
    await scene.stage.sql(
        f"delete from log.access_event where idx = {at};"
        f"update log.access_event set idx = -idx where idx > {at};"
        "update log.access_event set idx = -idx - 1 where idx < 0"
    )


REWRITERS: tuple[Forger, ...] = (
    cuts_the_end,
    edits,
    forks,
    gives_another_salt,
    moves_to_another_patient,
    removes,
    removes_and_puts_another_in,
    reorders,
)


@pytest.mark.parametrize(("seed", "count"), trials())
async def test_whoever_rewrites_what_was_seen_is_found_at_the_next_interval(
    scene: Scene, seed: int, count: int
) -> None:
    scene.chance = random.Random(seed)
    found: dict[str, int] = {}
    for trial in range(count):
        forger = (*REWRITERS, signs_another_root_of_the_same_size)[trial % (len(REWRITERS) + 1)]
        await scene.restore()
        await forger(scene)
        if forger in REWRITERS:
            await scene.rebuild()
            assert (await verify(scene.stage.log())).sound, "inside the node nothing disagrees"
        # The store remembers what it was told; the forger would forget it.
        await scene.stage.sql("delete from log.cosignature")
        said = await scene.town.ask(scene.stage.log())
        assert said == [Said.FORKED] * 2, (seed, trial, forger.__name__, said)
        found[forger.__name__] = found.get(forger.__name__, 0) + 1
    print(f"seed {seed}: {sum(found.values())} of {count} found: {found}")
    await scene.restore()
    assert await scene.town.ask(scene.stage.log()) == [Said.SIGNED] * 2, "the honest history goes on"


@pytest.mark.parametrize(("seed", "count"), trials())
async def test_whoever_leaves_one_of_her_events_out_is_found_by_her_own_tool(
    stage: Stage, seed: int, count: int
) -> None:
    """L-05: with honest hashes and a true signature over what is left."""
    chance = random.Random(seed)
    log = stage.log()
    await log.append([event(n, f"p{n % PEOPLE}") for n in range(SEEN)])
    await log.close_day(DAY)
    proof = {f"p{n}": json.loads(await log.proof_of(1, f"p{n}")) for n in range(PEOPLE)}
    for trial in range(count):
        whole = proof[f"p{trial % PEOPLE}"]
        size = int(whole["checkpoint"].split("\n")[1])
        gone = chance.sample(range(len(whole["events"])), chance.choice((1, 1, 1, 2, len(whole["events"]))))
        left = whole | {"events": [e for n, e in enumerate(whole["events"]) if n not in gone]}
        places = sorted([e["index"] for e in left["events"]] + [whole["heads"]["index"]])
        rest = await tiles.answered(log.rows, lambda h, p=places, s=size: proofs.rest_of_tree(p, s, h))
        said = akson_verify.check(resigned(left | {"hashes": [proofs._b64(h) for h in rest]}))
        assert not said.accepted, (seed, trial, gone)
        if len(gone) == 1 and gone[0] == len(whole["events"]) - 1:
            assert "Det mangler hendelser" in said.lines[1]
