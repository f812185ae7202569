"""How long the screens take in a large municipality: over HTTP, as people who are logged in, on a node of its own.

    DIR/told.json   {"patients": 100000, "from": "2026-11-27T14:20:00+00:00"}: what was made, and the moment it is told from
    DIR/people/     NDJSON that waits to be loaded; removed when it is
    DIR/data/       the node's data folder

Each turn asks every line some times, one after the other on one connection; what is told are medians over the turns. CPU
moves less with other work than time does. Where a page's time goes is looked at in this process, through the same door.
"""

import asyncio
import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import aiohttp

from akson.app.bench import municipality, screen_inside
from akson.app.bench.machine import machine_line
from akson.app.bench.municipality import Citizen
from akson.app.bench.node import measured_node
from akson.app.bench.processes import Cpu, cpu_of
from akson.app.bench.screen_figures import ScreenFigure, ScreenFigures
from akson.app.bench.screen_lines import CHANCE, LINES, ScreenLine
from akson.app.demo.chart import Scene
from akson.app.loading.parent import Load
from akson.app.progress import Progress
from akson.app.settings import Settings
from akson.app.wiring import database_server, local_issuer
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.sessions.sessions import SESSION_LIFETIME, SESSION_TYPE
from akson.store.inspection import table_bytes
from akson.web.shell.gate import COOKIE
from akson.world import SystemClock, SystemRandom

WARM = 3
TIMEOUT_S = 60
LOOK_EACH_S, QUIET_CORES = 2.0, 0.1
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ScreenPlan:
    patients: int
    turns: int = 3
    asks: int = 20
    """Of each line in each turn."""
    keep: Path | None = None
    processes: int = 2
    settle_s: float = 180.0
    """At most, for what the node makes of what was loaded: visits, items."""


async def measure_screens(settings: Settings, plan: ScreenPlan, tell: Tell) -> ScreenFigures:
    with tempfile.TemporaryDirectory(prefix="akson-bench-screens-") as temporary:
        folder = (plan.keep or Path(temporary)).absolute()
        own = replace(settings, workers=1, data=folder / "data", user_requests_per_second=0)
        patients = await prepare(own, folder, plan, tell)
        people = municipality.helped(patients)
        async with measured_node(own, own.data) as (node, address, _):
            idle = await _settled(node.data, plan.settle_s, tell)
            async with _asking(node, address) as ask:
                taken = await _turns(ask, people, plan, node.data, tell)
        inside = await screen_inside.looked_at(own, people)
        return ScreenFigures(
            patients,
            plan.turns,
            plan.asks,
            tuple(_figure(line, taken[line.name], inside[line.name], idle) for line in LINES),
            machine_line("", own.workers),
        )


async def prepare(settings: Settings, folder: Path, plan: ScreenPlan, tell: Tell) -> int:
    """Makes and loads what is missing, and gives how many patients there are. Broken off, it goes on where it was.

    Raises Problem AKS-APP-046 when the folder holds another number."""
    told = folder / "told.json"
    if not told.exists():
        now = SystemClock().now()
        tell(f"making {plan.patients:,} patients")
        for _ in municipality.write(folder / "people", plan.patients, Scene(now)):
            pass
        told.write_text(json.dumps({"patients": plan.patients, "from": now.isoformat()}))
    known = json.loads(told.read_text())
    if known["patients"] != plan.patients:
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-APP-046",
            f"The folder holds {known['patients']:,} patients, not {plan.patients:,}.",
            now="Ask for as many, or name another folder.",
        )
    if (folder / "people").exists():
        with Progress("resources") as progress:
            report = await Load(settings, 1, plan.processes, False, progress).run([folder / "people"])
        if report.refused:
            raise Problem(
                ProblemKind.INTERNAL, "AKS-APP-041", f"{report.refused} made resources were refused."
            )
        rate = f", {report.taken / report.seconds:,.0f}/s" if report.taken and report.seconds else ""
        tell(f"{report.taken + report.before:,} resources loaded{rate}; now statistics are made")
        await _looked_after(settings)
        shutil.rmtree(folder / "people")
    made = datetime.fromisoformat(known["from"])
    if made.date() != SystemClock().now().date():
        tell(f"The visits of the day are those of {made:%d.%m.%Y}: the lists of today are shorter.")
    return plan.patients


async def _looked_after(settings: Settings) -> None:
    """As the database does by itself within the hour: dead rows away, statistics made."""
    server = database_server(settings)
    await server.start()
    try:
        await table_bytes(server.dsn("record"))
    finally:
        await server.stop()


async def _settled(data: Path, within_s: float, tell: Tell) -> Cpu:
    """Until the node has seen to what was loaded. Gives the cores that it uses when nobody asks."""
    deadline = time.monotonic() + within_s
    while True:
        before = cpu_of(data)
        await asyncio.sleep(LOOK_EACH_S)
        idle = cpu_of(data).per(before, LOOK_EACH_S)
        if idle.node + idle.database < QUIET_CORES:
            return idle
        if time.monotonic() > deadline:
            tell(f"The node still works by itself: {idle.node + idle.database:.2f} cores.")
            return idle


@dataclass(frozen=True, slots=True)
class Asking:
    """One kept-alive connection, and the cookie of whoever asks: the same session that a login gives."""

    session: aiohttp.ClientSession
    address: str
    cookies: Callable[..., str]

    async def __call__(
        self, line: ScreenLine, chance: random.Random, people: Sequence[Citizen]
    ) -> tuple[float, int]:
        """Milliseconds and bytes as they came over the wire. Raises Problem AKS-APP-041 for another page."""
        path, actor = line.next(chance, people)
        headers = {"Cookie": f"{COOKIE}={self.cookies(actor)}", "Accept-Encoding": "gzip"}
        began = time.perf_counter()
        async with self.session.get(
            f"{self.address}{path}", headers=headers, allow_redirects=False
        ) as answer:
            page = await answer.read()
        spent = 1000 * (time.perf_counter() - began)
        if answer.status != 200 or line.holds not in page.decode():
            raise Problem(
                ProblemKind.INTERNAL,
                "AKS-APP-041",
                f"The measured node answered {answer.status} for {line.name}.",
            )
        return spent, int(answer.headers.get("content-length", len(page)))


@asynccontextmanager
async def _asking(settings: Settings, address: str) -> AsyncIterator[Asking]:
    issuer = local_issuer(settings, clock=SystemClock(), random=SystemRandom())
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1), timeout=timeout) as session:
        yield Asking(
            session, address, lambda actor: issuer.issue(actor, lifetime=SESSION_LIFETIME, type=SESSION_TYPE)
        )


@dataclass(slots=True)
class Taken:
    """Of one line: milliseconds of each turn, bytes of the last page, CPU ms of each turn."""

    times: list[list[float]]
    bytes: int
    cpu: list[Cpu]


async def _turns(
    ask: Asking, people: Sequence[Citizen], plan: ScreenPlan, data: Path, tell: Tell
) -> dict[str, Taken]:
    chance = random.Random(CHANCE)  # noqa: S311 (repeatable on purpose)
    taken = {line.name: Taken([], 0, []) for line in LINES}
    for line in LINES:
        for _ in range(WARM):
            await ask(line, chance, people)
    for turn in range(plan.turns):
        for line in LINES:
            mine, before, times = taken[line.name], cpu_of(data), list[float]()
            for _ in range(plan.asks):
                spent, mine.bytes = await ask(line, chance, people)
                times.append(spent)
            mine.times.append(times)
            mine.cpu.append(cpu_of(data).per(before, plan.asks / 1000))
        tell(f"turn {turn + 1} of {plan.turns}")
    return taken


def _figure(line: ScreenLine, taken: Taken, inside: screen_inside.Inside, idle: Cpu) -> ScreenFigure:
    p50 = statistics.median(statistics.median(times) for times in taken.times)
    p95 = statistics.median(_p95(times) for times in taken.times)
    # What the node does by itself meanwhile is not the page's.
    mean = statistics.mean(ms for times in taken.times for ms in times)
    return ScreenFigure(
        line.name,
        line.asks,
        line.goal_ms,
        round(p50, 1),
        round(p95, 1),
        round(max(0.0, statistics.median(c.node for c in taken.cpu) - idle.node * mean), 1),
        round(max(0.0, statistics.median(c.database for c in taken.cpu) - idle.database * mean), 1),
        taken.bytes,
        inside,
    )


def _p95(times: Sequence[float]) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
