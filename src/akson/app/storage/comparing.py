"""`akson storage compare`: the same people, the same questions, every mode; and what each mode costs, counted and timed.

Row(mode=central-copy, p50_ms=…, p95_ms=…, calls=1.4, whole=0.97, central_down=1.0, copies=1.9, stale_p95_s=1.1,
    source=Exposed(persons=15, resources=260), central=Exposed(108, 4100), index=…, key=…)
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import msgspec

from akson.app.storage import population
from akson.app.storage.answering import Said, not_shared
from akson.app.storage.asking_nodes import Asker, Faults
from akson.app.storage.nodes import StorageNode, storage_nodes
from akson.app.storage.population import Person
from akson.app.storage.questions import Asked, questions
from akson.app.storage.serving import CENTRAL, INDEX, INDEX_KEY, POOL_SIZE, Order
from akson.fhir.problem import Problem
from akson.fhir.search.parsing import parse
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.sharing.classes import SharedClass, class_of, types_of
from akson.sharing.location.index import Index
from akson.sharing.location.values import Statement
from akson.sharing.storage import forms, switch
from akson.sharing.storage.carrier import Carrier
from akson.sharing.storage.index import NoIndex
from akson.sharing.storage.modes import Mode, Range
from akson.sharing.storage.policy import Line, StoragePolicy
from akson.sharing.storage.record_side import CentralSide, SourceSide
from akson.sharing.storage.switch import DRAIN, Step
from akson.sharing.storage.switcher import Switcher
from akson.store.location import LocationStore
from akson.store.server import databases
from akson.world import FixedClock, SystemClock

FEED_EACH_S = 1.0
"""As the node's post worker does."""
KINDS = tuple(kind for kind in SharedClass if kind is not SharedClass.OTHER)
CONNECTIONS_EACH = 14
PEOPLE_EACH = 3
FAULTY_QUESTIONS = 60
STALE_WRITES = 30
SEED = 1


@dataclass(frozen=True, slots=True)
class Exposed:
    """What one breach lets be read."""

    persons: int
    resources: int


@dataclass(slots=True)
class Row:
    mode: Mode
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    calls: float = 0.0
    whole: float = 0.0
    """Share of questions that got all there was, with 5 % dead and 5 % slow."""
    named: float = 0.0
    """Share of the others that named every silent source: the answer says what may be missing."""
    faulty_p95_ms: float = 0.0
    central_down: float = 0.0
    """Share of whole answers when the central node and the index are dead."""
    copies: float = 0.0
    stale_p50_s: float = 0.0
    stale_p95_s: float = 0.0
    source: Exposed = field(default_factory=lambda: Exposed(0, 0))
    central: Exposed = field(default_factory=lambda: Exposed(0, 0))
    index_persons: int = 0
    """Keyed hashes, without content."""
    key: Exposed = field(default_factory=lambda: Exposed(0, 0))
    switched_s: float = 0.0


@dataclass(slots=True)
class Compared:
    nodes: int
    people: int
    questions: int
    permitted: int
    """Questions of which something was shown."""
    differing: int
    """Questions that were not answered alike under every mode."""
    rows: list[Row]


Tell = Callable[[str], None]


async def compare(server_dsn: str, nodes: int, count: int, tell: Tell) -> Compared:
    """`server_dsn`: a PostgreSQL whose user may make databases; those made are dropped again. `count`: questions."""
    names = [*(f"k{n}" for n in range(nodes)), CENTRAL]
    made = [f"akson_compare_{name}{part}" for name in names for part in ("", "_log")]
    await databases.make(server_dsn, made)
    try:
        dsns = [
            (
                name,
                _named(server_dsn, f"akson_compare_{name}"),
                _named(server_dsn, f"akson_compare_{name}_log"),
            )
            for name in names
        ]
        async with _Lab.open(dsns, count) as lab:
            return await lab.run(tell)
    finally:
        await databases.drop(server_dsn, made)


def connections_for(nodes: int) -> int:
    """What PostgreSQL must allow: each node is open in two processes."""
    return 60 + CONNECTIONS_EACH * nodes


class _Lab:
    def __init__(
        self,
        nodes: Sequence[StorageNode],
        asker: Asker,
        index: Index,
        people: list[Person],
        asked: list[Asked],
    ) -> None:
        *self.sources, self.central = nodes
        self.asker, self.index, self.people, self.asked = asker, index, people, asked
        self.clock = FixedClock(SystemClock().now())
        self.carriers = [self._carrier(n) for n in range(len(self.sources))]

    @classmethod
    @asynccontextmanager
    async def open(cls, dsns: list[tuple[str, str, str]], count: int) -> AsyncIterator["_Lab"]:
        sources = len(dsns) - 1
        people = population.people(SEED, sources * PEOPLE_EACH, sources)
        async with AsyncExitStack() as stack:
            nodes = await stack.enter_async_context(
                storage_nodes(dsns, clock=SystemClock(), pool_size=POOL_SIZE)
            )
            rows = await LocationStore.open(dsns[-1][1])
            stack.push_async_callback(rows.close)
            half = sources // 2
            bases: dict[str, str] = {}
            for part in (dsns[:half], dsns[half:-1], dsns[-1:]):
                order = Order(part, len(people), sources, SEED, count)
                base = await stack.enter_async_context(_process(order))
                bases |= {name: base for name, _, _ in part}
            bases[INDEX] = bases[CENTRAL]
            http = await stack.enter_async_context(aiohttp.ClientSession())
            asker = Asker(bases, sources, http)
            index = Index(rows, INDEX_KEY, clock=SystemClock())
            yield cls(nodes, asker, index, people, questions(SEED, count, people))

    async def run(self, tell: Tell) -> Compared:
        begun = time.perf_counter()
        resources = await self._fill()
        tell(
            f"{len(self.people)} people and {resources} resources at {len(self.sources)} nodes, "
            f"made in {time.perf_counter() - begun:.0f} s"
        )
        asked = [one for one in self.asked if not not_shared(one)]
        # As others ask: from outside, not knowing what she has said.
        outside = [one for one in asked if one.range is not Range.OWN]
        told, rows = [], []
        for mode in Mode:
            row, said = await self._mode(mode, outside, tell)
            tell(
                f"{mode}: p50 {row.p50_ms:.0f} ms, p95 {row.p95_ms:.0f} ms, {row.calls:.1f} calls, whole {row.whole:.0%}"
            )
            rows.append(row)
            told.append(said)
        differing = sum(any(other[n] != first for other in told[1:]) for n, first in enumerate(told[0]))
        shown = sum(any(said.found for said in one.values()) for one in told[0])
        return Compared(len(self.sources), len(self.people), len(outside), shown, differing, rows)

    async def _mode(self, mode: Mode, asked: list[Asked], tell: Tell) -> tuple[Row, list[dict[int, Said]]]:
        row, policy = Row(mode), _policy(mode)
        begun = time.perf_counter()
        await self._switch(mode)
        row.switched_s = time.perf_counter() - begun
        tell(f"{mode}: switched in {row.switched_s:.0f} s, every kind at every node")
        for one in asked[:40]:
            await self.asker.ask(one, policy)
        answers = [await self.asker.ask(one, policy) for one in asked]
        times = sorted(answer.ms for answer in answers)
        row.p50_ms, row.p95_ms = _part(times, 0.5), _part(times, 0.95)
        row.calls = sum(answer.calls for answer in answers) / len(answers)
        await self._faulty(row, policy, asked)
        await self._stale(row, policy)
        await self._counted(row, mode)
        return row, [answer.said for answer in answers]

    async def _faulty(self, row: Row, policy: StoragePolicy, asked: list[Asked]) -> None:
        random = Random(f"faults {SEED}")  # noqa: S311
        names = [*(f"k{n}" for n in range(len(self.sources))), CENTRAL, INDEX]
        each = max(1, round(len(names) / 20))
        room = asyncio.Semaphore(6)

        async def one(question: Asked, faults: Faults) -> tuple[float, bool, bool]:
            async with room:
                whole = await self.asker.ask(question, policy)
                broken = await self.asker.ask(question, policy, faults)
            missing = {holder for holder, said in whole.said.items() if broken.said.get(holder) != said}
            return broken.ms, not missing, all(f"k{n}" in broken.silent for n in missing)

        drawn = []
        for question in asked[:FAULTY_QUESTIONS]:
            chosen = random.sample(names, 2 * each)
            drawn.append((question, Faults(frozenset(chosen[:each]), frozenset(chosen[each:]))))
        got = await asyncio.gather(*(one(*pair) for pair in drawn))
        row.whole = sum(whole for _, whole, _ in got) / len(got)
        partial = [named for _, whole, named in got if not whole]
        row.named = sum(partial) / len(partial) if partial else 1.0
        row.faulty_p95_ms = _part(sorted(ms for ms, _, _ in got), 0.95)
        gone = Faults(frozenset({CENTRAL, INDEX}))
        got = await asyncio.gather(*(one(question, gone) for question in asked[:FAULTY_QUESTIONS]))
        row.central_down = sum(whole for _, whole, _ in got) / len(got)

    async def _stale(self, row: Row, policy: StoragePolicy) -> None:
        """From the commit at the source to the commit at the central node, by the times of both versions."""
        if not row.mode.central:
            return
        random, written = Random("stale"), []  # noqa: S311
        stop = asyncio.Event()
        feeds = [asyncio.create_task(self._feed(carrier, stop)) for carrier, _ in self.carriers]
        placed = [person for person in self.people if person.choice.central]
        for number in range(STALE_WRITES):
            person = random.choice(placed)
            node = random.choice(person.holders)
            # Of a kind that is carried, and of a type that no question is about.
            goal = {
                "resourceType": "Goal",
                "id": f"{person.id}-g",
                "lifecycleStatus": "active",
                "subject": {"reference": f"Patient/{person.id}"},
                "description": {"text": f"{row.mode} {number}"},
            }
            [done] = await self.sources[node].service().commit([_change(goal)])
            written.append((node, f"{person.id}-g", done.version.updated))
            await asyncio.sleep(random.random() * 0.3)
        await asyncio.sleep(FEED_EACH_S * 3)
        stop.set()
        await asyncio.gather(*feeds)
        late = []
        newest = {(node, id): at for node, id, at in written}
        for (node, id), at in newest.items():
            there = await self.central.service(node + 1).read("Goal", id)
            late.append((there.updated - at).total_seconds())
        row.stale_p50_s, row.stale_p95_s = _part(sorted(late), 0.5), _part(sorted(late), 0.95)

    async def _feed(self, carrier: Carrier, stop: asyncio.Event) -> None:
        while not stop.is_set():
            while await carrier.round():
                pass
            await asyncio.sleep(FEED_EACH_S)

    async def _counted(self, row: Row, mode: Mode) -> None:
        held = [await self.central.record.store.count(n + 1) for n in range(len(self.sources))]
        copied = sum(sum(counts.values()) for counts in held)
        own = [await node.record.store.count(1) for node in self.sources]
        row.copies = 1 + copied / sum(sum(counts.values()) for counts in own)
        persons = {p.number for p in self.people for n in p.holders if mode.central and p.choice.central}
        row.central = Exposed(len(persons), copied)
        row.source = Exposed(
            round(sum(counts.get("Patient", 0) for counts in own) / len(own)),
            round(sum(sum(counts.values()) for counts in own) / len(own)),
        )
        row.index_persons = sum(p.choice.indexed for p in self.people) if mode is Mode.INDEX else 0
        row.key = await self._stolen_key()

    async def _stolen_key(self) -> Exposed:
        """Whoever has the hospital's key vouches for care of everybody: the rules of each source still decide."""
        persons, found = set(), 0
        for person in self.people:
            hospital = [
                a
                for a in questions(SEED + 1, 60, [person])
                if a.kind_of_asker == "hospital doctor, treatment"
            ][:1]
            for one, n in ((one, n) for one in hospital for n in person.holders):
                session = self.sources[n].as_(one.actor, one.purpose)
                for kind in KINDS:
                    for type in (*types_of(kind), *(["Observation"] if kind is SharedClass.RESULTS else [])):
                        if session.may("search", type):
                            seen = await _seen(session, type, person.id)
                            found += seen
                            persons |= {person.number} if seen else set()
        return Exposed(len(persons), found)

    async def _fill(self) -> int:
        done = 0
        for number, node in enumerate(self.sources):
            await _put(node, list(population.workplaces()))
            for person in (p for p in self.people if number in p.holders):
                resources = list(population.resources(person, number, SEED))
                await _put(node, resources)
                done += len(resources)
                if person.choice.indexed:
                    # The index is fed by `sharing.location` in the product; here it is told the same at once.
                    kinds = {class_of(r["resourceType"], _categories(r)) for r in resources}
                    said = Statement(
                        f"{number}/{person.number}".encode(),
                        (person.national_id,),
                        dict.fromkeys(kinds, date(2026, 11, 1)),
                    )
                    await self.index.hear(f"k{number}", said)
            done += len(list(population.workplaces()))
        return done

    def _carrier(self, number: int) -> tuple[Carrier, Switcher]:
        source = self.sources[number]
        here = SourceSide(source.service(), source.rows, clock=self.clock, central=CENTRAL)
        there = CentralSide(self.central.service(number + 1), self.central.rows)
        carrier = Carrier(here, there, forms.form)
        return carrier, Switcher(here, there, carrier, NoIndex(), self.clock.now)

    async def _switch(self, mode: Mode) -> None:
        await asyncio.gather(*(self._switch_one(n, mode) for n in range(len(self.sources))))

    async def _switch_one(self, number: int, mode: Mode) -> None:
        # Sessions are opened for the moment; a switch takes longer than one.
        carrier, switcher = self.carriers[number] = self._carrier(number)
        for kind in KINDS:
            placement = await switcher.begin(kind, mode)
            while placement.step is not Step.REST:
                placement = await switcher.step(kind)
                if switch.order(placement, self.clock.now()) is switch.Order.WAIT:
                    self.clock.advance(DRAIN)
        while await carrier.round():
            pass


def _policy(mode: Mode) -> StoragePolicy:
    lines = tuple(Line(kind, range, mode, "d") for kind in KINDS for range in Range)
    return StoragePolicy("1", "999977774", SystemClock().now(), CENTRAL, (), lines)


def _change(body: dict[str, Any]) -> Change:
    return Change("PUT", body["resourceType"], id=body["id"], body=msgspec.json.encode(body))


async def _put(node: StorageNode, resources: list[dict[str, Any]]) -> None:
    await node.service().commit([_change(resource) for resource in resources])


async def _seen(session: RecordSession, type: str, patient: str) -> int:
    name = "_id" if type == "Patient" else "patient"
    try:
        return len((await session.search(parse(type, [(name, patient)]))).matches)
    except Problem:
        # No search by patient in this type, or none for her.
        return 0


def _categories(resource: dict[str, Any]) -> frozenset[str]:
    return frozenset(c["code"] for one in resource.get("category", ()) for c in one.get("coding", ()))


def _part(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def _named(dsn: str, database: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))


@asynccontextmanager
async def _process(order: Order) -> AsyncIterator[str]:
    """Gives where it answers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "akson.app.storage.serving", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        await process.stdin.drain()
        told = msgspec.json.decode(await asyncio.wait_for(process.stdout.readline(), 120))
        yield f"http://127.0.0.1:{told['port']}"
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 20)
        except TimeoutError:
            process.kill()
