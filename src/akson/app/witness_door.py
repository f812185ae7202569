"""HTTP of a witness, for `akson witness` and for a node that is one: add-checkpoint, and what was signed last.

    POST <prefix>/add-checkpoint        GET <prefix>/<SHA-256 of an origin>/checkpoint

Spec: https://c2sp.org/tlog-witness. Nobody logs in: what counts is the signature of a log that is known here.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from akson.audit import policy
from akson.audit.requests import BODY_BYTES_MAX
from akson.audit.witness import Answer, Witness
from akson.identity import keys
from akson.world import Clock

if TYPE_CHECKING:
    from akson.app.asgi import Receive, Scope, Send

LOGS_FILE = "logs"
_TOO_LARGE = Answer(413, "The request is too large.\n")
_NOT_FOUND = Answer(404, "There is nothing here.\n")
_WRONG_METHOD = Answer(405, "Not that way.\n")


def witness_of(folder: Path, name: str, clock: Clock) -> Witness:
    """The witness of a folder: its key (made when absent), the logs of `<folder>/logs`, what it signed last.

    Raises Problem AKS-AUDIT-020 when the file of logs cannot be read.
    """
    listed = folder / LOGS_FILE
    text = listed.read_text("utf-8") if listed.exists() else ""
    logs = {entry.key.name: entry.key for entry in policy.read(text + "\nquorum none\n").logs}
    return Witness(name, keys.witness_key(folder), logs, folder / "signed", clock)


class WitnessDoor:
    def __init__(self, witness: Witness, prefix: str = "") -> None:
        self._witness = witness
        self._prefix = prefix

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["type"] != "http":
            return
        answer = await self._answer(scope["method"], scope["path"].removeprefix(self._prefix), receive)
        await answered(send, answer.status, answer.body.encode(), answer.media_type)

    async def _answer(self, method: str, path: str, receive: "Receive") -> Answer:
        if path == "/add-checkpoint":
            if method != "POST":
                return _WRONG_METHOD
            body = await _body(receive)
            if body is None:
                return _TOO_LARGE
            return await asyncio.to_thread(self._witness.add_checkpoint, body)
        parts = path.split("/")
        if len(parts) == 3 and parts[2] == "checkpoint" and method in ("GET", "HEAD"):
            found = await asyncio.to_thread(self._witness.checkpoint_of, parts[1])
            return _NOT_FOUND if found is None else Answer(200, found)
        return _NOT_FOUND


async def _body(receive: "Receive") -> bytes | None:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > BODY_BYTES_MAX:
            return None
        if not message.get("more_body"):
            return body


async def answered(send: "Send", status: int, body: bytes, media_type: str, cache: str = "no-store") -> None:
    headers = [(b"content-type", media_type.encode()), (b"content-length", str(len(body)).encode())]
    headers += [(b"cache-control", cache.encode()), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
