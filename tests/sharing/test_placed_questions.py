"""«Fra andre» asks where the storage policy in force says: the same lines live through every mode, a copy when it is one."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.neighbours import declared
from akson.app.neighbours.asking import HouseNeighbours
from akson.app.playing.neighbourhood import Neighbourhood
from akson.app.storage.keeping import keeper_of
from akson.fhir.codec import json
from akson.sharing.classes import SharedClass
from akson.sharing.federation.federation import Asked
from akson.sharing.storage import signing, switch
from akson.sharing.storage.choices import CHOICE_SYSTEM
from akson.sharing.storage.modes import Mode, Range
from akson.sharing.storage.policy import Decision, Line, StoragePolicy
from akson.sharing.storage.record_side import placement_of, placement_row
from akson.sharing.storage.switch import Placement, Step
from akson.sharing.values import Question
from akson.store.activations import OfficerRow
from akson.store.storage import PolicyRow
from tests.sharing import people
from tests.sharing.conftest import a_town
from tests.sharing.people import ASTRID

KIND = SharedClass.MEDICATION
MEDICATION = Question(ASTRID, "MedicationStatement?status=active", KIND)
KEYS = {id: Ed25519PrivateKey.generate() for id in ("per", "arne")}
COPY = "Lillefjord kommune (kopi hos Havneby kommune)"
BEGINS = datetime(2026, 1, 1, tzinfo=UTC)


async def decided(town: Neighbourhood, mode: Mode, version: str) -> None:
    """Lillefjord's council places medication."""
    decision = Decision("PS 1/26", "Kommunestyret i Lillefjord", BEGINS.date())
    lines = tuple(Line(KIND, range, mode, decision.id) for range in Range)
    policy = StoragePolicy(version, town["lillefjord"].org, BEGINS, "havneby", (decision,), lines)
    signed = {id: key.sign(signing.signed_bytes(policy)) for id, key in KEYS.items()}
    row = PolicyRow(version, msgspec.json.encode(policy), signed, BEGINS)
    await town["lillefjord"].node.storage.add_policy(1, row)


async def switched(town: Neighbourhood, to: Mode) -> None:
    """As the post worker does it; the drain is not waited for."""
    node = town["lillefjord"].node
    rows = node.storage
    keeper = keeper_of(node, declared.load(node.settings.data))
    assert keeper is not None
    stands = {row.kind: placement_of(row) for row in await rows.placements(1)}.get(
        KIND.value, Placement(KIND)
    )
    assert await rows.save_placement(1, placement_row(switch.begin(stands, to)))
    for _ in range(100):
        await keeper.round()
        [row] = [row for row in await rows.placements(1) if row.kind == KIND.value]
        if row.step == Step.REST.value:
            return
        if row.step == Step.DRAIN.value and row.since is not None:
            await rows.save_placement(1, replace(row, number=row.number + 1, since=None))
    raise AssertionError(f"still {row}")


async def asked(town: Neighbourhood) -> Asked:
    node = town["storvik"].node
    neighbours = HouseNeighbours.of(node)
    assert neighbours is not None
    return await neighbours.ask(node.record.open(CAST["ida"], PurposeOfUse.TREATMENT), "astrid", [MEDICATION])


def lines(found: Asked) -> list[str]:
    return sorted(json.parse(body)["id"] for a in found.answers for p in a.parts for body in p.resources)


def told_by(found: Asked) -> set[str]:
    return {p.source.name for a in found.answers for p in a.parts if p.resources}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Neighbourhood]:
    async for made in a_town(postgres_dsn, tmp_path_factory):
        yield made


@pytest.mark.asyncio(loop_scope="session")
async def test_the_same_lines_live_through_every_mode_and_from_the_copy_when_it_is_one(
    town: Neighbourhood,
) -> None:
    for id, key in KEYS.items():
        officer = OfficerRow(id, id.title(), key.public_key().public_bytes_raw())
        await town["lillefjord"].node.activations.register(officer, BEGINS)
    await town.tell()
    first = await asked(town)
    assert lines(first) == ["h-1", "m-1"] and told_by(first) == {"Lillefjord kommune", "Havneby kommune"}
    for number, mode in enumerate((Mode.INDEX, Mode.CENTRAL_COPY, Mode.CENTRAL_MASTER, Mode.FEDERATED)):
        await decided(town, mode, f"2026-{number}")
        before = await asked(town)
        assert lines(before) == lines(first), f"decided {mode}, not there yet"
        await switched(town, mode)
        after = await asked(town)
        assert lines(after) == lines(first) and not after.degraded, (mode, after)
        assert (COPY in told_by(after)) == mode.central, (mode, after)
        if mode is Mode.CENTRAL_COPY:
            parts = [part for answer in after.answers for part in answer.parts if part.source.name == COPY]
            assert [part.as_of for part in parts] == [(await town["lillefjord"].node.storage.feed(1)).at]  # type: ignore[union-attr]
            theirs = await town["havneby"].node.log.events_of(3, "p-17", count=50)
            assert any(e.decision_ref == after.answers[0].decision for _, e in theirs), "in her log there too"
            await said_no(town, "active")
            opted_out = await asked(town)
            assert lines(opted_out) == lines(first) and COPY not in told_by(opted_out), opted_out
            await said_no(town, "inactive")
            assert COPY in told_by(await asked(town))


async def said_no(town: Neighbourhood, status: str) -> None:
    """Astrid wants no copy of hers at a central node; and the feed has met it."""
    consent = people.closed_to("c-no", "p-17", "") | {
        "status": status,
        "category": [{"coding": [{"system": CHOICE_SYSTEM, "code": "no-central"}]}],
    }
    del consent["provision"]
    consent["policyRule"] = {"text": "pasientjournalloven § 17"}
    await people.put(town["lillefjord"], consent)
    node = town["lillefjord"].node
    keeper = keeper_of(node, declared.load(node.settings.data))
    while keeper is not None and await keeper.round():
        pass


@pytest.mark.asyncio(loop_scope="session")
async def test_a_copy_that_cannot_be_reached_is_asked_for_at_the_source(town: Neighbourhood) -> None:
    await decided(town, Mode.CENTRAL_COPY, "2026-8")
    await switched(town, Mode.CENTRAL_COPY)
    node = town["storvik"].node
    neighbours = HouseNeighbours.of(node)
    assert neighbours is not None
    session = node.record.open(CAST["ida"], PurposeOfUse.TREATMENT)
    await neighbours.ask(session, "astrid", [MEDICATION])
    await town["lillefjord"].leave()
    try:
        copied = await neighbours.ask(session, "astrid", [MEDICATION])
    finally:
        await town["lillefjord"].come_back()
    assert lines(copied) == ["h-1", "m-1"] and COPY in told_by(copied), (
        "the source is away, and its copy is there"
    )
    await town["havneby"].leave()
    try:
        found = await neighbours.ask(session, "astrid", [MEDICATION])
    finally:
        await town["havneby"].come_back()
    assert lines(found) == ["m-1"] and told_by(found) == {"Lillefjord kommune"}
    assert [part.source.name for answer in found.answers for part in answer.missing] == ["Havneby kommune"]
    await decided(town, Mode.FEDERATED, "2026-9")
    await switched(town, Mode.FEDERATED)
    # Others ask of the same nodes, and there nothing is decided.
    await town["lillefjord"].node.storage._pool.execute("delete from storage.policy")
