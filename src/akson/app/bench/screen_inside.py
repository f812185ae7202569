"""Where a page's time goes: the same pages asked of a node in this process, with every statement counted."""

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from akson.app.asgi import House
from akson.app.bench.municipality import Citizen
from akson.app.bench.screen_lines import CHANCE, LINES, ScreenLine
from akson.app.settings import Settings
from akson.app.supervisor.orders import Stage
from akson.app.wiring import database_server, local_issuer
from akson.app.worker import collect_less
from akson.identity.sessions.sessions import SESSION_LIFETIME, SESSION_TYPE
from akson.store.watching import Watched, bare_rows, watching
from akson.web.shell.gate import COOKIE
from akson.web.shell.pages import Pages
from akson.world import SystemClock, SystemRandom

WARM, ASKS = 2, 7
Message = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inside:
    """Medians of one page's askings."""

    statements: int
    """With those by which the access log grows meanwhile."""
    rows: int
    waits_ms: float
    """With a statement under way; Python works on other answers meanwhile."""
    python_ms: float
    """CPU of the process."""
    render_ms: float
    """Of it, templates."""
    bare_ms: float
    """What PostgreSQL takes for the same rows by their keys, once, with nothing of Akson in between."""


async def looked_at(settings: Settings, people: Sequence[Citizen]) -> dict[str, Inside]:
    """By line. Starts the database, and stops it when nobody else needs it."""
    issuer = local_issuer(settings, clock=SystemClock(), random=SystemRandom())
    chance = random.Random(CHANCE)  # noqa: S311 (repeatable on purpose)
    found: dict[str, Inside] = {}
    async with _database(settings) as dsn, _opened(settings) as house:
        collect_less()
        for line in LINES:
            taken = []
            for number in range(WARM + ASKS):
                path, actor = line.next(chance, people)
                cookie = issuer.issue(actor, lifetime=SESSION_LIFETIME, type=SESSION_TYPE)
                one = await _one(house, line, path, cookie)
                taken += [one] if number >= WARM else []
            bare = await bare_rows(dsn, taken[-1][0].rows)
            found[line.name] = _median(taken, bare)
    return found


def _median(taken: Sequence[tuple[Watched, float, float]], bare: float) -> Inside:
    def of(values: Sequence[float]) -> float:
        return round(1000 * statistics.median(values), 1)

    return Inside(
        round(statistics.median(watched.statements for watched, _, _ in taken)),
        round(statistics.median(watched.found for watched, _, _ in taken)),
        of([watched.waited_s for watched, _, _ in taken]),
        of([cpu for _, cpu, _ in taken]),
        of([render for _, _, render in taken]),
        round(1000 * bare, 1),
    )


async def _one(house: House, line: ScreenLine, path: str, cookie: str) -> tuple[Watched, float, float]:
    """What was asked, seconds of CPU, and of them of rendering."""
    rendered: list[float] = []
    text = Pages.text

    def timed(pages: Pages, template: str, **values: Any) -> str:
        began = time.process_time()
        try:
            return text(pages, template, **values)
        finally:
            rendered.append(time.process_time() - began)

    Pages.text = timed  # type: ignore[method-assign]
    try:
        with watching() as watched:
            began = time.process_time()
            page = await _page(house, path, cookie)
            cpu = time.process_time() - began
    finally:
        Pages.text = text  # type: ignore[method-assign]
    assert line.holds in page, f"another page than {line.name}"
    return watched, cpu, sum(rendered)


async def _page(house: House, path: str, cookie: str) -> str:
    plain, _, query = path.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": plain,
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", f"{COOKIE}={cookie}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    body = bytearray()

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("a page reads no further")

    async def send(message: Message) -> None:
        body.extend(message.get("body", b""))

    await house(scope, receive, send)
    return body.decode()


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[str]:
    server = database_server(settings)
    await server.start()
    try:
        yield server.dsn("record")
    finally:
        await server.stop()


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[House]:
    house, ready, over = House(settings, Stage.SERVE), asyncio.Event(), asyncio.Event()
    told: list[str] = []

    async def receive() -> Message:
        if not told:
            told.append("startup")
            return {"type": "lifespan.startup"}
        await over.wait()
        return {"type": "lifespan.shutdown"}

    async def send(message: Message) -> None:
        told.append(message["type"])
        ready.set()

    life = asyncio.create_task(house({"type": "lifespan"}, receive, send))
    await ready.wait()
    assert told[-1] == "lifespan.startup.complete", told
    try:
        yield house
    finally:
        over.set()
        await life
