"""A source, a central node, writers, askers and an operator in one thread, interleaved and killed by a seed.

The code under test is the product's own (Carrier, Switcher, switch, whom_to_ask); memory, wires and people are made up.
A resource's value is a set of words: everyone who writes reads it, adds a word of her own and writes it back at the version
she read, so an update is lost exactly when an acknowledged word is in no value that stands and in no conflict told.
"""

import hashlib
import json
import random
from collections.abc import Coroutine, Generator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from akson.fhir.problem import Problem
from akson.sharing.classes import SharedClass
from akson.sharing.storage import switch
from akson.sharing.storage.asking import whom_to_ask
from akson.sharing.storage.carrier import Carrier
from akson.sharing.storage.choices import Choice
from akson.sharing.storage.modes import Mode, Range
from akson.sharing.storage.policy import Line, StoragePolicy
from akson.sharing.storage.sides import GONE, Away, Conflict, Fenced, Held, Key, Stand
from akson.sharing.storage.switch import DRAIN, Placement, Step
from akson.sharing.storage.switcher import Switcher
from akson.sharing.values import Question

KIND = SharedClass.MEDICATION
KEYS = tuple(Key("MedicationStatement", f"m{n}") for n in range(5))
BEGIN = datetime.fromisoformat("2026-12-01T00:00:00+00:00")
Words = frozenset[str]
NO_WORDS: Words = frozenset()


class Pause:
    """Here the others may go on, or the process may be killed."""

    def __await__(self) -> Generator[None]:
        yield


def written(words: Words) -> bytes:
    return json.dumps(sorted(words)).encode()


def read(body: bytes | None) -> Words:
    return frozenset(json.loads(body)) if body is not None else NO_WORDS


@dataclass
class Side:
    """One node's memory: every version of every resource, and the changes in their order."""

    world: "World"
    central: bool = False
    versions: dict[Key, list[Words | None]] = field(default_factory=dict)
    erased: set[Key] = field(default_factory=set)
    log: list[Key] = field(default_factory=list)

    def value(self, key: Key) -> Words:
        return (self.versions.get(key) or [NO_WORDS])[-1] or NO_WORDS

    def version(self, key: Key) -> int:
        return len(self.versions.get(key, ()))

    def write(self, key: Key, words: Words, expected: int) -> int | None:
        if self.version(key) != expected:
            return None
        self.versions.setdefault(key, []).append(words)
        self.erased.discard(key)
        self.log.append(key)
        return expected + 1

    async def _wire(self) -> None:
        await Pause()
        if self.central and self.world.away:
            raise Away

    async def now(self) -> tuple[int, int]:
        await self._wire()
        return (0, len(self.log))

    async def changed(
        self, after: tuple[int, int], limit: int
    ) -> list[tuple[tuple[int, int], tuple[Key, ...]]]:
        await self._wire()
        return [((0, n + 1), (self.log[n],)) for n in range(after[1], min(len(self.log), after[1] + 3))]

    async def stand(self, keys: Sequence[Key]) -> dict[Key, Stand]:
        await self._wire()
        return {key: self._stand(key) for key in keys if self.version(key)}

    def _stand(self, key: Key) -> Stand:
        erased = key in self.erased
        body = None if erased else written(self.value(key))
        digest = GONE if body is None else hashlib.sha256(body).digest()
        choice = Choice.ALL if self.central else self.world.choices.get(key, Choice.ALL)
        return Stand(
            key, self.version(key), digest, KIND, body, patients=("p",), erased=erased, choice=choice
        )

    async def page(self, kind: SharedClass, cursor: str) -> tuple[list[Key], str | None]:
        await self._wire()
        found = [key for key in sorted(self.versions) if key.id > cursor][:2]
        return found, found[-1].id if len(found) == 2 else None


@dataclass
class Local(Side):
    row: Placement = field(default_factory=lambda: Placement(KIND))
    agreed: dict[Key, Held] = field(default_factory=dict)
    conflicts: dict[tuple[Key, int, int], Conflict] = field(default_factory=dict)
    up: tuple[int, int] = (0, 0)
    down: tuple[int, int] = (0, 0)

    async def placements(self) -> dict[SharedClass, Placement]:
        await Pause()
        return {KIND: self.row}

    async def save(self, placement: Placement) -> bool:
        await Pause()
        if placement.number != self.row.number + 1:
            return False
        before, self.row = self.row, placement
        if before.mode is not placement.mode:
            self.world.cut_over(before, placement)
        await Pause()
        return True

    async def held(self, keys: Sequence[Key]) -> dict[Key, Held]:
        await Pause()
        return {key: self.agreed[key] for key in keys if key in self.agreed}

    async def hold(self, rows: Sequence[Held]) -> None:
        for row in rows:
            await Pause()
            self.agreed[row.key] = row

    async def take(self, stand: Stand, expected: int) -> int | None:
        await Pause()
        made = self.write(stand.key, read(stand.body), expected)
        await Pause()
        return made

    async def conflict(self, found: Conflict) -> None:
        await Pause()
        self.conflicts[found.key, found.local, found.central] = found

    async def sending(self, stands: Sequence[Stand]) -> None:
        await Pause()

    async def places(self) -> tuple[tuple[int, int], tuple[int, int]]:
        await Pause()
        return self.up, self.down

    async def move(self, up: Any = None, down: Any = None) -> None:
        await Pause()
        self.up, self.down = up or self.up, down or self.down


@dataclass
class CentralSide(Side):
    number: int = 0
    master: bool = False

    async def put(
        self, kind: SharedClass, offers: Sequence[tuple[Stand, int]], number: int
    ) -> list[int | None]:
        await self._wire()
        if number < self.number:
            raise Fenced
        made = [self.write(stand.key, read(stand.body), expected) for stand, expected in offers]
        await self._wire()
        return made

    async def drop(self, key: Key, expected: int, kind: SharedClass, number: int) -> bool:
        await self._wire()
        if number < self.number:
            raise Fenced
        if self.version(key) != expected:
            return False
        self.erased.add(key)
        self.versions[key] = [None] * expected
        await self._wire()
        return True

    async def open(self, kind: SharedClass, number: int, *, master: bool) -> None:
        await self._wire()
        if number < self.number:
            raise Fenced
        self.number, self.master = number, master
        await self._wire()


class Index:
    def __init__(self) -> None:
        self.named: set[Key] = set()

    async def put(self, kind: SharedClass, stands: Sequence[Stand]) -> None:
        await Pause()
        self.named |= {stand.key for stand in stands if stand.choice.indexed}

    async def drop(self, kind: SharedClass) -> None:
        await Pause()
        self.named.clear()


def form(stand: Stand, placements: Any) -> Stand | None:
    return stand if placements[KIND].carried and stand.choice.central else None


class World:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.away = False
        self.choices: dict[Key, Choice] = {}
        self.local, self.central = Local(self), CentralSide(self, central=True)
        self.index = Index()
        self.acknowledged: dict[Key, set[str]] = {key: set() for key in KEYS}
        self.now = BEGIN
        self.asking: dict[int, Mode] = {}
        self.worker: Coroutine[Any, Any, None] | None = None
        self.people: list[Coroutine[Any, Any, None]] = []
        self.cut_overs: list[tuple[Mode, Mode]] = []
        self.killed = self.unanswered = self.answered = 0
        for key in KEYS[:3]:
            self._acknowledge(
                key, f"first-{key.id}", self.local.write(key, frozenset({f"first-{key.id}"}), 0)
            )

    # What must hold

    def cut_over(self, before: Placement, after: Placement) -> None:
        """At this very moment nobody may come to ask where less is known, but for changes that the feed has before it."""
        self.cut_overs.append((before.mode, after.mode))
        ahead = set(self.local.log[self.local.up[1] :])
        for key in self.local.versions:
            ours, theirs = self.local.value(key), self.central.value(key)
            if after.mode.central and not before.mode.central and form(self.local._stand(key), {KIND: after}):
                assert ours == theirs or key in ahead, f"cut over to {after.mode} without {key}"
            if before.mode is Mode.CENTRAL_MASTER:
                late = set(self.central.log[self.local.down[1] :])
                assert theirs <= ours | self.told(key) or key in ahead or key in late, f"{key} not home"

    def told(self, key: Key) -> Words:
        """What stands in conflicts: given to a person, so not lost."""
        found: set[str] = set()
        for conflict in self.local.conflicts.values():
            if conflict.key == key:
                found |= read(conflict.body)
                found |= self.local.versions[key][conflict.local - 1] or NO_WORDS
        return frozenset(found)

    def check(self) -> None:
        """When all is quiet."""
        row = self.local.row
        assert row.step is Step.REST, row
        for key in KEYS:
            ours, theirs = self.local.value(key), self.central.value(key)
            lost = self.acknowledged[key] - ours - self.told(key)
            assert not lost, f"{key}: {lost} lost under {row.mode}"
            away = key in self.choices or not row.mode.central
            assert theirs == (NO_WORDS if away else ours), (
                f"{key}: {theirs} at the central node under {row.mode}"
            )
            if away:
                assert all(version is None for version in self.central.versions.get(key, ())), (
                    "a copy is left"
                )

    # Those who work at the same time

    async def work(self) -> None:
        carrier = Carrier(self.local, self.central, form)
        switcher = Switcher(self.local, self.central, carrier, self.index, lambda: self.now)
        while True:
            try:
                await carrier.round()
                await switcher.step(KIND)
            except Away:
                pass
            await Pause()

    async def write(self, number: int) -> None:
        """Somebody at home adds a word."""
        key = self.random.choice(KEYS)
        await self._add(self.local, key, f"w{number}")

    async def write_elsewhere(self, number: int) -> None:
        """Somebody at another enterprise: at the master when that takes it, else at the source."""
        key = self.random.choice(KEYS)
        await Pause()
        stands = self.central.version(key) and key not in self.central.erased
        if not self.away and self.central.master and stands:
            await (
                Pause()
            )  # The door has looked; the transaction comes after, whatever was told the node meanwhile.
            if await self._add(self.central, key, f"e{number}", once=True):
                return
        await self._add(self.local, key, f"e{number}")

    async def _add(self, side: Side, key: Key, word: str, *, once: bool = False) -> bool:
        while True:
            await Pause()
            version, words = side.version(key), side.value(key)
            if once and key in side.erased:
                return False
            await Pause()
            made = side.write(key, words | {word}, version)
            if made is not None:
                self._acknowledge(key, word, made)
                return True
            if once:
                return False

    def _acknowledge(self, key: Key, word: str, made: int | None) -> None:
        assert made is not None
        self.acknowledged[key].add(word)

    async def ask(self, number: int) -> None:
        """Whoever asks goes where the policy says, and gets no less than was there when she began."""
        key = self.random.choice(KEYS[:3])
        range = self.random.choice((Range.OWN, Range.NATION))
        row = self.local.row
        self.asking[number] = row.mode
        policy = StoragePolicy(
            "1", "9", BEGIN, "central", (), tuple(Line(KIND, r, row.mode, "d") for r in Range)
        )
        choice = self.choices.get(key) if range is Range.OWN else None
        whom = whom_to_ask(policy, Question("p", "MedicationStatement", KIND), range, choice, source="source")
        before = {"source": self.local.value(key), "central": self.central.value(key)}
        try:
            for name in (*whom.first, *whom.instead):
                await Pause()
                side = self.central if name == "central" else self.local
                if name == "central" and (self.away or not side.version(key) or key in side.erased):
                    continue
                missing = before[name] - side.value(key) - self.told(key)
                assert not missing, f"{name} said less under {row.mode}: {missing}"
                assert side.value(key), f"{name} had nothing of {key} under {row.mode}"
                self.answered += 1
                return
            self.unanswered += 1
        finally:
            del self.asking[number]

    async def choose(self, number: int) -> None:
        """A citizen says no to central storage, or takes it back; the record's change says so to the feed."""
        key = self.random.choice(KEYS)
        await Pause()
        if self.choices.pop(key, None) is None:
            self.choices[key] = self.random.choice((Choice.NO_CENTRAL, Choice.NO_INDEX))
        self.local.log.append(key)

    async def operate(self, number: int) -> None:
        carrier = Carrier(self.local, self.central, form)
        switcher = Switcher(self.local, self.central, carrier, self.index, lambda: self.now)
        try:
            if self.random.random() < 0.25:
                await switcher.back(KIND)
            else:
                await switcher.begin(KIND, self.random.choice(list(Mode)))
        except Problem:
            return

    # Time

    def run(self, moves: int) -> "World":
        """From a mode chosen by the seed, with a switch to another just begun."""
        self._begin(self.random.choice(list(Mode)))
        self._quiet()
        self.cut_overs.clear()
        self._begin(self.random.choice(list(Mode)))
        away, ask = self.write_elsewhere, self.ask
        roles = (self.write, self.write, away, away, ask, ask, ask, self.choose, self.operate)
        for number in range(moves):
            chance = self.random.random()
            if chance < 0.12 and len(self.people) < 8:
                role = self.random.choice(roles)
                if role is not self.choose or self.random.random() < 0.3:
                    self.people.append(role(number))
            elif chance < 0.123:
                self._kill()
            elif chance < (0.14 if self.away else 0.127):
                self.away = not self.away
            elif chance < 0.65:
                self._step_worker()
            elif self.people:
                self._step_person(self.random.choice(self.people))
            self._pass_time()
        self._quiet()
        return self

    def _begin(self, mode: Mode) -> None:
        self.local.row = switch.begin(self.local.row, mode)

    def _kill(self) -> None:
        if self.worker is not None:
            self.worker.close()
            self.worker = None
            self.killed += 1

    def _step_worker(self) -> None:
        if self.worker is None:
            self.worker = self.work()
        self.worker.send(None)

    def _step_person(self, person: Coroutine[Any, Any, None]) -> None:
        try:
            person.send(None)
        except StopIteration:
            self.people.remove(person)

    def _pass_time(self) -> None:
        """A question takes less than DRAIN: time stands still while one is asked under the mode before."""
        if all(mode is self.local.row.mode for mode in self.asking.values()):
            self.now += DRAIN / 20

    def _quiet(self) -> None:
        self.away = False
        while self.people:
            self._step_person(self.people[0])
        for _ in range(20_000):
            self._step_worker()
            self.now += timedelta(seconds=5)
            if self._still():
                break
        self._kill()

    def _still(self) -> bool:
        row, local, central = self.local.row, self.local, self.central
        fed = not row.carried or local.up[1] == len(local.log)
        home = row.mode is not Mode.CENTRAL_MASTER or local.down[1] == len(central.log)
        return row.step is Step.REST and fed and home
