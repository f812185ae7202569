"""Two real nodes on one PostgreSQL: what is carried, what the same questions are told under every mode, live switches."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.app.cast import CAST
from akson.app.storage import answering, population
from akson.app.storage.answering import CENTRAL, SOURCE, Place, Said
from akson.app.storage.nodes import StorageNode, storage_nodes
from akson.app.storage.population import Person
from akson.app.storage.questions import questions
from akson.fhir.problem import Problem
from akson.fhir.search.parsing import parse
from akson.fhir.validation import TOLD, validate
from akson.record import carrying, facts
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
PEOPLE = population.people(1, 14, 1)


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


KINDS = (SharedClass.MEDICATION, SharedClass.RESULTS, SharedClass.SERVICES)
"""In CI; `akson storage compare` asks about all of them."""


@pytest.mark.asyncio(loop_scope="session")
async def test_the_same_questions_are_told_the_same_under_every_mode(two: Two) -> None:
    asked = [a for a in questions(3, 300, PEOPLE) if a.question.kind in KINDS and not answering.not_shared(a)]
    told: dict[Mode, list[Said]] = {}
    for mode in Mode:
        await two.switch(mode, KINDS)
        policy = two.policy(mode)
        told[mode] = [
            await answering.ask(a, policy, a.person.choice if a.range is Range.OWN else None, two.places)
            for a in asked
        ]
    baseline = told[Mode.FEDERATED]
    shown = sum(bool(said.found) for said in baseline)
    assert len(baseline) / 5 < shown < len(baseline) * 4 / 5, "questions that all get the same prove little"
    for mode, answers in told.items():
        differing = [n for n, (a, b) in enumerate(zip(baseline, answers, strict=True)) if a != b]
        assert not differing, f"{mode}: {[(baseline[n], answers[n]) for n in differing[:3]]}"
    await two.switch(Mode.FEDERATED, KINDS)
    assert not await stored(two), "copies are left"


@pytest.mark.asyncio(loop_scope="session")
async def test_no_copy_is_left_of_whoever_says_no_and_all_of_it_comes_back(two: Two) -> None:
    person = next(p for p in PEOPLE if p.choice is Choice.ALL)
    await two.switch(Mode.CENTRAL_COPY, (SharedClass.MEDICATION,))
    key = Key("MedicationStatement", f"{person.id}-m1")
    assert (await two.there.stand([key]))[key].body is not None
    # What is not of a kind that is placed there, stands there as a skeleton: nothing of her home or name.
    episode = json.loads(
        (await two.there.stand([Key("EpisodeOfCare", f"{person.id}-e")])).popitem()[1].body or b""
    )
    assert episode["meta"]["tag"][0]["code"] == "SUBSETTED"
    whole = json.loads((await two.there.stand([Key("Patient", person.id)])).popitem()[1].body or b"")
    assert "name" not in whole and "telecom" not in whole
    no = {
        "resourceType": "Consent",
        "id": f"{person.id}-nei",
        "status": "active",
        "scope": {"text": "Innbyggerens valg"},
        "category": [{"coding": [{"system": CHOICE_SYSTEM, "code": "no-central"}]}],
        "patient": {"reference": f"Patient/{person.id}"},
        "policyRule": {"text": "Egen vilje"},
    }
    await two.put(no)
    await two.settle()
    history = await two.central.service(CONTROLLER).history("MedicationStatement", key.id)
    assert history.versions and all(version.body is None for version in history.versions)
    page = await two.central.service(CONTROLLER).search(parse("Patient", [("_id", person.id)]))
    assert not page.matches
    await two.put(no | {"status": "inactive"})
    await two.settle()
    here, there = (await two.here.stand([key]))[key], (await two.there.stand([key]))[key]
    assert here.digest == there.digest
    logged = await two.source.as_(_citizen(person), PurposeOfUse.PATIENT_REQUEST).access_log(person.id)
    assert any("nasjonal kopi" in line.words for line in logged), "she can read that copies left"
    await two.switch(Mode.FEDERATED, (SharedClass.MEDICATION,))


@pytest.mark.asyncio(loop_scope="session")
async def test_a_block_and_a_relation_made_now_count_at_the_central_node_after_the_next_round(
    two: Two,
) -> None:
    await two.switch(Mode.CENTRAL_COPY, (SharedClass.MEDICATION,))
    person = next(p for p in PEOPLE if not (p.blocks or p.restricts) and p.choice is Choice.ALL and p.east)
    omar = next(a for a in questions(3, 4000, [person]) if a.kind_of_asker == "nurse she has blocked")
    search = f"MedicationStatement?subject=Patient/{person.id}"
    at = omar.at(CONTROLLER)
    before, _ = await answering.say(two.central.as_(at, omar.purpose), search)
    assert before.found
    await two.put(
        {
            "resourceType": "Consent",
            "id": f"{person.id}-ny-sperre",
            "status": "active",
            "scope": {"text": "Innbyggerens valg"},
            "category": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7608", "code": "BL"}]}],
            "patient": {"reference": f"Patient/{person.id}"},
            "policyRule": {"text": "Egen vilje"},
            "provision": {
                "type": "deny",
                "actor": [{"role": {"text": "Sperret"}, "reference": {"reference": "Practitioner/omar"}}],
            },
        }
    )
    await two.settle()
    after, _ = await answering.say(two.central.as_(at, omar.purpose), search)
    assert not after.found
    await two.switch(Mode.FEDERATED, (SharedClass.MEDICATION,))


@pytest.mark.asyncio(loop_scope="session")
async def test_a_kind_that_goes_home_leaves_a_skeleton_and_no_whole_version(two: Two) -> None:
    await two.switch(Mode.CENTRAL_COPY, (SharedClass.MEDICATION, SharedClass.SERVICES))
    person = next(p for p in PEOPLE if p.choice is Choice.ALL and p.referred)
    key = Key("ServiceRequest", f"{person.id}-r")
    assert b"Vurder innleggelse" in ((await two.there.stand([key]))[key].body or b"")
    await two.switch(Mode.FEDERATED, (SharedClass.SERVICES,))
    history = await two.central.service(CONTROLLER).history(*key)
    assert history.versions[0].body is not None
    assert not [v for v in history.versions if v.body and b"Vurder innleggelse" in v.body]
    await two.switch(Mode.FEDERATED, (SharedClass.MEDICATION,))
    assert not await stored(two)


@pytest.mark.asyncio(loop_scope="session")
async def test_under_a_central_master_two_writers_meet_and_neither_is_lost(two: Two) -> None:
    await two.switch(Mode.CENTRAL_MASTER, (SharedClass.PLAN,))
    assert await two.there.others_may_write(SharedClass.PLAN)
    person = next(p for p in PEOPLE if p.choice is Choice.ALL)
    key = Key("CarePlan", f"{person.id}-cp")

    async def title(side: StorageNode, tenant: int, words: str) -> None:
        service = side.service(tenant)
        plan = json.loads((await service.read(*key)).body or b"")
        body = json.dumps(plan | {"title": words}).encode()
        await service.commit([Change("PUT", "CarePlan", id=key.id, body=body)])

    async def titles(side: StorageNode, tenant: int) -> list[str]:
        page = await side.service(tenant).history(*key)
        return [json.loads(version.body)["title"] for version in page.versions if version.body]

    await title(two.central, CONTROLLER, "Sykehuset: ny plan")
    await two.settle()
    assert (await titles(two.source, 1))[0] == "Sykehuset: ny plan"
    await title(two.source, 1, "Hjemmetjenesten: plan for uka")
    await two.settle()
    assert (await titles(two.central, CONTROLLER))[0] == "Hjemmetjenesten: plan for uka"
    assert not await two.source.rows.conflicts(1)
    await title(two.source, 1, "Hjemmetjenesten igjen")
    await title(two.central, CONTROLLER, "Sykehuset igjen")
    await two.settle()
    # The master's stands on both sides; what was typed here is a version of our history, and told to a person.
    assert (await titles(two.source, 1))[:2] == ["Sykehuset igjen", "Hjemmetjenesten igjen"]
    assert (await titles(two.central, CONTROLLER))[0] == "Sykehuset igjen"
    [conflict] = await two.source.rows.conflicts(1)
    assert (conflict.type, conflict.id) == key
    await two.switch(Mode.FEDERATED, (SharedClass.PLAN,))
    assert not await two.there.others_may_write(SharedClass.PLAN)
    assert not await stored(two)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_live_switch_goes_on_after_kills_while_people_write(two: Two) -> None:
    random, kind = Random(5), SharedClass.RESULTS
    written: dict[str, float] = {}
    done = False

    async def write() -> None:
        number = 0
        while not done:
            number += 1
            person = random.choice(PEOPLE)
            [body] = [r for r in population.resources(person, 0, 1) if r["id"] == f"{person.id}-o0"]
            await two.put(body | {"valueQuantity": {"value": number, "unit": "mg/L"}})
            written[person.id] = number
            await asyncio.sleep(0.005)

    async def drive(to: Mode) -> None:
        while True:
            with suppress(Away):
                await two.carrier.round()
            placement = await two.switcher.step(kind)
            if placement.step is Step.REST and placement.mode is to:
                return
            if switch.order(placement, two.clock.now()) is Order.WAIT:
                two.clock.advance(DRAIN)

    writer = asyncio.create_task(write())
    killed = 0
    for to in (Mode.CENTRAL_COPY, Mode.CENTRAL_MASTER, Mode.CENTRAL_COPY):
        await two.switcher.begin(kind, to)
        for _ in range(30):
            try:
                await asyncio.wait_for(drive(to), 0.02 + random.random() * 0.2 if killed < 12 else 8)
                break
            except TimeoutError:
                killed += 1
    done = True
    await writer
    await two.settle()
    assert killed >= 3 and len(written) > 5
    keys = [Key("Observation", f"{person.id}-o0") for person in PEOPLE]
    here, there = await two.here.stand(keys), await two.there.stand(keys)
    for person, key in zip(PEOPLE, keys, strict=True):
        if person.id in written:
            assert json.loads(here[key].body or b"")["valueQuantity"]["value"] == written[person.id]
        if person.choice is Choice.ALL:
            assert here[key].digest == there[key].digest
        else:
            assert key not in there or there[key].erased
    await two.switch(Mode.FEDERATED, (kind,))
    assert not await stored(two)


@pytest.mark.asyncio(loop_scope="session")
async def test_however_many_have_said_no_each_is_heard(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "CONSENTS_EACH", 1)
    coding = {"system": CHOICE_SYSTEM, "code": Choice.NO_SHARING.value}
    for id in ("nei-1", "nei-2", "nei-3"):
        said = {
            "resourceType": "Consent",
            "id": f"valg-{id}",
            "status": "active",
            "scope": {"text": "Deling"},
            "category": [{"coding": [coding]}],
            "patient": {"reference": f"Patient/{id}"},
            "dateTime": "2026-11-01",
            "policyRule": {"text": "Reservasjon"},
        }
        await two.put({"resourceType": "Patient", "id": id, "name": [{"family": "Nei"}]}, said)
    found = await carrying.consents(two.source.service(), ["nei-1", "nei-2", "nei-3"], f"{CHOICE_SYSTEM}|")
    assert {patient: len(bodies) for patient, bodies in found.items()} == {"nei-1": 1, "nei-2": 1, "nei-3": 1}


@pytest.mark.asyncio(loop_scope="session")
async def test_what_was_decided_before_a_switch_is_refused_after_it(two: Two) -> None:
    await two.there.open(SharedClass.NOTES, 5, master=False)
    with pytest.raises(Fenced):
        await two.there.put(SharedClass.NOTES, [], 4)
    with pytest.raises(Fenced):
        await two.there.open(SharedClass.NOTES, 4, master=True)


@pytest.mark.asyncio(loop_scope="session")
async def test_only_the_own_service_carries(two: Two) -> None:
    session = two.source.as_(CAST["ida"], PurposeOfUse.TREATMENT)
    with pytest.raises(Problem) as refused:
        await carrying.standing(session, [("Patient", "p1")])
    assert refused.value.id == "AKS-RECORD-070"


def test_a_skeleton_gives_the_facts_of_the_whole() -> None:
    judged = [r for p in PEOPLE for r in population.resources(p, 0, 1) if r["resourceType"] in forms.JUDGED]
    judged += MORE_JUDGED
    assert {r["resourceType"] for r in judged} == set(forms.JUDGED)
    for resource in judged:
        if resource["resourceType"] == "Consent":
            continue
        bare = json.loads(forms.skeleton(json.dumps(resource).encode()))
        assert facts.of(bare, since=NOW) == facts.of(resource, since=NOW), resource
        assert not [i for i in validate(bare) if i.severity in ("error", "fatal") and i.code not in TOLD], (
            bare
        )


def _citizen(person: Person) -> Actor:
    return Actor(ActorKind.CITIZEN, person.id, "Innbygger", 1, reference=f"Patient/{person.id}")


_WHOSE = {"reference": "Patient/p1", "display": "Person 1"}
_UNIT = {"reference": "Organization/hjemmetjenesten-ost", "display": "Øst"}
_CLASS = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}
MORE_JUDGED: list[dict[str, Any]] = [
    {
        "resourceType": "Encounter",
        "id": "x1",
        "status": "in-progress",
        "class": _CLASS,
        "subject": _WHOSE,
        "serviceProvider": _UNIT,
        "period": {"start": "2026-11-20"},
        "reasonCode": [{"text": "Fall"}],
    },
    {
        "resourceType": "Communication",
        "id": "x2",
        "status": "completed",
        "subject": _WHOSE,
        "recipient": [_UNIT],
        "received": "2026-11-26T08:00:00Z",
        "payload": [{"contentString": "Hun har falt."}],
        "meta": {"security": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9603", "code": "NORN"}]},
    },
    {
        "resourceType": "CareTeam",
        "id": "x3",
        "status": "active",
        "subject": _WHOSE,
        "participant": [{"member": _UNIT, "period": {"end": "2027-01-01"}}],
        "note": [{"text": "Ny"}],
    },
]
