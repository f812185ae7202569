"""`akson up` and `akson serve`: from nothing to a node that answers, and back again.

    lock the data folder → bind the port → database → migrate, heal → (demo: seed) → workers → tell → watch → stop

The cheap refusals come first, the slow steps are told before they begin.
"""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from akson.app import issuers
from akson.app.settings import Settings
from akson.app.supervisor import listening
from akson.app.supervisor.children import Child
from akson.app.supervisor.node_lock import NodeLock
from akson.app.supervisor.orders import Order, Role, Stage
from akson.app.wiring import DatabaseServer, data_folder, database_server, open_node
from akson.fhir.problem import Problem, ProblemKind
from akson.store.inspection import claim_stage

WORKERS_DEFAULT_MAX = 8
POST_WORKERS_DEFAULT_MAX = 2
DATABASE_CHECK_S = 1.0
IMPATIENT_AFTER_S = 1.0
"""One Ctrl-C may arrive twice (from the terminal and from make); a second one after this is meant."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ready:
    """What is told when the node answers."""

    address: str
    stage: Stage
    workers: int
    database: str


async def run(settings: Settings, stage: Stage, *, tell: Tell, ready: Callable[[Ready], None]) -> None:
    """Runs until SIGINT or SIGTERM. `tell` hears of each slow step; `ready` is called once the node answers."""
    settings = replace(
        settings,
        workers=settings.workers or default_workers(),
        post_workers=settings.post_workers or default_post_workers(),
    )
    issuers.check(issuers.load(settings.data), stage, settings.base_url)
    lock = NodeLock(data_folder(settings))
    lock.take()
    try:
        with contextlib.closing(listening.listen(settings.host, settings.port)) as bound:
            lock.say(
                {
                    "pid": os.getpid(),
                    "address": listening.address(bound, tls=settings.tls_cert is not None),
                    "ready": False,
                }
            )
            await _run(settings, stage, bound, lock, tell, ready)
    finally:
        lock.leave()


def default_workers() -> int:
    """One for each core: PostgreSQL takes its share while a worker waits for it."""
    return max(1, min(_cores(), WORKERS_DEFAULT_MAX))


def default_post_workers() -> int:
    """One is one core; two take what a machine with two has, and go on while one of them is started again."""
    return max(1, min(_cores(), POST_WORKERS_DEFAULT_MAX))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


async def _run(
    settings: Settings,
    stage: Stage,
    bound: socket.socket,
    lock: NodeLock,
    tell: Tell,
    ready: Callable[[Ready], None],
) -> None:
    stop = _stop_signals()
    server = database_server(settings)
    tell("PostgreSQL: starting" if not settings.database_url else f"PostgreSQL: {server.address}")
    await server.start()
    try:
        await _prepare(settings, stage, server, tell)
        if stop.is_set():
            return
        tell("Starting the workers")
        children = _children(settings, stage, bound)
        address = listening.address(bound, tls=settings.tls_cert is not None)
        for child in children:
            child.tell = tell

        def answers() -> None:
            lock.say({"pid": os.getpid(), "address": address, "ready": True, "stage": stage.value})
            ready(Ready(address, stage, settings.workers, server.address))

        await _watch(children, server, stop, answers, tell)
    finally:
        await server.stop()
        tell("Stopped")


async def _prepare(settings: Settings, stage: Stage, server: DatabaseServer, tell: Tell) -> None:
    """Migrations, what a crash left, the demo's data; all before the first request is answered."""
    async with open_node(settings, filling=True) as node:
        standing = await claim_stage(server.dsn("record"), stage)
        if standing != stage:
            raise _other_stage(standing)
        if stage is Stage.DEMO:
            from akson.app.opening import prepare_demo

            await prepare_demo(node, tell)


def _children(settings: Settings, stage: Stage, bound: socket.socket) -> list[Child]:
    web = Order(Role.WEB, stage, settings, bound.fileno())
    children = [Child(f"web worker {n}", web, print) for n in range(1, settings.workers + 1)]
    children.append(Child("post worker", Order(Role.POST, stage, settings), print))
    more = range(2, settings.post_workers + 1)
    children += [Child(f"post worker {n}", Order(Role.INBOX, stage, settings), print) for n in more]
    return children


async def _watch(
    children: list[Child],
    server: DatabaseServer,
    stop: asyncio.Event,
    answers: Callable[[], None],
    tell: Tell,
) -> None:
    """Until told to stop, or until one of the workers cannot be brought up at all."""
    lives = [asyncio.create_task(child.keep_running(), name=child.name) for child in children]
    others: list[asyncio.Task[Any]] = [
        asyncio.create_task(_when_ready(children, answers), name="ready"),
        asyncio.create_task(_keep_database(server, tell), name="database"),
        asyncio.create_task(stop.wait(), name="stop"),
    ]
    try:
        waiting = {*lives, *others[1:]}
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        tell("Stopping; requests under way are finished")
    finally:
        for task in others:
            task.cancel()
        await asyncio.gather(*(child.stop() for child in children))
        for task in lives:
            task.cancel()
        await asyncio.gather(*lives, *others, return_exceptions=True)


async def _when_ready(children: list[Child], answers: Callable[[], None]) -> None:
    await asyncio.gather(*(child.ready.wait() for child in children))
    answers()


async def _keep_database(server: DatabaseServer, tell: Tell) -> None:
    """A PostgreSQL that was killed is started again; the workers' connections come back by themselves."""
    while True:
        await asyncio.sleep(DATABASE_CHECK_S)
        if not await server.running():
            tell("PostgreSQL ended; starting it again")
            await server.start()


def _stop_signals() -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM. A later one ends the process at once; the workers notice and end themselves."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    first = 0.0

    def told() -> None:
        nonlocal first
        if not stop.is_set():
            first = loop.time()
            stop.set()
        elif loop.time() - first > IMPATIENT_AFTER_S:
            os._exit(130)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told)
    return stop


def _other_stage(standing: str) -> Problem:
    if standing == Stage.DEMO:
        return Problem(
            ProblemKind.CONFLICT,
            "AKS-APP-020",
            "This installation is a demo and cannot be served as a real node.",
            why="It was started with `akson up`: it holds invented people, and messages about them.",
            now="Choose another data folder with --data (and another database in AKSON_DATABASE_URL), or use akson up.",
        )
    return Problem(
        ProblemKind.CONFLICT,
        "AKS-APP-021",
        "This installation is a real node and cannot be opened as a demo.",
        why="It was started with `akson serve`; a demo lets anybody log in as anyone.",
        now="Choose another data folder with --data (and another database in AKSON_DATABASE_URL), or use akson serve.",
    )
