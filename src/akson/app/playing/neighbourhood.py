"""Several whole nodes in one process, on one PostgreSQL, that know each other and the lab's HelseID.

    async with Neighbourhood(folder, server_dsn, ("storvik", "lillefjord", "havneby")) as town:
        town["storvik"].node                    its record, log, keys; nothing is shared but the server
        town["storvik"].base                    http://127.0.0.1:40121/fhir
        await town["lillefjord"].leave()        its door is closed: connections are refused
        await town["lillefjord"].come_back()

Each has a data folder, a database for the record and one for the log, an address of its own, and trusts the one provider
for callers (issuers.toml). `index` names the one that is the index of who holds what; without it everybody is asked.
"""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import uvicorn
from aiohttp import web

from akson.app import settings as all_settings
from akson.app.asgi import House
from akson.app.cast import CAST
from akson.app.neighbours import declared, opening
from akson.app.settings import Settings
from akson.app.supervisor.orders import Stage
from akson.app.wire.connection import Connection
from akson.app.wiring import Node, local_issuer
from akson.store.server import databases
from akson.world import SystemClock, SystemRandom
from akson_lab.nhn.helseid import Client, HelseId
from akson_lab.nhn.people_tokens import Enterprise, Person

AUDIENCE = "nhn:deling"
SCOPE = f"{AUDIENCE}/read"
TELLING = f"{AUDIENCE}/location"
STORING = f"{AUDIENCE}/storage"
MOVING = f"{AUDIENCE}/moves"
INTAKE = ("Organization/hjemmetjenesten-ost", "Hjemmetjenesten Øst")
ORG_FIRST = 999_000_000
POOL_SIZE = 4
CONNECTIONS_EACH = 22
START_S = 60


@dataclass
class Neighbour:
    """One node, in this process."""

    id: str
    name: str
    org: str
    settings: Settings
    stage: Stage
    socket: socket.socket
    options: Mapping[str, str]
    """What its settings were made of."""
    house: House = field(init=False)
    _server: uvicorn.Server | None = None
    _serving: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        return self.settings.base_url

    @property
    def base(self) -> str:
        return f"{self.address}/fhir"

    @property
    def token(self) -> str:
        """Of the node's own service, for a day."""
        issuer = local_issuer(self.settings, clock=SystemClock(), random=SystemRandom())
        return issuer.issue(CAST["system"], lifetime=timedelta(hours=24))

    @property
    def node(self) -> Node:
        """What it is made of, while it lives in this process."""
        found = self.house.node
        assert found is not None, "it has left"
        return found

    async def come(self) -> None:
        """Until it answers."""
        ready = asyncio.Event()
        self.house = House(self.settings, self.stage, on_open=ready.set, pool_size=POOL_SIZE)
        config = uvicorn.Config(
            self.house, loop="none", http=Connection, ws="none", lifespan="on", log_config=None,
            access_log=False, server_header=False, proxy_headers=False, timeout_graceful_shutdown=2,
        )  # fmt: skip
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self.socket]), name=self.id)
        opened = asyncio.create_task(ready.wait())
        await asyncio.wait((opened, self._serving), timeout=START_S, return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        if not ready.is_set():
            raise RuntimeError(f"{self.id} did not start")

    async def leave(self) -> None:
        """Its door is closed and its databases let go; what it has stored stays."""
        if self._server is None or self._serving is None:
            return
        self._server.should_exit = True
        await self._serving
        self._server = None

    async def come_back(self) -> None:
        host, port = "127.0.0.1", urlsplit(self.address).port or 0
        self.socket = _listening(host, port)
        await self.come()


class Neighbourhood:
    """`names` are ids of municipalities; those in `demo` have the demo's login."""

    def __init__(
        self,
        folder: Path,
        server_dsn: str,
        names: Sequence[str],
        *,
        prefix: str = "by",
        demo: Sequence[str] = (),
        index: str = "",
        limits: tuple[float, float] = (1.5, 0.4),
        processes: int = 0,
        others: str = "",
        central: str = "",
    ) -> None:
        """`limits`: seconds for sources, and for the index. `processes`: all but the first live in so many others (0:
        here). `others`: further [[source]] of the first. `central`: the one that keeps copies for the others."""
        self._folder, self._dsn, self._prefix = folder, server_dsn, prefix
        self._names, self._demo, self._index = tuple(names), frozenset(demo), index
        self._limits, self._processes, self._others = limits, processes, others
        self._central = central
        self._stack = AsyncExitStack()
        self.helseid = HelseId()
        self.neighbours: dict[str, Neighbour] = {}

    def __getitem__(self, id: str) -> Neighbour:
        return self.neighbours[id]

    @property
    def databases(self) -> list[str]:
        return [f"{self._prefix}_{name}{part}" for name in self._plain for part in ("", "_log")]

    @property
    def _plain(self) -> list[str]:
        return [name.replace("-", "_") for name in self._names]

    async def __aenter__(self) -> "Neighbourhood":
        try:
            await databases.make(self._dsn, self.databases)
            await self._provider()
            for number, name in enumerate(self._names):
                self.neighbours[name] = self._declared(name, str(ORG_FIRST + number))
            for one in self.neighbours.values():
                self._join(one)
            await self._come(list(self.neighbours.values()))
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _come(self, all: list[Neighbour]) -> None:
        here, elsewhere = (all[:1], all[1:]) if self._processes else (all, [])
        started = [
            asyncio.create_task(self._stack.enter_async_context(apart(share)))
            for number in range(self._processes)
            if (share := elsewhere[number :: self._processes])
        ]
        for one in here:
            await one.come()
            self._stack.push_async_callback(one.leave)
        for task in started:
            await task

    def know(self, *people: Person) -> None:
        """Whom the registers have: nobody else can be vouched for."""
        self.helseid.people |= {person.national_id: person for person in people}

    async def tell(self, *ids: str) -> None:
        """What the post worker of each node does all the time: the index hears what has changed."""
        for id in ids or self.neighbours:
            one = self.neighbours[id]
            follower = opening.follower_of(one.node, declared.load(one.settings.data))
            while follower is not None and await follower.round():
                pass

    def write(self, one: Neighbour) -> None:
        """What `one` is told of the others. It reads it when it starts."""
        others = "".join(
            f'\n[[source]]\nid = "{o.id}"\norg = "{o.org}"\nname = "{o.name}"\nbase = "{o.base}"\n'
            f"{'central = true' if o.id == self._central else ''}\n"
            for o in self.neighbours.values()
            if o is not one
        )
        text = (
            f'[us]\nid = "{one.id}"\norg = "{one.org}"\nname = "{one.name}"\n'
            f'intake = "{INTAKE[0]}"\nintake_name = "{INTAKE[1]}"\n\n'
            f'[helseid]\naddress = "{self.helseid.address}"\nclient_id = "{one.id}"\nscope = "{SCOPE}"\n\n'
            f"[limits]\nquestion = {self._limits[0]}\nindex = {self._limits[1]}\n\n{self._located(one)}\n{others}"
            f"{self._others if one.id == self._names[0] else ''}{self._keeping(one)}"
        )
        (one.settings.data / declared.FILE_NAME).write_text(text, "utf-8")

    def _located(self, one: Neighbour) -> str:
        if not self._index:
            return ""
        serves = "serves = true\n" if one.id == self._index else ""
        return f'[location]\naddress = "{self.neighbours[self._index].address}"\n{serves}'

    def _keeping(self, one: Neighbour) -> str:
        """A tenant for each of the others, where copies are kept."""
        if one.id != self._central:
            return ""
        lines = (f"{o.org} = {n + 2}\n" for n, o in enumerate(self.neighbours.values()) if o is not one)
        return f"\n[storage.tenants]\n{''.join(lines)}"

    async def _provider(self) -> None:
        app = web.Application()
        app.add_routes(self.helseid.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.helseid.address = f"http://127.0.0.1:{runner.addresses[0][1]}"

    def _declared(self, name: str, org: str) -> Neighbour:
        data = self._folder / name
        data.mkdir(parents=True, exist_ok=True)
        listening = _listening("127.0.0.1", 0)
        database = f"{self._prefix}_{name.replace('-', '_')}"
        title = f"{name.replace('-', ' ').capitalize()} kommune"
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        options = {
            "data": str(data),
            "base_url": base,
            "database_url": _beside(self._dsn, database),
            "log_database_url": _beside(self._dsn, f"{database}_log"),
            "node_name": title,
            "workers": "1",
        }
        settings = all_settings.load(environ={}, options=options)
        stage = Stage.DEMO if name in self._demo else Stage.SERVE
        return Neighbour(name, title, org, settings, stage, listening, options)

    def _join(self, one: Neighbour) -> None:
        data = one.settings.data
        (data / "issuers.toml").write_text(
            f'[[api]]\nissuer = "{self.helseid.address}"\naudience = "{AUDIENCE}"\nown = ["{one.org}"]\n'
            f'[api.scopes]\n"{SCOPE}" = "user/*.rs"\n',
            "utf-8",
        )
        self.write(one)
        key = opening.client_keys(data).client.registration()
        scopes = frozenset({SCOPE, TELLING, STORING, MOVING})
        self.helseid.register(Client(one.id, key, scopes, enterprise=Enterprise(one.org, one.name)))


@asynccontextmanager
async def apart(share: Sequence[Neighbour]) -> AsyncIterator[None]:
    """These nodes in a process of their own, until the end; `python -m akson.app.playing.neighbourhood`."""
    told = [
        {"options": dict(one.options), "stage": one.stage.value, "socket": one.socket.fileno()}
        for one in share
    ]
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "akson.app.playing.neighbourhood",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        pass_fds=[one.socket.fileno() for one in share], start_new_session=True,
    )  # fmt: skip
    assert child.stdin is not None and child.stdout is not None
    try:
        child.stdin.write(json.dumps(told).encode() + b"\n")
        await child.stdin.drain()
        async with asyncio.timeout(START_S * len(share)):
            said = await child.stdout.readline()
        if said != b"ready\n":
            raise RuntimeError("nodes did not start")
        yield
    finally:
        # It ends when its standard input does.
        child.stdin.close()
        await child.wait()


async def _live(told: list[dict[str, Any]]) -> None:
    """The child's side."""
    async with AsyncExitStack() as stack:
        for one in told:
            settings = all_settings.load(environ={}, options=one["options"])
            made = Neighbour(
                settings.data.name, settings.node_name, "", settings, Stage(one["stage"]),
                socket.socket(fileno=one["socket"]), one["options"],
            )  # fmt: skip
            await made.come()
            stack.push_async_callback(made.leave)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.buffer.read)


def connections_for(nodes: int) -> int:
    """What a PostgreSQL must allow for so many: pools of the record, the post, the log, and one for each smaller store."""
    return 40 + CONNECTIONS_EACH * nodes


class _Server(uvicorn.Server):
    """Several live in one process, and none of them is who answers its signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listening(host: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host, port))
    return made


def _beside(dsn: str, database: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))


if __name__ == "__main__":
    asyncio.run(_live(json.loads(sys.stdin.buffer.readline())))
