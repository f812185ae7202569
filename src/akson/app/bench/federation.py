"""A nurse's question to her patient's other sources, many times: real nodes, thousands simulated, some dead, some slow.

    20 real nodes on one PostgreSQL, in three processes    the first asks, and is the index of who holds what (over HTTP)
    3,500 simulated sources in two processes               5 % dead (refusing, or silent), 5 % slow (3 to 10 s)
    each patient is known by 6 to 10 of them               two to four real

One question is everything: leave, log, token from HelseID, index, all sources at once with a proof each, answer.
Goal: p95 under 2 s, and every answer true: each source that holds something is named, what answered is whole, and the
silent are listed. Source of the goal: issue "Sharing", Scale.
"""

import asyncio
import json
import random
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp

from akson.access.actor import PurposeOfUse
from akson.app.bench.machine import machine_line
from akson.app.cast import CAST
from akson.app.cli.lab_nodes import NAMES
from akson.app.demo.national_ids import completed
from akson.app.neighbours import declared
from akson.app.neighbours.location_door import index_of
from akson.app.neighbours.opening import federation_of, finder_of, subject_of
from akson.app.playing.neighbourhood import Neighbour, Neighbourhood, connections_for
from akson.sharing.classes import SharedClass
from akson.sharing.federation.federation import UNVOUCHED, Asked
from akson.sharing.location.values import Statement
from akson.sharing.values import Outcome, Question
from akson.store.server import EmbeddedPostgres
from akson_lab.nhn.people_tokens import Person
from akson_lab.responders import Kind, Simulated, medicines, simulated

GOAL_MS = 2_000
DEAD, SLOW = 0.05, 0.05
RELEVANT = (6, 10)
REAL_EACH = (2, 4)
ASKERS = 2
"""Questions under way at a time."""
WARM = 20
RESPONDERS = 2
IDA = Person("01827090057", "Ida Nilsen", "9900001")
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
BATCH = 200
SEARCH = "MedicationStatement?status=active"


@dataclass(frozen=True, slots=True)
class Citizen:
    """Known here as `id`, and with something at each of these."""

    id: str
    number: str
    real: tuple[str, ...]
    made: tuple[Simulated, ...]

    @property
    def sources(self) -> frozenset[str]:
        return frozenset((*self.real, *(s.id for s in self.made)))


@dataclass(frozen=True, slots=True)
class FederationFigures:
    nodes: int
    simulated: int
    questions: int
    sources_each: float
    """Mean."""
    p50_ms: float
    p95_ms: float
    max_ms: float
    whole: int
    """Answers with everybody in them."""
    silent_each: float
    """Mean of those that are named as silent."""
    late: int
    """Healthy sources that were not done within the budget, and are named as silent."""
    wrong: int
    """Answers that name another set of sources than there is, or have other content."""
    spared: int
    degraded: int
    """Answers without the index, which had not answered in its 0.4 s."""
    unvouched: int
    """Answers for which HelseID gave no token within the budget."""
    machine: str

    @property
    def met(self) -> bool:
        return self.p95_ms < GOAL_MS and self.wrong == 0

    @property
    def words(self) -> str:
        return (
            f"{self.questions} questions to {self.sources_each:.1f} sources each, of {self.nodes} real and "
            f"{self.simulated} simulated\n"
            f"p50 {self.p50_ms:.0f} ms   p95 {self.p95_ms:.0f} ms   max {self.max_ms:.0f} ms   "
            f"(goal: p95 under {GOAL_MS} ms)\n"
            f"whole {self.whole}   named as silent {self.silent_each:.2f} of each   healthy but late {self.late}   "
            f"spared {self.spared}   "
            f"without the index {self.degraded}   without a token {self.unvouched}   wrong {self.wrong}\n{self.machine}"
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"met": self.met}


@dataclass(frozen=True, slots=True)
class Scale:
    nodes: int = 20
    simulated: int = 3_500
    citizens: int = 400
    questions: int = 400
    processes: int = 2
    seed: int = 101


async def measure_federation(scale: Scale, tell: Callable[[str], None]) -> FederationFigures:
    with tempfile.TemporaryDirectory(prefix="akson-federation-") as folder:
        return await _measured(scale, Path(folder), tell)


async def _measured(scale: Scale, folder: Path, tell: Callable[[str], None]) -> FederationFigures:
    port = _free_port()
    made = [simulated(n, scale.seed, port, DEAD, SLOW) for n in range(scale.simulated)]
    citizens = list(_citizens(scale, made))
    names = NAMES[: scale.nodes]
    tell(f"{len(names)} nodes and {len(made)} simulated sources are started …")
    begun = time.monotonic()
    async with (
        EmbeddedPostgres(folder, connections=connections_for(scale.nodes)) as server,
        _responders(port, scale.seed),
        Neighbourhood(
            folder,
            server.dsn("postgres"),
            names,
            processes=scale.processes,
            index=names[0],
            others=_others(made),
        ) as town,
    ):
        town.know(IDA)
        tell(f"started in {time.monotonic() - begun:.0f} s; {len(citizens)} citizens are written …")
        await _fill(town, citizens)
        tell("asking …")
        times, answers = await _ask(town, citizens, scale)
    return _figures(scale, citizens, times, answers)


def _citizens(scale: Scale, made: Sequence[Simulated]) -> Iterable[Citizen]:
    chance = random.Random(scale.seed)  # noqa: S311 - a made town
    numbers = _numbers()
    for n in range(scale.citizens):
        many = chance.randint(*RELEVANT)
        few = min(chance.randint(*REAL_EACH), scale.nodes - 1, many)
        real = tuple(chance.sample(NAMES[1 : scale.nodes], few))
        rest = tuple(chance.sample(made, min(many - few, len(made))))
        yield Citizen(f"b{n:04d}", next(numbers), real, rest)


def _numbers() -> Iterator[str]:
    """Synthetic national ids, one after the other."""
    for day in range(20_000):
        born = date.fromordinal(date(1930, 1, 1).toordinal() + day)
        for individual in range(100, 130):
            found = completed(f"{born.day:02d}{born.month + 80:02d}{born.year % 100:02d}{individual:03d}")
            if found:
                yield found


def _others(made: Sequence[Simulated]) -> str:
    return "".join(
        f'\n[[source]]\nid = "{s.id}"\norg = "{800_000_000 + s.number}"\nname = "Kilde {s.number}"\nbase = "{s.base}"\n'
        for s in made
    )


async def _fill(town: Neighbourhood, citizens: Sequence[Citizen]) -> None:
    here, *others = town.neighbours.values()
    async with aiohttp.ClientSession() as http:
        await _put(http, here, [_ida(), *(r for c in citizens for r in (_patient(c, c.id), _episode(c)))])
        await asyncio.gather(*(_put(http, one, list(_held(one.id, citizens))) for one in others))
    # The index hears what every source would tell it.
    index = index_of(here.node)
    for citizen in citizens:
        for source in sorted(citizen.sources):
            holds = {SharedClass.MEDICATION: date(2026, 1, 3)}
            await index.hear(source, Statement(f"{source}-{citizen.id}".encode(), (citizen.number,), holds))


def _held(node: str, citizens: Sequence[Citizen]) -> Iterable[dict[str, Any]]:
    for citizen in citizens:
        if node in citizen.real:
            yield _patient(citizen, f"p-{citizen.id}")
            yield {
                "resourceType": "MedicationStatement",
                "id": f"m-{citizen.id}",
                "status": "active",
                "subject": {"reference": f"Patient/p-{citizen.id}"},
                "medicationCodeableConcept": {"text": "Metoprolol 50 mg depottablett"},
                "dosage": [{"text": "1 tablett morgen"}],
            }


async def _put(http: aiohttp.ClientSession, one: Neighbour, resources: Sequence[dict[str, Any]]) -> None:
    headers = {"Authorization": f"Bearer {one.token}", "Content-Type": "application/fhir+json"}
    for start in range(0, len(resources), BATCH):
        entries = [
            {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
            for r in resources[start : start + BATCH]
        ]
        body = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})
        async with http.post(one.base, data=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()


def _ida() -> dict[str, Any]:
    numbers = [{"system": HPR, "value": IDA.hpr}, {"system": FNR, "value": IDA.national_id}]
    return {
        "resourceType": "Practitioner",
        "id": "ida",
        "active": True,
        "identifier": numbers,
        "name": [{"text": IDA.name}],
    }


def _patient(citizen: Citizen, id: str) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": id,
        "identifier": [{"system": FNR, "value": citizen.number}],
        "name": [{"family": "Målt", "given": [citizen.id]}],
    }


def _episode(citizen: Citizen) -> dict[str, Any]:
    return {
        "resourceType": "EpisodeOfCare",
        "id": f"e-{citizen.id}",
        "status": "active",
        "patient": {"reference": f"Patient/{citizen.id}"},
        "managingOrganization": {"reference": "Organization/hjemmetjenesten-ost"},
        "period": {"start": "2026-01-03"},
    }


async def _ask(
    town: Neighbourhood, citizens: Sequence[Citizen], scale: Scale
) -> tuple[list[float], list[tuple[Citizen, Asked]]]:
    node = next(iter(town.neighbours.values())).node
    told = declared.load(node.settings.data)
    federation, finder = federation_of(node, told), finder_of(node, told)
    assert federation is not None and finder is not None
    subject = await subject_of(node.record, CAST["ida"])

    async def one(citizen: Citizen) -> tuple[float, Asked]:
        begun = time.perf_counter()
        session = node.record.open(CAST["ida"], PurposeOfUse.TREATMENT)
        leave = await session.leave_to_ask(citizen.id)
        question = Question(citizen.number, SEARCH, SharedClass.MEDICATION)
        asked = await federation.ask(session, leave, subject, [question], told.sources, finds=finder.find)
        return (time.perf_counter() - begun) * 1000, asked

    for citizen in citizens[:WARM]:
        await one(citizen)
    chance = random.Random(scale.seed + 1)  # noqa: S311 - which of them
    whom = [chance.choice(citizens) for _ in range(scale.questions)]
    times: list[float] = []
    answers: list[tuple[Citizen, Asked]] = []

    async def asker(share: Sequence[Citizen]) -> None:
        for citizen in share:
            ms, asked = await one(citizen)
            times.append(ms)
            answers.append((citizen, asked))

    await asyncio.gather(*(asker(whom[n::ASKERS]) for n in range(ASKERS)))
    return times, answers


def _figures(
    scale: Scale, citizens: Sequence[Citizen], times: list[float], answers: Sequence[tuple[Citizen, Asked]]
) -> FederationFigures:
    counted: Counter[str] = Counter()
    for citizen, asked in answers:
        counted.update(_judged(citizen, asked))
    ordered = sorted(times)
    return FederationFigures(
        nodes=scale.nodes,
        simulated=scale.simulated,
        questions=len(answers),
        sources_each=sum(len(citizen.sources) for citizen, _ in answers) / len(answers),
        p50_ms=ordered[len(ordered) // 2],
        p95_ms=ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)],
        max_ms=ordered[-1],
        whole=counted["whole"],
        silent_each=counted["silent"] / len(answers),
        late=counted["late"],
        wrong=counted["wrong"],
        spared=counted["spared"],
        degraded=counted["degraded"],
        unvouched=counted["unvouched"],
        machine=machine_line("embedded", 1 + scale.processes),
    )


def _judged(citizen: Citizen, asked: Asked) -> Mapping[str, int]:
    """What this answer counts as, by what is known of the sources without asking them."""
    (answer,) = asked.answers
    kinds = {s.id: s.kind for s in citizen.made}
    expected = {s.id: medicines(s.number) for s in citizen.made} | dict.fromkeys(citizen.real, 1)
    parts = {part.source.id: part for part in answer.parts}
    if all(part.why == UNVOUCHED for part in parts.values()):
        # No token in time: nobody was asked, and the answer says so of everybody.
        return {"unvouched": 1, "wrong": int(not citizen.sources <= set(parts))}
    # When the index was silent, others may be asked too, and that is said: those are left out, and none may be forgotten.
    others = set(parts) - citizen.sources if asked.degraded else set()
    parts = {id: part for id, part in parts.items() if id not in others}
    named = set(parts) == citizen.sources
    told = {id: p for id, p in parts.items() if p.outcome is Outcome.ANSWERED}
    right = all(len(p.resources) == expected.get(id, -1) for id, p in told.items())
    missing = [p for p in parts.values() if p.outcome is not Outcome.ANSWERED]
    return {
        "wrong": int(not named or not right),
        "degraded": int(bool(asked.degraded)),
        "whole": int(not missing),
        "silent": len(missing),
        "late": sum(kinds.get(p.source.id, Kind.WELL) is Kind.WELL for p in missing),
        "spared": sum(p.outcome is Outcome.SPARED for p in missing),
    }


@asynccontextmanager
async def _responders(port: int, seed: int) -> AsyncIterator[None]:
    started = []
    try:
        for _ in range(RESPONDERS):
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "akson_lab.responders", str(port), str(seed), str(DEAD), str(SLOW),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
            started.append(child)
            assert child.stdout is not None
            assert await child.stdout.readline() == b"ready\n", "the simulated sources did not start"
        yield
    finally:
        for child in started:
            if child.stdin is not None:
                child.stdin.close()
            await child.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))  # noqa: S104 - looked for, not listened on
        return int(probe.getsockname()[1])
