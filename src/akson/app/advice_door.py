"""/cds-services: advice to other systems, CDS Hooks 2.0.

    GET  /cds-services                          which services there are; anybody may ask
    GET  /cds-services/jwks.json                the keys that this node's own calls to others are signed by
    POST /cds-services/{id}                     a signed call, answered by cards
    POST /cds-services/{id}/feedback            what became of the cards: counted by rule, nothing about whom

Spec: https://cds-hooks.hl7.org/2.0/. No record is opened: the advice rests on what the call brings along.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from akson.app.advice_feedback import FeedbackBook
from akson.app.advisers import public_jwk
from akson.app.witness_door import answered
from akson.care.decisionsupport import services
from akson.care.decisionsupport.cards import rule_of
from akson.fhir.codec.json import parse
from akson.fhir.problem import Problem, ProblemKind
from akson.identity import keys
from akson.identity.cds_clients import CdsClients, Client, clients_in
from akson.identity.once import OnceMarks

if TYPE_CHECKING:
    from akson.app.asgi import Receive, Scope, Send
    from akson.app.wiring import Node

PATH = "/cds-services"
BODY_BYTES_MAX = 4 * 1024 * 1024
FEEDBACK_MAX = 200
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_JSON = "application/json"
_STATUS = {
    ProblemKind.MALFORMED: 400,
    ProblemKind.INVALID: 400,
    ProblemKind.UNAUTHENTICATED: 401,
    ProblemKind.NOT_FOUND: 404,
    ProblemKind.PRECONDITION: 412,
    ProblemKind.TOO_LARGE: 413,
}
_log = logging.getLogger("akson")
OUTCOMES = ("accepted", "overridden")


class AdviceDoor:
    def __init__(self, node: "Node") -> None:
        data = node.settings.data
        self._base = node.settings.base_url
        self._clock = node.clock
        self._rules = node.rules
        self._clients = CdsClients(
            _clients(data), OnceMarks(data / "cds" / "once", clock=node.clock), clock=node.clock
        )
        self._own_keys = {"keys": [public_jwk(keys.token_key(data / "keys"))]}
        self._book = FeedbackBook(data / "cds" / "feedback.ndjson")

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        try:
            body = await self._answer(scope, receive)
        except Problem as problem:
            status = _STATUS.get(problem.kind, 500)
            told = {"id": problem.id, "what": problem.what, "why": problem.why, "now": problem.now}
            await answered(send, status, json.dumps(told).encode(), _JSON)
            return
        await answered(send, 200, json.dumps(body, ensure_ascii=False, default=str).encode(), _JSON)

    async def _answer(self, scope: "Scope", receive: "Receive") -> dict[str, Any]:
        method, path = scope["method"], scope["path"]
        parts = path.removeprefix(PATH).strip("/").split("/")
        if parts == [""]:
            if method not in ("GET", "HEAD"):
                raise _no_such()
            return {"services": [one.declared() for one in services.SERVICES]}
        if parts == ["jwks.json"] and method in ("GET", "HEAD"):
            return self._own_keys
        if method != "POST" or len(parts) > 2 or (len(parts) == 2 and parts[1] != "feedback"):
            raise _no_such()
        asked = services.service(parts[0])
        headers = {name.lower(): value for name, value in scope["headers"]}
        self._clients.identify(
            headers.get(b"authorization", b"").decode("latin-1"), self._address(scope, headers, path)
        )
        request = await _read(receive)
        if len(parts) == 2:
            return await self._counted(request)
        # Rules over hundreds of drugs are some milliseconds: beside the loop, so that nobody else waits.
        return await asyncio.to_thread(services.answered, asked, request, self._rules, self._clock.now())

    def _address(self, scope: "Scope", headers: dict[bytes, bytes], path: str) -> str:
        """What the caller's token must be meant for: the address it called, by the node's own name where it has one."""
        if self._base:
            return f"{self._base.rstrip('/')}{path}"
        host = headers.get(b"host", b"").decode("latin-1")
        if host.rpartition(":")[0] not in LOOPBACK and host not in LOOPBACK:
            # Whoever calls says what Host is: a token meant for another node must not count here.
            return ""
        return f"{scope.get('scheme', 'http')}://{host}{path}"

    async def _counted(self, request: object) -> dict[str, Any]:
        told = request.get("feedback") if isinstance(request, dict) else None
        if not isinstance(told, list) or len(told) > FEEDBACK_MAX:
            raise Problem(
                ProblemKind.MALFORMED,
                "AKS-ADVICE-004",
                "This is no feedback.",
                why="feedback must be a list.",
            )
        at = self._clock.now()
        for one in told:
            if not isinstance(one, dict) or one.get("outcome") not in OUTCOMES:
                raise Problem(
                    ProblemKind.MALFORMED,
                    "AKS-ADVICE-004",
                    "This is no feedback.",
                    why=f"outcome is one of {OUTCOMES}.",
                )
            rule = rule_of(str(one.get("card")), self._rules)
            if rule:
                # The comment is the user's own words, and may name somebody: it is not kept.
                given = one.get("overrideReason")
                reason = given.get("reason") if isinstance(given, dict) else None
                code = str(reason.get("code", "")) if isinstance(reason, dict) else ""
                await asyncio.to_thread(self._book.add, rule, one["outcome"], code, at)
        return {}


def _clients(data: Path) -> Mapping[str, Client]:
    """A file that is wrong lets nobody in, and does not keep the record closed: the log says so."""
    try:
        return clients_in(data)
    except Problem as problem:
        _log.error("%s %s %s", problem, problem.why, problem.now)
        return {}


async def _read(receive: "Receive") -> object:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem(ProblemKind.MALFORMED, "AKS-ADVICE-002", "The call was broken off.")
        body += message.get("body", b"")
        if len(body) > BODY_BYTES_MAX:
            raise Problem(
                ProblemKind.TOO_LARGE, "AKS-ADVICE-005", f"The call is larger than {BODY_BYTES_MAX} bytes."
            )
        if not message.get("more_body"):
            return parse(bytes(body))


def _no_such() -> Problem:
    return Problem(
        ProblemKind.NOT_FOUND, "AKS-ADVICE-001", "There is no such service.", now=f"Ask GET {PATH}."
    )
