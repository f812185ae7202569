"""The question to a partner over HTTP: one POST, a short wait, no redirects. What the answer means is not decided here."""

from datetime import date, datetime

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.exchange.ledger import question
from akson.exchange.ledger.peers import Peer
from akson.exchange.ledger.statement import SIZE_MAX, Statement
from akson.exchange.transport.contract import Unreachable

WAIT_S = 20
"""Less than what makes the post worker's own status old (`app.posting.status`)."""


async def fetch(peer: Peer, key: Ed25519PrivateKey, since: date, at: datetime, nonce: str) -> Statement:
    """Raises Unreachable; Problem AKS-EXCHANGE-030 when what came is not his answer."""
    asked = question.ask(key, peer.key, since, at, nonce)
    content = await _post(peer.address + question.PATH, asked)
    return question.read_answer(content, asked, peer.key)


async def _post(url: str, body: bytes) -> bytes:
    host = url.split("/")[2]
    try:
        async with (
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=WAIT_S), cookie_jar=aiohttp.DummyCookieJar()
            ) as session,
            session.post(
                url, data=body, headers={"content-type": "application/json"}, allow_redirects=False
            ) as got,
        ):
            if got.status != 200:
                raise Unreachable(f"{host} does not give its book ({got.status}).")
            content = bytearray()
            async for chunk in got.content.iter_chunked(64 * 1024):
                content += chunk
                if len(content) > SIZE_MAX:
                    raise Unreachable(f"{host} gives a book larger than {SIZE_MAX // 1024 // 1024} MB.")
            return bytes(content)
    except (TimeoutError, aiohttp.ClientError, OSError) as failed:
        raise Unreachable(f"{host} gives no answer ({type(failed).__name__}).") from failed
