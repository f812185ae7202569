"""Two real nodes on one PostgreSQL: what is carried, what the same questions are told under every mode, and a live switch."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.storage import answering, population
from akson.app.storage.answering import CENTRAL, SOURCE, Place, Said
from akson.app.storage.nodes import StorageNode, storage_nodes
from akson.app.storage.population import Person
from akson.app.storage.questions import questions
from akson.record import carrying
from akson.record.acts.grounds import Ground
from akson.record.values import Change
from akson.sharing.classes import SharedClass
from akson.sharing.storage import forms, switch
from akson.sharing.storage.carrier import Carrier
from akson.sharing.storage.choices import CHOICE_SYSTEM, Choice
from akson.sharing.storage.index import NoIndex
from akson.sharing.storage.modes import Mode, Range
from akson.sharing.storage.policy import Line, StoragePolicy
from akson.sharing.storage.record_side import CentralSide, SourceSide
from akson.sharing.storage.sides import Away, Fenced, Key
from akson.sharing.storage.switch import DRAIN, Order, Step
from akson.sharing.storage.switcher import Switcher
from akson.world import FixedClock
from tests.conftest import _fresh_database

NOW = datetime.fromisoformat("2026-11-27T10:00:00+00:00")
CONTROLLER = 7
"""The tenant that the source's controller has at the central node."""
SHARED = tuple(kind for kind in SharedClass if kind is not SharedClass.OTHER)
PEOPLE = population.people(1, 24, 1)


class Two:
    """A source and a central node, and what carries between them."""

    def __init__(self, source: StorageNode, central: StorageNode, clock: FixedClock) -> None:
        self.source, self.central, self.clock = source, central, clock
        self.here = SourceSide(source.service(), source.rows, clock=clock, central="nasjonal kopi")
        self.there = CentralSide(central.service(CONTROLLER), central.rows)
        self.carrier = Carrier(self.here, self.there, forms.form)
        self.switcher = Switcher(self.here, self.there, self.carrier, NoIndex(), clock.now)
        self.places = {SOURCE: Place(source, 1), CENTRAL: Place(central, CONTROLLER)}

    async def switch(self, to: Mode, kinds: tuple[SharedClass, ...]) -> None:
        for kind in kinds:
            await self.switcher.begin(kind, to)
        for kind in kinds:
            await self.finish(kind)
        await self.settle()

    async def finish(self, kind: SharedClass) -> None:
        for _ in range(200):
            placement = await self.switcher.step(kind)
            if placement.step is Step.REST:
                return
            if switch.order(placement, self.clock.now()) is Order.WAIT:
                self.clock.advance(DRAIN)
        raise AssertionError(f"{kind} did not come to rest: {placement}")

    async def settle(self) -> None:
        while await self.carrier.round():
            pass

    def policy(self, mode: Mode, kinds: tuple[SharedClass, ...] = SHARED) -> StoragePolicy:
        lines = tuple(Line(kind, range, mode, "d") for kind in kinds for range in Range)
        return StoragePolicy("1", "999977774", NOW, CENTRAL, (), lines)

    async def put(self, *resources: dict[str, Any]) -> None:
        await self.source.service().commit(
            [Change("PUT", r["resourceType"], id=r["id"], body=json.dumps(r).encode()) for r in resources]
        )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def two(postgres_dsn: str) -> AsyncIterator[Two]:
    made = [_fresh_database(postgres_dsn) for _ in range(4)]
    a, b, c, d = [await anext(database) for database in made]
    clock = FixedClock(NOW)
    async with storage_nodes([("source", a, b), ("central", c, d)], clock=clock) as (source, central):
        both = Two(source, central, clock)
        await both.put(*population.workplaces())
        for person in PEOPLE:
            await both.put(*population.resources(person, 0, 1))
        nadia = replace(CAST["nadia"], organisations=("Organization/legevakt",))
        for person in PEOPLE[::3]:
            await source.as_(nadia, PurposeOfUse.EMERGENCY).open_emergency(person.id, Ground("unconscious"))
        yield both
    for database in made:
        async for _ in database:
            pass


async def stored(two: Two) -> Counter[str]:
    """What can be read at the central node, in any version, by type."""
    found: Counter[str] = Counter()
    service = two.central.service(CONTROLLER)
    for type in await two.central.record.store.types():
        page = await service.history(type, count=5000)
        found.update(v.type for v in page.versions if v.body is not None)
    return found


@pytest.mark.asyncio(loop_scope="session")
async def test_the_same_questions_are_told_the_same_under_every_mode(two: Two) -> None:
    asked = questions(3, 250, PEOPLE)
    told: dict[Mode, list[Said]] = {}
    for mode in Mode:
        await two.switch(mode, SHARED)
        policy = two.policy(mode)
        told[mode] = [
            await answering.ask(a, policy, a.person.choice if knows else None, two.places)
            for a in asked
            for knows in (a.range is Range.OWN,)
            if not answering.not_shared(a)
        ]
    baseline = told[Mode.FEDERATED]
    shown = sum(bool(said.found) for said in baseline)
    assert len(baseline) / 5 < shown < len(baseline) * 4 / 5, "questions that all get the same prove little"
    for mode, answers in told.items():
        differing = [n for n, (a, b) in enumerate(zip(baseline, answers, strict=True)) if a != b]
        assert not differing, f"{mode}: {[(baseline[n], answers[n]) for n in differing[:3]]}"
    await two.switch(Mode.FEDERATED, SHARED)
    assert not await stored(two), "copies are left"
