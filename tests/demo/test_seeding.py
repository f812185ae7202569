"""The stage in a real record: made once, found by those who may, and whole after a start that broke."""

import json
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.record.conftest import power_of_attorney

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.demo import Scene, charts, seed
from akson.app.demo.seeding import MARKER, _commit, _scene
from akson.audit.log import AccessLog
from akson.fhir.codec.json import encode
from akson.fhir.definitions import load
from akson.fhir.problem import Problem
from akson.fhir.search.query import Query
from akson.record.door import Record
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.store.audit_log import AuditLogStore
from akson.store.store import Store
from akson.world import FixedClock, SeededRandom

DAY = date(2026, 11, 24)
PEOPLE = 40


@pytest_asyncio.fixture(loop_scope="session")
async def record(database: str, log_database: str) -> AsyncIterator[Record]:
    clock, random = FixedClock(Scene.on(DAY).now), SeededRandom(11)
    store = await Store.open(database, definitions=load(), clock=clock, random=random)
    rows = await AuditLogStore.open(log_database)
    key = Ed25519PrivateKey.generate()
    log = AccessLog(rows, key=key, origin="akson/test/demo/1", clock=clock, random=random)
    record = Record(store, log, definitions=load(), clock=clock, random=random)
    yield record
    await record.close()
    await rows.close()
    await store.close()


def as_(record: Record, who: str) -> RecordSession:
    return record.open(CAST[who], PurposeOfUse.TREATMENT)


async def seen(record: Record, who: str) -> set[str]:
    found = await as_(record, who).search(Query("Patient", count=1000))
    return {version.id for version in found.matches}


async def test_a_second_seeding_changes_nothing(record: Record) -> None:
    told: list[tuple[int, int]] = []
    first = await seed(
        record,
        cast=CAST,
        reference_date=DAY,
        citizens=PEOPLE,
        progress=lambda done, of: told.append((done, of)),
    )
    assert not first.already and first.citizens == PEOPLE and first.reference_date == DAY
    assert told[-1] == (PEOPLE, PEOPLE)
    again = await seed(record, cast=CAST, reference_date=date(2027, 3, 1), citizens=PEOPLE)
    assert again.already and again.reference_date == DAY and again.resources == 0
    astrid = await as_(record, "system").read("Patient", "astrid")
    assert astrid.version == 1
    everyone = await seen(record, "system")
    assert len(everyone) == PEOPLE + 2, "each is one Patient, but Dmytro and Gunvor are two"


async def test_a_seeding_that_broke_is_done_again(record: Record) -> None:
    half = next(iter(charts(Scene.on(DAY), citizens=PEOPLE))).resources
    await _commit(record.open(CAST["system"], PurposeOfUse.OPERATIONS), half)
    done = await seed(record, cast=CAST, reference_date=DAY, citizens=PEOPLE)
    assert not done.already
    assert (await as_(record, "system").read("Patient", "astrid")).version == 1, (
        "what stood there already makes no version"
    )
    created = json.loads((await as_(record, "system").read(*MARKER)).body or b"{}")["created"]
    assert created == "2026-11-24"


@pytest.mark.parametrize(
    ("day", "now", "told"),
    [
        (DAY, "2026-11-24T15:00:00+00:00", "2026-11-24T15:00:00+00:00"),
        # Half past midnight in Norway is yesterday in UTC, and a caller may count either way.
        (DAY, "2026-11-24T23:30:00+00:00", "2026-11-24T23:30:00+00:00"),
        (date(2026, 11, 25), "2026-11-24T23:30:00+00:00", "2026-11-24T23:30:00+00:00"),
        (DAY, "2027-03-01T08:00:00+00:00", "2026-11-24T11:00:00+00:00"),
    ],
)
def test_the_moment_the_demo_is_told_from(day: date, now: str, told: str) -> None:
    assert _scene(day, datetime.fromisoformat(now)).now == datetime.fromisoformat(told)


async def test_who_finds_whom(record: Record) -> None:
    await seed(record, cast=CAST, reference_date=DAY, citizens=PEOPLE)
    ida, omar = await seen(record, "ida"), await seen(record, "omar")
    assert {"astrid", "bjarne"} <= ida and {"ellen", "dmytro-2"} <= omar
    assert not ida & omar
    assert await seen(record, "probe-nurse") == {"solveig"}
    assert await seen(record, "grete") == await seen(record, "system")
    for nobody in ("nadia", "mats", "per", "arne"):
        assert await seen(record, nobody) == set()
    assert await seen(record, "astrid") == await seen(record, "marit") == {"astrid"}
    with pytest.raises(Problem):
        await as_(record, "omar").read("Patient", "astrid")
    with pytest.raises(Problem):
        await as_(record, "ida").read("Patient", "johannes")


async def test_who_has_what_to_do(record: Record) -> None:
    """Items about a patient reach the owner's inbox, and nobody without a relation to that patient."""
    await seed(record, cast=CAST, reference_date=DAY, citizens=PEOPLE)

    async def tasks(who: str) -> set[str]:
        return {v.id for v in (await as_(record, who).search(Query("Task", count=1000))).matches}

    assert {"astrid-task-1", "astrid-task-2"} <= await tasks("ida")
    assert not [id for id in await tasks("omar") if id.startswith("astrid")]
    assert await tasks("mats") == set(), "a message officer sees only what fits no patient"
    waiting = await tasks("kari")
    assert waiting and await seen(record, "kari")
    notes = await as_(record, "kari").search(Query("ClinicalImpression", count=10))
    assert notes.matches == ()


async def test_who_gives_access_to_whom(record: Record) -> None:
    """The three of the cast who give: as docs/stage.md tells it."""
    await seed(record, cast=CAST, reference_date=DAY, citizens=PEOPLE)
    assert "astrid" in await seen(record, "lise") and await seen(record, "eva") == await seen(record, "kari")
    task = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "for": {"reference": "Patient/astrid"},
        "owner": {"reference": "Practitioner/omar"},
    }
    with pytest.raises(Problem) as refused:
        await as_(record, "ida").commit([Change("POST", "Task", body=encode(task))])
    assert refused.value.id == "AKS-RECORD-057" and "astrid" not in await seen(record, "omar")
    await as_(record, "lise").commit([Change("POST", "Task", body=encode(task))])
    case = next(iter(await seen(record, "eva")))
    handed = task | {"for": {"reference": f"Patient/{case}"}, "owner": {"reference": "Practitioner/ida"}}
    await as_(record, "eva").commit([Change("POST", "Task", body=encode(handed))])
    assert isinstance(record.clock, FixedClock)
    record.clock.advance(timedelta(minutes=1))
    assert "astrid" in await seen(record, "omar") and case in await seen(record, "ida")


async def test_what_the_record_officer_enters(record: Record) -> None:
    await seed(record, cast=CAST, reference_date=DAY, citizens=PEOPLE)
    attorney = power_of_attorney("bjarne", "RelatedPerson/tone")
    change = Change("POST", "Consent", body=encode({k: v for k, v in attorney.items() if k != "id"}))
    (done,) = await as_(record, "rolf").commit([change])
    assert done.version.version == 1
    finished = json.loads((await as_(record, "lise").read("Task", "bjarne-fullmakt")).body or b"{}")
    finished["status"] = "completed"
    await as_(record, "lise").commit([Change("PUT", "Task", id="bjarne-fullmakt", body=encode(finished))])
    assert isinstance(record.clock, FixedClock)
    record.clock.advance(timedelta(minutes=1))
    with pytest.raises(Problem):
        await as_(record, "rolf").commit([change])
