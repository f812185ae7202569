"""/log/: the tree of the access log for everybody, as https://c2sp.org/tlog-tiles. Hashes only, no personal data.

    /log/checkpoint            the newest state that enough witnesses have signed, with their lines
    /log/tile/<level>/<n>      hashes; partial tiles as <n>.p/<width>
    /log/policy                the keys of log and witnesses, for `akson-verify --policy`

Entries are not served: their bodies are patients' data, and every one of them may have her own.
"""

import asyncio
from typing import TYPE_CHECKING

from akson.app.witness_door import answered
from akson.audit import origin, policy, proofs, tiles
from akson.audit.log import AccessLog
from akson.fhir.problem import Problem

if TYPE_CHECKING:
    from akson.app.asgi import Receive, Scope, Send

PREFIX = "/log/"
FOREVER = "public, max-age=31536000, immutable"
_TEXT = "text/plain; charset=utf-8"


class LogDoor:
    def __init__(self, log: AccessLog) -> None:
        self._log = log
        # Of the log's few connections strangers take one at a time: reads of the record wait for the others.
        self._one_at_a_time = asyncio.Semaphore(1)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        async with self._one_at_a_time:
            await self._answer(scope, send)

    async def _answer(self, scope: "Scope", send: "Send") -> None:
        path = scope["path"].removeprefix(PREFIX)
        if scope["method"] not in ("GET", "HEAD"):
            await answered(send, 405, b"", _TEXT)
        elif path == "checkpoint":
            await self._checkpoint(send)
        elif path == "policy":
            epoch = (await self._log.rows.tree()).epoch
            key = policy.log_key(origin.of_epoch(self._log.first_origin, epoch), self._log.public_key)
            await answered(send, 200, self._log.witnesses.published(key).encode(), _TEXT)
        elif path.startswith("tile/") and (name := tiles.named(path.removeprefix("tile/"))):
            data = await tiles.tile(self._log.rows, name)
            if data is None:
                await answered(send, 404, b"", _TEXT)
            else:
                await answered(send, 200, data, "application/octet-stream", FOREVER)
        else:
            await answered(send, 404, b"", _TEXT)

    async def _checkpoint(self, send: "Send") -> None:
        try:
            note, _ = await proofs.newest(self._log, self._log.witnesses)
        except Problem:
            newest = await self._log.rows.checkpoints(1)
            if not newest:
                await answered(send, 404, b"", _TEXT)
                return
            note = await proofs.with_cosignatures(
                self._log, newest[0].note, newest[0].size, self._log.witnesses
            )
        await answered(send, 200, note.encode(), _TEXT)
