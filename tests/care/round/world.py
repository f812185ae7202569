"""A small world for the round: a record with versions, two devices that lose their network, a house and a colleague online.

Everything follows from one seed. The laws are asked of what is left at the end; they share no code with what they judge.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from akson.care.casework import visits
from akson.care.fhir_json import Resource
from akson.care.round import meeting, operation, sequence, writing
from akson.care.round.meeting import Author, Met, Standing
from akson.care.round.operation import Operation
from akson.care.worklist import conservation

START = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
HOURS = 8
PATIENTS = ("astrid", "solveig")
UNIT = "Organization/hjemmetjenesten-ost"


@dataclass
class Record:
    """What the server keeps: every version, and who wrote it."""

    now: datetime = START
    standing: dict[str, Resource] = field(default_factory=dict)
    versions: dict[str, list[tuple[Resource, str]]] = field(default_factory=dict)
    """Target -> (version, operation that wrote it or "")."""

    def put(self, resource: Resource, by: str = "") -> None:
        key = resource["id"]
        written = {**resource, "meta": {"versionId": str(len(self.versions.setdefault(key, [])) + 1)}}
        self.versions[key].append((written, by))
        self.standing[key] = written

    def carries(self, id: str) -> list[Resource]:
        return [r for r in self.standing.values() if id in writing.operations(r)]

    def commit(self, met: Met, op: Operation) -> None:
        """All or none: nothing is awaited in between, and a crash comes before or after."""
        for number, resource in enumerate(met.resources):
            self.put({**resource, "id": resource.get("id") or f"{op.id}-{number}"}, op.id)


@dataclass
class Device:
    name: str
    author: Author
    seen: dict[str, Resource] = field(default_factory=dict)
    counted: int = 0
    made: list[Operation] = field(default_factory=list)
    unsent: list[Operation] = field(default_factory=list)
    last: dict[str, str] = field(default_factory=dict)

    def load(self, record: Record) -> None:
        """A new package: only where nothing waits, else what was seen would change under what was made."""
        if not self.unsent:
            self.seen = {k: v for k, v in record.standing.items() if v["resourceType"] == "Appointment"}
            self.last = {}

    def act(self, chance: random.Random, now: datetime) -> None:
        kind = chance.choices(operation.KINDS, (6, 3, 1, 0))[0]
        target = chance.choice(sorted(self.seen))
        if kind == operation.VISIT:
            outcome = chance.choices(operation.OUTCOMES[kind], (6, 2, 2, 2))[0]
            said = {"outcome": outcome}
            if outcome == operation.CANCELLED:
                said["reason"] = chance.choice(sorted(operation.CANNOT))
            if outcome == operation.MOVED:
                said["to"] = (now + timedelta(hours=chance.randint(1, 5))).isoformat()
        elif kind == operation.MEASUREMENT:
            said = {"measure": "pulse", "value": str(chance.randint(60, 64))}
        else:
            said = {"text": f"Notat {self.name} {self.counted}"}
        about = kind == operation.VISIT
        visit = self.seen[target]
        self.counted += 1
        made = Operation(
            str(uuid.UUID(int=chance.getrandbits(128))),
            self.name,
            self.counted,
            now,
            kind,
            visit["participant"][0]["actor"]["reference"].removeprefix("Patient/"),
            target if about else "",
            meeting.version(visit) if about else 0,
            self.last.get(target, "") if about else "",
            said,
        )
        if about:
            self.last[target] = made.id
        self.made.append(made)
        self.unsent.append(made)


class Server:
    """What `web` does around the pure meeting: reads, asks, commits, answers. A crash loses the answer or the commit."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.came: dict[str, sequence.Came] = {}

    def take(self, op: Operation, author: Author, crash: str = "") -> str:
        if crash == "before":
            return ""
        met = meeting.meet(op, self.standing(op), author, visits, self.record.now)
        self.record.commit(met, op)
        if met.state != meeting.EARLY:
            self.came[op.device] = self.came.get(op.device, sequence.Came()).with_([op.sequence])
        return "" if crash == "after" else met.state

    def standing(self, op: Operation) -> Standing:
        record = self.record
        versions = record.versions.get(op.target, [])
        near = [
            r
            for r in record.standing.values()
            if op.kind == operation.MEASUREMENT
            and r["resourceType"] == "Observation"
            and r["subject"]["reference"] == f"Patient/{op.patient}"
            and abs(datetime.fromisoformat(r["effectiveDateTime"]) - op.at) <= timedelta(minutes=30)
        ]
        return Standing(
            record.standing.get(op.target),
            versions[op.base - 1][0] if 0 < op.base <= len(versions) else None,
            bool(record.carries(op.id)),
            not op.after or bool(record.carries(op.after)),
            near,
        )


def visit(number: int) -> Resource:
    start = START + timedelta(minutes=45 * number)
    return {
        "resourceType": "Appointment",
        "id": f"besok-{number}",
        "status": "booked",
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=30)).isoformat(),
        "extension": [{"url": conservation.RESPONSIBLE, "valueReference": {"reference": UNIT}}],
        "participant": [{"actor": {"reference": f"Patient/{PATIENTS[number % 2]}"}, "status": "accepted"}],
    }


@dataclass
class World:
    seed: int
    server_type: type[Server] = Server
    record: Record = field(default_factory=Record)
    devices: list[Device] = field(default_factory=list)
    acknowledged: dict[str, str] = field(default_factory=dict)

    def run(self) -> "World":
        chance = random.Random(self.seed)
        for number in range(chance.randint(2, 4)):
            self.record.put(visit(number))
        server = self.server = self.server_type(self.record)
        for name in ("d1", "d2"):
            author = Author(f"Practitioner/{name}", f"Navn {name}", UNIT, "Øst")
            self.devices.append(Device(name, author))
            self.devices[-1].load(self.record)
        for _ in range(chance.randint(6, 14)):
            self.record.now += timedelta(minutes=chance.randint(1, HOURS * 60 // 10))
            self.step(chance, server)
        for device in self.devices:
            for _ in range(len(device.unsent) + 1):
                self.send(device, server, list(device.unsent), chance, faults=False)
        return self

    def step(self, chance: random.Random, server: Server) -> None:
        device = chance.choice(self.devices)
        what = chance.choices(("act", "send", "online", "load"), (10, 3, 2, 1))[0]
        if what == "act":
            device.act(chance, self.record.now + timedelta(minutes=chance.randint(-9, 9)))
        elif what == "load":
            device.load(self.record)
        elif what == "online":
            self.online(chance)
        else:
            batch = list(device.unsent)
            if chance.random() < 0.3:
                chance.shuffle(batch)
            if batch and chance.random() < 0.4:
                batch += chance.choices(device.made, k=2)  # sent long ago, sent again
            self.send(device, server, batch[: chance.randint(0, len(batch))], chance)

    def send(
        self,
        device: Device,
        server: Server,
        batch: list[Operation],
        chance: random.Random,
        *,
        faults: bool = True,
    ) -> None:
        for op in batch:
            crash = chance.choice(("before", "after")) if faults and chance.random() < 0.15 else ""
            state = server.take(op, device.author, crash)
            if state and state != meeting.EARLY:
                self.acknowledged[op.id] = state
                device.unsent = [o for o in device.unsent if o.id != op.id]
            if crash:
                return

    def online(self, chance: random.Random) -> None:
        """The house cancels because she is in hospital; a colleague at the office signs or rewords a visit."""
        target = chance.choice(
            [r for r in self.record.standing.values() if r["resourceType"] == "Appointment"]
        )
        if target["status"] != "booked":
            return
        what = chance.randrange(3)
        if what == 0:
            self.record.put(visits.cancelled(target, "admitted"))
        else:
            self.record.put(
                {**target, **({"status": "fulfilled"} if what == 1 else {"description": "Stell"})}
            )


def faults(world: World) -> Iterator[str]:
    """Every law that is broken, in words."""
    record = world.record
    items = [r for r in record.standing.values() if r["resourceType"] == "Task"]
    for device in world.devices:
        for op in device.unsent:
            yield f"never taken: {op.kind}"
        came = world.server.came.get(device.name, sequence.Came())
        if came.gaps(device.counted):
            yield "a number is missing"
        for op in device.made:
            yield from _of(op, record, items)
    yield from _overwritten(world)
    made = {op.id for device in world.devices for op in device.made}
    for resource in record.standing.values():
        if resource["resourceType"] != "Appointment" and not made & set(writing.operations(resource)):
            yield "made of nothing"
    counted = conservation.count(
        [*items, *(r for r in record.standing.values() if r["resourceType"] == "Appointment")]
    )
    if not counted.balances or counted.without_owner:
        yield "the count does not balance"


def _of(op: Operation, record: Record, items: list[Resource]) -> Iterator[str]:
    carried = record.carries(op.id)
    about = [r for r in carried if r["resourceType"] == "Task"]
    marked = [r for r in carried if [m.operation for m in writing.marks(r)].count(op.id) == 1]
    kept = [r for r in carried if r["resourceType"] in ("Observation", "ClinicalImpression")]
    if not carried:
        yield f"lost: {op.kind}"
    if op.kind == operation.VISIT:
        if len(marked) + len(about) != 1:
            yield "a visit stands not once"
        replaced = [r for r in carried if r["resourceType"] == "Appointment" and r not in marked]
        if len(replaced) != (1 if marked and op.outcome == operation.MOVED else 0):
            yield "a moved visit stands not once"
        wanted = {"done": "fulfilled", "moved": "cancelled", "cancelled": "cancelled", "open": "booked"}[
            op.outcome
        ]
        wrote = [v for vs in record.versions.values() for v, by in vs if by == op.id and op.id in _marks(v)]
        if marked and [v["status"] for v in wrote] != [wanted]:
            yield "the outcome was not written once"
    elif len(kept) != 1:
        yield f"doubled or lost: {op.kind}"
    elif op.kind == operation.MEASUREMENT and str(kept[0]["valueQuantity"]["value"]) != op.said["value"]:
        yield "another value than was measured"
    elif op.kind == operation.NOTE and kept[0]["summary"] != op.said["text"]:
        yield "other words than were written"
    if len(about) > 1:
        yield "told twice"
    for item in about:
        if len(item.get("input", ())) != 2 or not all(i["valueString"].strip() for i in item["input"]):
            yield "an item without both sides"
        elif _clock(op) not in item["input"][1]["valueString"]:
            yield "an item that does not say what came"


def _marks(resource: Resource) -> list[str]:
    return [m.operation for m in writing.marks(resource)]


def _clock(op: Operation) -> str:
    return f"{(op.at + timedelta(hours=1)):%H:%M}"


def _overwritten(world: World) -> Iterator[str]:
    """Between what its author saw and what an operation wrote lies nothing that somebody else decided."""
    ops = {op.id: op for device in world.devices for op in device.made}
    for versions in world.record.versions.values():
        for place, (version, by) in enumerate(versions):
            op = ops.get(by)
            if op is None or version["resourceType"] != "Appointment" or op.target != version["id"]:
                continue
            own = _chain(op, ops)
            for number in range(op.base, place):
                before, who = versions[number]
                earlier = versions[number - 1][0]
                if who not in own and (before["status"], before["start"]) != (
                    earlier["status"],
                    earlier["start"],
                ):
                    yield "overwritten"


def _with_herself(world: World) -> Iterator[str]:
    """A conflict needs another: who is alone with a visit never meets herself."""
    ops = {op.id: op for device in world.devices for op in device.made}
    for item in (r for r in world.record.standing.values() if r["resourceType"] == "Task"):
        op = next((ops[id] for id in writing.operations(item)), None)
        if op is not None and op.kind == operation.VISIT:
            others = {by for _, by in world.record.versions[op.target][op.base :]}
            if all(by in ops and ops[by].device == op.device for by in others):
                yield "a conflict with herself"


def _chain(op: Operation, ops: dict[str, Operation]) -> set[str]:
    own = {op.id}
    while op.after:
        op = ops[op.after]
        own.add(op.id)
    return own


def two_values(world: World) -> Iterator[str]:
    """Two who measured differently within half an hour: somebody is asked, whichever came first."""
    measured = [op for d in world.devices for op in d.made if op.kind == operation.MEASUREMENT]
    asked = [r for r in world.record.standing.values() if r["resourceType"] == "Task"]
    for number, one in enumerate(measured):
        for other in measured[number + 1 :]:
            near = abs(one.at - other.at) <= timedelta(minutes=30)
            near = near and one.device != other.device
            if near and one.patient == other.patient and one.said["value"] != other.said["value"]:
                told = {i for item in asked for i in writing.operations(item)}
                if not told & {one.id, other.id}:
                    yield "two values and nobody is asked"


def judged(seed: int, server_type: type[Server] = Server) -> list[str]:
    world = World(seed, server_type).run()
    return [*faults(world), *_with_herself(world), *two_values(world)]
