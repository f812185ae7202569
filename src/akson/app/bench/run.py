"""One measurement from beginning to end: node, data, lines, and the machine's limits beside them."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from akson.app.bench.client import Client, Request, client
from akson.app.bench.limits import limits
from akson.app.bench.lines import DATABASE, LINES, LOAD, MEMORY, START, WORKER, Line, chosen
from akson.app.bench.log import measure_log
from akson.app.bench.machine import machine_line
from akson.app.bench.node import measured_node
from akson.app.bench.nurse import NURSE, give_relations
from akson.app.bench.peers import Peer
from akson.app.bench.people import People
from akson.app.bench.processes import cpu_of, memory_of
from akson.app.bench.result import Result
from akson.app.bench.stage import Stage
from akson.app.settings import Settings
from akson.app.wiring import DatabaseServer, database_server, local_issuer
from akson.fhir.problem import Problem, ProblemKind
from akson.store.inspection import facts, table_bytes
from akson.world import SystemClock, SystemRandom

Tell = Callable[[str], None]
WARM_UP_MAX_S = 2.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What, how long and how often."""

    runs: int
    seconds: float
    scale: int = 1
    keep: Path | None = None
    lines: tuple[Line, ...] = LINES
    as_nurse: bool = False
    log: bool = False
    log_entries: int = 10_000_000
    peers: tuple[Peer, ...] = ()


@dataclass(slots=True)
class _Running:
    """The node that is measured, and what is known of it."""

    settings: Settings
    server: DatabaseServer
    system: Client
    nurse: Client
    stage: Stage
    plan: Plan
    result: Result
    tell: Tell


async def measure(settings: Settings, stage: Stage, plan: Plan, tell: Tell) -> Result:
    """Starts the node, measures, stops it. Raises Problem when it cannot be started or loaded."""
    result = Result(plan.lines, plan.peers)
    async with _running(settings, stage, plan, result, tell) as running:
        await _fill(running)
        system = People(stage.people)
        nurse = await give_relations(running.system, stage.people) if plan.as_nurse else None
        before, started = cpu_of(running.settings.data), time.perf_counter()
        for number in range(plan.runs):
            for line in plan.lines:
                await _once(running, line, system, nurse, number)
            _weigh_worker(running)
        spent = time.perf_counter() - started
        result.cores = cpu_of(running.settings.data).per(before, spent)
        tell("limits")
        result.limits = await limits(running.server.dsn(), stage, min(plan.seconds, WARM_UP_MAX_S))
        if plan.log:
            tell("access log")
            result.log = await measure_log(running.settings, running.server, plan.seconds, plan.log_entries)
    return result


@asynccontextmanager
async def _running(
    settings: Settings, stage: Stage, plan: Plan, result: Result, tell: Tell
) -> AsyncIterator[_Running]:
    started = time.perf_counter()
    async with AsyncExitStack() as stack:
        own, address, token = await stack.enter_async_context(measured_node(settings, plan.keep))
        system = await stack.enter_async_context(client(address, token))
        await _first_read(system)
        result.add(START, round(time.perf_counter() - started, 2))
        issuer = local_issuer(own, clock=SystemClock(), random=SystemRandom())
        nurse = await stack.enter_async_context(client(address, issuer.issue(NURSE)))
        server = database_server(own)
        await server.start()
        stack.push_async_callback(server.stop)
        version = (await facts(server.dsn(), ("record",))).version
        result.machine = machine_line(version, own.workers)
        yield _Running(own, server, system, nurse, stage, plan, result, tell)


async def _first_read(system: Client) -> None:
    """Nobody is there yet; that there is nobody is looked up, decided and logged like any other answer."""
    status = await system.status("GET", "Patient/nobody")
    if status != 404:
        raise Problem(
            ProblemKind.INTERNAL, "AKS-APP-041", f"The measured node answered {status} to its first read."
        )


async def _fill(running: _Running) -> None:
    """The first load, `scale` times the data; then the node is weighed."""
    stage, result, dsn = running.stage, running.result, running.server.dsn()
    empty = await table_bytes(dsn)
    result.resources = await _load(running, stage.rounds(running.plan.scale))
    result.patients = len(stage.people)
    if not any(person.observations for person in stage.people):
        raise Problem(ProblemKind.NOT_FOUND, "AKS-APP-043", "The data hold no patient with an Observation.")
    result.data = f"{stage.name}, {result.patients:,} patients, {result.resources:,} resources"
    memory = memory_of(running.settings.data)
    if memory is not None:
        result.add(MEMORY, memory.total_mib)
        result.add(WORKER, memory.worker_mib)
    else:
        result.failed[MEMORY.name] = "this system does not tell the memory of processes"
    result.add(DATABASE, round((await table_bytes(dsn) - empty) / result.resources))
    running.tell(f"{result.data} loaded")


async def _load(running: _Running, requests: Iterator[Request]) -> int:
    """One run of the load; CPU is told for each resource. Gives how many were loaded."""
    resources = 0

    def counted() -> Iterator[Request]:
        nonlocal resources
        for request in requests:
            resources += request.counts
            yield request

    before = cpu_of(running.settings.data)
    timed = await running.system.closed_loop(counted(), connections=LOAD.connections, seconds=None)
    cpu = cpu_of(running.settings.data).per(before, resources / 1000)
    running.result.add(LOAD, timed, cpu=cpu)
    running.tell(
        f"{LOAD.name}: {timed.per_second:,.0f} resources/s; "
        f"CPU ms: workers {cpu.node}, PostgreSQL {cpu.database}, bench {cpu.client}"
    )
    return resources


async def _once(running: _Running, line: Line, system: People, nurse: People | None, number: int) -> None:
    """One run of one line, and the same as the nurse. An answer that is no success is told and ends the line."""
    if line.name in running.result.failed:
        return
    try:
        if line is LOAD:
            # The first load was the first run. Later ones are not asked about: the questions stay the same.
            if number:
                await _load(running, running.stage.next_round(remember=False))
        elif line.ask:
            await _loop(running, line, running.system, system, number, nurse=False)
            if nurse and not line.writes:
                await _loop(running, line, running.nurse, nurse, number, nurse=True)
    except Problem as refused:
        running.result.failed[line.name] = f"{refused.what} {refused.why or ''}".strip()
        running.tell(f"{line.name}: {running.result.failed[line.name]}")


async def _loop(
    running: _Running, line: Line, asking: Client, people: People, number: int, *, nurse: bool
) -> None:
    ask, seconds = line.ask, running.plan.seconds
    assert ask is not None, "only loops are run here"

    def requests() -> Iterator[Request]:
        while True:
            yield ask(people)

    if not number:
        await asking.closed_loop(
            requests(), connections=line.connections, seconds=min(seconds / 2, WARM_UP_MAX_S)
        )
    before = cpu_of(running.settings.data)
    timed = await asking.closed_loop(requests(), connections=line.connections, seconds=seconds)
    cpu = cpu_of(running.settings.data).per(before, timed.requests / 1000)
    running.result.add(line, timed, nurse=nurse, cpu=cpu)
    who = " as nurse" if nurse else ""
    running.tell(
        f"{number + 1}/{running.plan.runs}  {line.name}{who}: {timed.per_second:,.0f}/s, p50 {timed.p50_ms} ms; "
        f"CPU ms: workers {cpu.node}, PostgreSQL {cpu.database}, bench {cpu.client}"
    )


def _weigh_worker(running: _Running) -> None:
    memory = memory_of(running.settings.data)
    if memory is not None:
        running.result.add(WORKER, memory.worker_mib)


def lines_of(only: str) -> tuple[Line, ...]:
    """Raises Problem AKS-APP-045 for a name that is no line's."""
    try:
        return chosen(only)
    except KeyError as unknown:
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-APP-045",
            f"There is no line {unknown.args[0]!r}.",
            now=f"Choose among {', '.join(line.name for line in LINES)}.",
        ) from unknown
