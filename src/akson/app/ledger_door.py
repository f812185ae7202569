"""POST /post/regnskap: our book about a partner, to that partner. Who asks is known by the key of the agreement (post.toml).

No login and no tokens: a question that no partner's key has signed is answered 404, as if nothing were here. docs/adr/0157.
"""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from akson.app.posting import declared
from akson.app.posting.ledgers import peers
from akson.app.witness_door import answered
from akson.exchange.ledger import question
from akson.exchange.ledger.peers import told
from akson.exchange.ledger.question import PATH as PATH
from akson.fhir.problem import Problem
from akson.identity import keys

if TYPE_CHECKING:
    from akson.app.asgi import Receive, Scope, Send
    from akson.app.wiring import Node

_JSON = "application/json"


class LedgerDoor:
    def __init__(self, node: "Node") -> None:
        self._node = node
        self._declared = _declared(node)
        self._peers = {peer.key: peer for peer in peers(self._declared)}
        self._key = keys.log_key(node.settings.data / "keys")
        self._one_at_a_time = asyncio.Semaphore(1)

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        if scope["method"] != "POST":
            await answered(send, 405, b"", _JSON)
            return
        body = await _body(receive)
        if body is None:
            await answered(send, 413, b"", _JSON)
            return
        content = await self._answer(body)
        await answered(send, 404 if content is None else 200, content or b"", _JSON)

    async def _answer(self, body: bytes) -> bytes | None:
        now, ours = self._node.clock.now(), self._declared.ledger
        try:
            asked = question.read_question(body, question.public(self._key), now)
        except Problem:
            return None
        peer = self._peers.get(asked.key)
        if peer is None or ours is None:
            return None
        settled = now - timedelta(minutes=ours.settled_minutes)
        async with self._one_at_a_time:
            statement = await told(
                self._node.ledger, ours.name or ours.her_ids[0], ours.her_ids, peer, asked.since, settled
            )
        return await asyncio.to_thread(question.answer, body, statement, self._key)


def _declared(node: "Node") -> declared.Declared:
    """A file that is wrong is told of by the post worker, and opens nothing here."""
    try:
        return declared.load(node.settings.data)
    except Problem:
        return declared.Declared()


async def _body(receive: "Receive") -> bytes | None:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > question.QUESTION_BYTES_MAX:
            return None
        if not message.get("more_body"):
            return body
