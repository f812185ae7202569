"""Versions: written once, never changed; what is current, what was, what is gone."""

import asyncio
import re
from datetime import datetime, timedelta

import asyncpg
import pytest
from stage import NOW, Stage, deletion, observation, open_stage, patient, write

from akson.access.decision import Everything
from akson.fhir.codec.json import parse
from akson.fhir.extraction import extract
from akson.fhir.index_values import IndexValues
from akson.fhir.problem import Problem
from akson.store.buckets import bucket_of, named_bucket
from akson.store.values import NOTHING_DERIVED, Derived, PendingEvent, StoredVersion, Withheld

ALL = Everything()


async def read(stage: Stage, type: str, id: str, tenant: int = 1) -> StoredVersion | Withheld | None:
    return await stage.store.read(tenant, type, id, restriction=ALL)


async def test_a_body_comes_back_byte_for_byte(stage: Stage) -> None:
    wish = write(patient("astrid"))
    await stage.put(wish)
    found = await read(stage, "Patient", "astrid")
    assert isinstance(found, StoredVersion)
    assert (found.body, found.version, found.method, found.patients) == (wish.body, 1, "PUT", ("astrid",))
    assert found.updated == stage.clock.now()


async def test_what_never_was_is_none_even_before_there_is_a_table(stage: Stage) -> None:
    assert await read(stage, "Basic", "x") is None
    assert await stage.ids("Basic?code=x") == []
    assert await stage.store.history(1, "Basic", None, restriction=ALL, count=5) == ([], 0, None)
    assert await stage.store.current(1, [("Basic", "x")]) == {}


async def test_an_update_keeps_the_old_version_and_searches_only_find_the_new(stage: Stage) -> None:
    await stage.put(patient("astrid", "Bakken"))
    await stage.put(write(patient("astrid", "Dal"), 2))
    assert await stage.ids("Patient?family=Bakken") == [] and await stage.ids("Patient?family=Dal") == [
        "astrid"
    ]
    old = await stage.store.read_version(1, "Patient", "astrid", 1, restriction=ALL)
    new = await stage.store.read_version(1, "Patient", "astrid", 2, restriction=ALL)
    assert isinstance(old, StoredVersion) and isinstance(new, StoredVersion)
    assert old.body is not None and b"Bakken" in old.body and new.body is not None and b"Dal" in new.body
    assert await stage.store.read_version(1, "Patient", "astrid", 3, restriction=ALL) is None


async def test_a_deletion_is_a_version_without_body_that_can_be_followed_by_another(stage: Stage) -> None:
    await stage.put(patient("astrid"))
    await stage.put(deletion("Patient", "astrid", 2))
    gone = await read(stage, "Patient", "astrid")
    assert (
        isinstance(gone, StoredVersion)
        and gone.deleted
        and gone.version == 2
        and gone.patients == ("astrid",)
    )
    assert await stage.ids("Patient") == []
    current = (await stage.store.current(1, [("Patient", "astrid")]))["Patient", "astrid"]
    assert (current.version, current.deleted, current.patients) == (2, True, ("astrid",))
    await stage.put(write(patient("astrid"), 3))
    assert await stage.ids("Patient") == ["astrid"]
    versions, total, _ = await stage.store.history(1, "Patient", "astrid", restriction=ALL, count=10)
    assert [(v.version, v.method, v.deleted) for v in versions] == [
        (3, "PUT", False),
        (2, "DELETE", True),
        (1, "PUT", False),
    ]
    assert total == 3


async def test_a_version_that_is_not_the_expected_one_is_a_conflict_and_nothing_is_written(
    stage: Stage,
) -> None:
    await stage.put(patient("astrid"))
    for wrong in (3, 4):
        with pytest.raises(Problem) as caught:
            await stage.put(observation("o1"), write(patient("astrid", "Dal"), wrong))
        assert caught.value.id == "AKS-STORE-030"
    with pytest.raises(Problem):
        await stage.put(write(patient("nobody"), 2))
    assert await read(stage, "Observation", "o1") is None
    assert await stage.store.pending(10) == []


async def test_of_many_updates_at_once_exactly_one_wins(stage: Stage) -> None:
    await stage.put(patient("astrid"))

    async def attempt(name: str) -> bool:
        try:
            await stage.put(write(patient("astrid", name), 2))
        except Problem as problem:
            assert problem.id == "AKS-STORE-030"
            return False
        return True

    won = await asyncio.gather(*[attempt(f"Navn{n}") for n in range(12)])
    assert won.count(True) == 1
    _, total, _ = await stage.store.history(1, "Patient", "astrid", restriction=ALL, count=1)
    assert total == 2


@pytest.mark.parametrize(
    "wish", [patient("x1"), observation("x1"), observation("x1", None)], ids=["patient", "own", "none"]
)
async def test_of_many_creators_of_one_id_exactly_one_wins(stage: Stage, wish: dict) -> None:
    async def attempt() -> bool:
        try:
            await stage.put(wish)
        except Problem as problem:
            assert problem.id == "AKS-STORE-031"
            return False
        return True

    assert (await asyncio.gather(*[attempt() for _ in range(12)])).count(True) == 1


async def test_one_id_for_two_patients_at_once_makes_one_resource(stage: Stage) -> None:
    """Without idmap both would succeed: they belong to different buckets."""
    wishes = [observation("same", who) for who in ("astrid", "bjarne", "cecilie")]
    results = await asyncio.gather(*[stage.put(wish) for wish in wishes], return_exceptions=True)
    assert sum(result is None for result in results) == 1
    assert len(await stage.ids("Observation?_id=same")) == 1


async def test_a_whole_bundle_or_nothing(stage: Stage) -> None:
    await stage.put(patient("astrid"))
    event = PendingEvent(b"e" * 16, b"{}")
    with pytest.raises(Problem):
        await stage.put(patient("bjarne"), observation("o1", "bjarne"), patient("astrid"), events=[event])
    assert await stage.store.count(1) == {"Observation": 0, "Patient": 1}
    assert await stage.store.pending(10) == []
    with pytest.raises(Problem) as caught:
        await stage.put(patient("bjarne"), patient("bjarne"))
    assert caught.value.id == "AKS-STORE-032"


async def test_tenants_share_ids_and_nothing_else(stage: Stage) -> None:
    await stage.put(patient("astrid", "Storvik"), observation("o1"))
    await stage.put(patient("astrid", "Lillefjord"), tenant=2)
    assert await stage.ids("Patient?family=Storvik", tenant=2) == []
    assert await stage.ids("Patient?family=Lillefjord", tenant=2) == ["astrid"]
    assert await stage.ids("Patient?_has:Observation:patient:status=final", tenant=2) == []
    assert await stage.ids("Observation?patient=Patient/astrid", tenant=2) == []
    _, total, _ = await stage.store.history(2, None, None, restriction=ALL, count=10)
    assert total == 1


async def test_ids_made_here_carry_the_bucket_of_their_patient(stage: Stage) -> None:
    for owner in ("astrid", stage.store.new_id("Patient")):
        made = stage.store.new_id("Observation", patient=owner)
        assert re.fullmatch("[0-9a-v]{26}", made)
        assert named_bucket(made) == bucket_of(owner)
    assert len({stage.store.new_id("Patient") for _ in range(100)}) == 100


async def test_a_bucket_is_fixed_at_creation(stage: Stage, database: str) -> None:
    """A record moved to another patient is still found by its id, where it always was."""
    made = stage.store.new_id("Observation", patient="astrid")
    await stage.put(observation("client", "astrid"), observation(made, "astrid"), observation("loose", None))
    await stage.put(*[write(observation(id, "bjarne"), 2) for id in ("client", made, "loose")])
    for id in ("client", made, "loose"):
        found = await read(stage, "Observation", id)
        assert isinstance(found, StoredVersion) and (found.version, found.patients) == (2, ("bjarne",))
    assert sorted(await stage.ids("Observation?_id=client,loose")) == ["client", "loose"]
    connection = await asyncpg.connect(database)
    buckets = dict(await connection.fetch("select id, bucket from record.observation"))
    await connection.close()
    assert buckets == {"client": bucket_of("astrid"), made: bucket_of("astrid"), "loose": bucket_of("loose")}


async def test_history_pages_through_types_and_ties_without_loss(stage: Stage) -> None:
    for round in range(1, 4):
        batch = [write(patient(f"p{n}"), round) for n in range(3)]
        batch += [write(observation(f"o{n}", f"p{n}"), round) for n in range(4)]
        await stage.put(*batch)
    seen, cursor = [], None
    while True:
        versions, total, cursor = await stage.store.history(
            1, None, None, restriction=ALL, count=5, cursor=cursor
        )
        seen += [(v.updated, v.type, v.id, v.version) for v in versions]
        if cursor is None:
            break
    assert total == len(seen) == len(set(seen)) == 21
    assert [at for at, *_ in seen] == sorted((at for at, *_ in seen), reverse=True)
    since = NOW + timedelta(seconds=3)
    _, late, _ = await stage.store.history(1, "Patient", None, restriction=ALL, count=1, since=since)
    assert late == 3


async def test_erasure_takes_bodies_and_index_and_leaves_the_fact(stage: Stage, database: str) -> None:
    await stage.put(patient("astrid", "Bakken"))
    await stage.put(write(patient("astrid", "Dal"), 2))
    assert await stage.store.erase(1, "Patient", "astrid", at=stage.clock.now()) == 2
    assert await stage.ids("Patient?family=Dal") == [] == await stage.ids("Patient")
    versions, total, _ = await stage.store.history(1, "Patient", "astrid", restriction=ALL, count=10)
    assert total == 2 and all(v.body is None and v.patients == ("astrid",) for v in versions)
    connection = await asyncpg.connect(database)
    dump = str(await connection.fetch("select * from record.patient")) + str(
        await connection.fetch("select * from record.patient_history")
    )
    await connection.close()
    assert "Bakken" not in dump and "bakken" not in dump and "dal" not in dump.lower()
    assert await stage.store.erase(1, "Patient", "nobody", at=stage.clock.now()) == 0


async def test_pending_events_stand_until_they_are_settled(stage: Stage) -> None:
    events = [PendingEvent(bytes([n]) * 16, b'{"n":%d}' % n) for n in range(3)]
    await stage.put(patient("astrid"), events=events)
    assert await stage.store.pending(2) == events[:2]
    await stage.store.settle([events[0].id, events[1].id])
    assert await stage.store.pending(10) == events[2:]


async def test_a_follower_never_overtakes_a_commit_that_is_still_open(stage: Stage, database: str) -> None:
    """Sequence numbers alone would let the second commit be seen first and the first one be missed."""
    slow = await asyncpg.connect(database)
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute(
        "insert into record.change_event (tenant, at, types, ids, versions) values (1, now(), '{Slow}', '{s}', '{1}')"
    )
    await stage.put(patient("fast"))
    assert await stage.store.changes() == []
    await transaction.commit()
    await slow.close()
    events = await stage.store.changes()
    assert [event.types for event in events] == [("Slow",), ("Patient",)]
    assert await stage.store.changes(events[0].place) == events[1:]
    assert (events[1].ids, events[1].versions) == (("fast",), (1,))


async def test_tables_made_at_once_by_two_stores(stage: Stage, database: str) -> None:
    other = await open_stage(database)
    types = ["Basic", "Flag", "Goal", "Device", "Media"]
    every = [observation(f"o{n}") for n in range(2)]
    await asyncio.gather(
        *[
            s.put({**resource, "resourceType": type, "id": f"{resource['id']}-{number}"})
            for type in types
            for number, s in enumerate((stage, other))
            for resource in every
        ]
    )
    assert await other.store.types() == set(types)
    assert len(await stage.ids("Basic")) == 4 == len(await other.ids("Media"))
    await other.store.close()


def _extracted(body: bytes, _at: datetime, _kinds: frozenset[str]) -> tuple[IndexValues, Derived]:
    return extract(parse(body)), NOTHING_DERIVED


async def test_reindex_rebuilds_old_rows_and_leaves_new_ones(stage: Stage, database: str) -> None:
    await stage.put(*[patient(f"p{n}") for n in range(250)], observation("o1", "p1"))
    connection = await asyncpg.connect(database)
    await connection.execute(
        "update record.patient set tokens = null, str_key = null, index_version = 0 where id <> 'p0'"
    )
    await connection.close()
    assert len((await stage.search("Patient?family=bakken&_count=500")).matches) == 1
    told: list[int] = []
    done = await stage.store.reindex(["Patient", "Basic"], _extracted, told.append)
    assert done == 249 == told[-1] and len(told) == 2
    assert len((await stage.search("Patient?family=bakken&_count=500")).matches) == 250
    assert await stage.store.reindex(["Patient"], _extracted) == 0
