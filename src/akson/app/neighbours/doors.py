"""/sharing/…: what other nodes ask of this one as a node, beside its FHIR door. One line of DOORS for each role.

A role that this node has not taken answers 404, as if nothing were here.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from akson.api.request import Disconnected, read_body, read_request
from akson.api.statuses import status_of
from akson.app.neighbours.declared import Declared, load
from akson.app.neighbours.location_door import LocationDoor
from akson.app.neighbours.moves_door import MovesDoor
from akson.app.storage.central_door import CentralDoor
from akson.app.storage.copies_door import CopiesDoor
from akson.app.storage.published import POLICY_PATH, published
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.callers import Shown
from akson.sharing.moves.moves import Moves

if TYPE_CHECKING:
    from akson.app.asgi import Receive, Scope, Send
    from akson.app.wiring import Node

PREFIX = "/sharing/"


@dataclass(frozen=True, slots=True)
class Answered:
    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


Handler = Callable[[Shown, bytes], Awaitable[bytes]]
"""Who asks, and the body of the question; gives the JSON of the answer, or raises Problem."""


class SharingDoor:
    """Built once for each web worker."""

    def __init__(self, node: "Node", moves: Moves | None = None) -> None:
        self._base = node.settings.base_url
        self._handlers: dict[str, Handler] = {}
        for door in doors(node, load(node.settings.data)):
            self._handlers |= door.handlers
        self._copies = CopiesDoor.of(node, load(node.settings.data))
        if load(node.settings.data).us is not None:
            self._handlers[POLICY_PATH] = lambda shown, body: published(node)
        if moves is not None:
            self._handlers |= MovesDoor(node, load(node.settings.data), moves).handlers

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if self._copies.stands_at(scope["path"]):
            await self._copies(scope, receive, send)
            return
        answered = await self._answer(scope, receive)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(answered.body)).encode()),
            (b"cache-control", b"no-store"),
            *((name.lower().encode(), value.encode()) for name, value in answered.headers),
        ]
        await send({"type": "http.response.start", "status": answered.status, "headers": headers})
        await send({"type": "http.response.body", "body": answered.body})

    async def _answer(self, scope: "Scope", receive: "Receive") -> Answered:
        handler = self._handlers.get(scope["path"])
        try:
            if handler is None:
                raise Problem(ProblemKind.NOT_FOUND, "AKS-SHARE-030", "There is nothing here.")
            if scope["method"] != "POST":
                raise Problem(ProblemKind.UNSUPPORTED, "AKS-SHARE-031", "This is asked by POST.")
            request = read_request(scope, self._base)
            headers = request.headers
            body = await read_body(receive, headers)
            shown = Shown(headers.get("authorization"), headers.get("dpop"), "POST", request.url)
            return Answered(await handler(shown, body))
        except Disconnected:
            return Answered(b"", 400)
        except Problem as problem:
            told = f'{{"id":"{problem.id}"}}'.encode()
            again = (("WWW-Authenticate", 'DPoP error="invalid_token"'),)
            unknown = problem.kind is ProblemKind.UNAUTHENTICATED
            return Answered(told, status_of(problem), again if unknown else ())


def doors(node: "Node", declared: Declared) -> Sequence[LocationDoor | CentralDoor]:
    """Those of the roles this node has."""
    found: list[LocationDoor | CentralDoor] = (
        [LocationDoor(node, declared)] if declared.location.serves else []
    )
    if declared.storage.tenants:
        found.append(CentralDoor(node, declared))
    return found
