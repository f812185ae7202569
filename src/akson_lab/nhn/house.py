"""All of the lab's NHN on loopback: one address each for HelseID, the message server and the address register; the person
register (not NHN's, and beside it) has its own too.

    async with Nhn(speed=60) as nhn:
        nhn.helseid.register(Client("storvik", jwk, frozenset({"nhn:msh/api"}), frozenset({8140001})))
        nhn.faults.add(Fault("loss", chance=0.1))
        nhn.message_server_address      # http://127.0.0.1:43211

`GET /lab` shows its side without content; `POST /lab/faults`, `DELETE /lab/faults` and `POST /lab/leap` are the hands of the
one who plays.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

from aiohttp import web

from akson_lab.clock import LabClock
from akson_lab.faults import REQUEST, Fault, Faults
from akson_lab.nhn import message_server
from akson_lab.nhn.helseid import HelseId, Refused
from akson_lab.nhn.message_server import MessageServer, Refusal
from akson_lab.nhn.messages import Messages
from akson_lab.nhn.parties import Parties
from akson_lab.nhn.person_register import PersonRegister
from akson_lab.nhn.register import Register

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
REGISTER_AUDIENCE = "nhn:cp-api"
ANY_VERSION = ""


class Nhn:
    """`ports` of HelseID, message server and register; 0 is any that is free."""

    def __init__(
        self,
        *,
        seed: int = 0,
        begins: datetime | None = None,
        speed: float = 1.0,
        ports: tuple[int, int, int] = (0, 0, 0),
        leads: Path | None = None,
    ) -> None:
        self._ports = ports
        self.clock = LabClock(begins, speed=speed, leads=leads)
        self.faults = Faults(seed)
        self.helseid = HelseId()
        self.parties = Parties()
        self.messages = Messages(self.clock, self.faults)
        self.message_server = MessageServer(self.messages, self.parties, self.clock)
        self.register = Register(self.parties, self.clock)
        self.persons = PersonRegister(self.clock)
        self.persons_address = ""
        self.helseid_address = self.message_server_address = self.register_address = ""
        self.reachable = True
        """False: every connection to an API is cut at once."""
        self._runners: list[web.AppRunner] = []

    async def __aenter__(self) -> "Nhn":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        ports = self._ports
        plain = web.Application()
        plain.add_routes(self.helseid.routes())
        self.helseid_address = self.helseid.address = await self._serve(plain, ports[0])
        api = self._api(message_server.AUDIENCE, self.message_server.routes(), version="3")
        self.message_server_address = await self._serve(api, ports[1])
        register = self._api(REGISTER_AUDIENCE, self.register.routes(), version=ANY_VERSION)
        self.register_address = await self._serve(register, ports[2])

        people = web.Application()
        people.add_routes(self.persons.routes())
        self.persons_address = await self._serve(people, 0)

    async def stop(self) -> None:
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()

    def _api(self, audience: str, routes: list[web.RouteDef], *, version: str) -> web.Application:
        async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._struck(request, handler)

        async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._admitted(request, handler, audience, version)

        made = web.Application(
            client_max_size=message_server.REQUEST_BYTES_MAX,
            middlewares=[web.middleware(faults), web.middleware(door)],
        )
        made.add_routes(routes)
        made.add_routes(
            [
                web.get("/lab", self._shown),
                web.post("/lab/faults", self._fault),
                web.delete("/lab/faults", self._mended),
                web.post("/lab/leap", self._leap),
            ]
        )
        return made

    async def _struck(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/lab"):
            return await handler(request)
        if not self.reachable:
            return _cut(request)
        struck = {f.kind: f for f in self.faults.strikes(REQUEST, f"{request.method} {request.path}")}
        if "silence" in struck:
            await asyncio.sleep(struck["silence"].seconds)
            return _cut(request)
        if "cut-before" in struck:
            return _cut(request)
        if "busy" in struck:
            return web.Response(status=429, headers={"Retry-After": str(int(struck["busy"].seconds))})
        if "error" in struck:
            return web.Response(status=500, text="something went wrong")
        answer = await handler(request)
        return _cut(request) if "cut-after" in struck else answer

    async def _admitted(
        self, request: web.Request, handler: Handler, audience: str, version: str
    ) -> web.StreamResponse:
        if request.path.startswith("/lab"):
            return await handler(request)
        url = f"{request.scheme}://{request.host}{request.path}"
        try:
            request[message_server.CLIENT] = self.helseid.admit(request, url, audience)
            if version and request.headers.get("api-version") != version:
                raise Refusal(400, message_server.INVALID, "api-version is another.")
            answer = await handler(request)
        except Refused as refused:
            told = f'DPoP error="{refused.word}"'
            answer = web.Response(status=refused.status, headers={"WWW-Authenticate": told})
        except Refusal as refusal:
            told = {"error": refusal.words, "errorCode": refusal.number, "validationErrors": None}
            answer = web.json_response({**told, "requestId": "lab"}, status=refusal.status)
        if self.helseid.asks_for_nonce:
            answer.headers["DPoP-Nonce"] = self.helseid.nonce
        return answer

    async def _serve(self, app: web.Application, port: int) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        self._runners.append(runner)
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def _shown(self, _request: web.Request) -> web.Response:
        """Ids, addresses and states; never content."""
        listed = [
            {
                "id": m.id,
                "type": m.type,
                "sender": m.sender,
                "at": m.at.isoformat(),
                "to": [
                    {
                        "receiver": d.receiver,
                        "state": d.state,
                        "read": d.read,
                        "lost": d.lost,
                        "apprec": d.status,
                    }
                    for d in m.deliveries.values()
                ],
            }
            for m in self.messages.kept.values()
        ]
        told = {"now": self.clock.now().isoformat(), "faults": self.faults.told(), "messages": listed}
        return web.json_response(told)

    async def _fault(self, request: web.Request) -> web.Response:
        try:
            self.faults.add(Fault(**await request.json()))
        except (TypeError, ValueError) as wrong:
            return web.json_response({"error": str(wrong)}, status=400)
        return web.json_response(self.faults.told())

    async def _mended(self, _request: web.Request) -> web.Response:
        self.faults.clear()
        return web.json_response(self.faults.told())

    async def _leap(self, request: web.Request) -> web.Response:
        self.clock.leap(timedelta(seconds=float((await request.json())["seconds"])))
        return web.json_response({"now": self.clock.now().isoformat()})


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
