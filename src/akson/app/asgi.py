"""One ASGI callable for one web worker: /fhir to the FHIR door, /log to the log's hashes, /helse to the watchman, the rest
to the screens.

Its lifespan opens and closes the node. What goes wrong below without having become a Problem is told here by kind and
place alone: an exception's own text may hold patient data. Spec: https://asgi.readthedocs.io/en/latest/specs/main.html
"""

import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AsyncExitStack
from typing import Any

from akson.app.health import healthy
from akson.app.posting import status as post_status
from akson.app.safe_answers import adding, floor_of
from akson.app.settings import Settings
from akson.app.supervisor.orders import Stage
from akson.app.wiring import Node, open_node
from akson.fhir.problem import Problem, ProblemKind
from akson.store.connections import lost
from akson.world.raised import places

CONNECTIONS_MAX = 48
"""What all web workers together take of the 60 that the embedded PostgreSQL allows."""
CONNECTIONS_EACH_MAX = 10
RETRY_AFTER = (b"retry-after", b"5")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_log = logging.getLogger("akson")


class House:
    """Built by the worker; `on_open` is called when it can answer."""

    def __init__(
        self,
        settings: Settings,
        stage: Stage,
        *,
        on_open: Callable[[], None] = lambda: None,
        pool_size: int = 0,
    ) -> None:
        """`pool_size`: connections to the record; 0 is this worker's share of what the embedded server allows."""
        self._settings = settings
        self._pool_size = pool_size
        self._stage = stage
        self._on_open = on_open
        self._floor = floor_of(settings.base_url)
        self._node: Node | None = None
        self._fhir: App | None = None
        self._web: App | None = None
        self._log: App | None = None
        self._witness: App | None = None
        self._ledger: App | None = None
        self._advice: App | None = None
        self._mhd: App | None = None
        self._xds: App | None = None
        self._sharing: App | None = None

    @property
    def node(self) -> Node | None:
        """While it is open."""
        return self._node

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, adding(self._floor, send))

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            try:
                pool = max(4, min(CONNECTIONS_EACH_MAX, CONNECTIONS_MAX // max(1, self._settings.workers)))
                node = await stack.enter_async_context(
                    open_node(self._settings, pool_size=self._pool_size or pool)
                )
                self._open(node)
            except Exception as failed:
                _tell(failed)
                await send({"type": "lifespan.startup.failed", "message": ""})
                return
            await send({"type": "lifespan.startup.complete"})
            self._on_open()
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    def _open(self, node: Node) -> None:
        from akson.app.advice_door import AdviceDoor
        from akson.app.ledger_door import LedgerDoor
        from akson.app.log_door import LogDoor
        from akson.app.moving import moves_of
        from akson.app.neighbours.doors import SharingDoor
        from akson.app.rooms import fhir_door, mhd_door, screens, witness_door, xds_door
        from akson.app.shared_plans import shared_plans

        plans = shared_plans(node)
        moves = moves_of(node)
        self._fhir = fhir_door(node, plans)
        self._web = screens(node, self._stage, plans, moves)
        self._log = LogDoor(node.log)
        self._witness = witness_door(node)
        self._ledger = LedgerDoor(node)
        self._advice = AdviceDoor(node)
        self._mhd = mhd_door(node)
        self._xds = xds_door(node)
        self._sharing = SharingDoor(node, moves)
        self._node = node

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._node is not None and self._fhir is not None and self._web is not None
        path: str = scope["path"]
        try:
            if path == "/fhir" or path.startswith("/fhir/"):
                await self._fhir(scope, receive, send)
            elif path.startswith("/log/") and self._log is not None:
                await self._log(scope, receive, send)
            elif path.startswith("/witness/") and self._witness is not None:
                await self._witness(scope, receive, send)
            elif path == "/post/regnskap" and self._ledger is not None:
                await self._ledger(scope, receive, send)
            elif (path == "/cds-services" or path.startswith("/cds-services/")) and self._advice is not None:
                await self._advice(scope, receive, send)
            elif (path == "/mhd" or path.startswith("/mhd/")) and self._mhd is not None:
                await self._mhd(scope, receive, send)
            elif path == "/xds" and self._xds is not None:
                await self._xds(scope, receive, send)
            elif path.startswith("/sharing/") and self._sharing is not None:
                await self._sharing(scope, receive, send)
            elif path == "/helse":
                await _json(send, *await healthy(self._node))
            elif path == "/helse/post":
                await _json(send, *post_status.public(self._settings.data, self._node.clock.now()))
            else:
                await self._web(scope, receive, send)
        except Exception as failed:
            absent = lost(failed) or failed
            if isinstance(absent, Problem) and absent.kind is ProblemKind.OVERLOADED:
                await _json(send, 503, {"status": "fail", "id": absent.id}, RETRY_AFTER)
                return
            _tell(failed)
            # When an answer has begun, this is refused and the connection broken off.
            await _json(send, 500, {"status": "fail", "id": "AKS-APP-500"})


async def _json(send: Send, status: int, body: dict[str, Any], *more: tuple[bytes, bytes]) -> None:
    data = json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})


def _tell(failed: BaseException) -> None:
    """Kind of error and where, innermost last; no values."""
    if isinstance(failed, Problem):
        _log.error("%s %s %s", failed, failed.why, failed.now)
        return
    _log.error("AKS-APP-500 %s", places(failed))
