"""What SQL finds by the scope is what `decide` permits by facts read apart from it: over random records, actors and types.

A share in CI; AKSON_SEEDS=0-99 for a thousand worlds (make nightly).
"""

import os
from random import Random

import pytest

from akson.access.policies import current
from akson.fhir.definitions import load
from akson.fhir.search.query import Query
from akson.record.judgement import Concerned, Judge
from akson.store.store import Store
from akson.world import FixedClock, SeededRandom
from tests.record.random_worlds import NOW, TYPES, actor, purpose, world

CI_WORLDS = 20
WORLDS_EACH = 10
"""Of one seed of the night: a hundred seeds make a thousand worlds."""
QUESTIONS_EACH = 12
ACTIONS = ("search", "read", "history", "update")


def seeds() -> range:
    if "AKSON_SEEDS" not in os.environ:
        return range(CI_WORLDS)
    first, _, last = os.environ["AKSON_SEEDS"].partition("-")
    return range(int(first) * WORLDS_EACH, (int(last or first) + 1) * WORLDS_EACH)


@pytest.fixture
async def store(database: str):
    opened = await Store.open(database, definitions=load(), clock=FixedClock(NOW), random=SeededRandom(7))
    yield opened
    await opened.close()


async def test_sql_finds_what_decide_permits(store: Store) -> None:
    seen = hidden = 0
    for seed in seeds():
        stage = world(seed + 1, seed)
        await store.commit(stage.tenant, stage.writes, events=(), at=NOW)
        chance = Random(seed)
        for number in range(QUESTIONS_EACH):
            who = actor(chance, stage.tenant, stage.patients)
            judge = Judge(store, who, purpose(chance, who), at=NOW, policy=current())
            action, type = chance.choice(ACTIONS), chance.choice(TYPES)
            found = await _found(store, judge, action, type, stage.tenant)
            expected = await _permitted(judge, action, type, stage.writes)
            assert found == expected, f"seed {seed}, question {number}: {who}, {action} {type}"
            seen, hidden = seen + len(expected), hidden + len(stage.writes) - len(expected)
    assert seen and hidden, "the worlds are neither all open nor all closed"


async def _found(store: Store, judge: Judge, action: str, type: str, tenant: int) -> set[str]:
    """By search; by read of each id; and by the count."""
    rule, hiding = judge.rule(action), judge.redactions(action)
    page = await store.search(
        tenant, Query(type, count=100, total="accurate"), restriction=rule, redactions=hiding
    )
    found = {match.id for match in page.matches}
    assert page.total == len(found)
    versions, total, _ = await store.history(tenant, type, None, restriction=rule, count=100)
    assert {version.id for version in versions} == found and total == len(found)
    return found


async def _permitted(judge: Judge, action: str, type: str, writes) -> set[str]:
    mine = [write for write in writes if write.type == type]
    await judge.learn(patient for write in mine for patient in write.index.patients)
    return {
        write.id
        for write in mine
        if judge.decide(
            action,
            Concerned(type, tuple(write.index.patients), write.derived.labels, write.derived.released),
        ).permit
    }
